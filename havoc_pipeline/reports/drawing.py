"""Figures of results, drawn once, as SVG that a page may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from havoc_pipeline.dsl.execute import ToolResult

_PROLOG = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_IDS = re.compile(r'(\bid="|href="#|url\(#)')


@dataclass(frozen=True)
class Drawing:
    """A figure and the result it belongs to."""

    name: str
    command: str
    figure: Figure


def drawings(results: Sequence[ToolResult]) -> list[Drawing]:
    """Draw every result that has something to draw."""
    drawn = ((done, done.result.figure()) for done in results)
    return [Drawing(done.name, str(done.command), figure) for done, figure in drawn if figure is not None]


def inline_svg(drawing: Drawing, place: int) -> str:
    """The figure as an `<svg>` element: same at every drawing, ids of its own, no outside address.

    Parameters
    ----------
    drawing : Drawing
    place : int
        Its place on the page, which keeps ids apart.
    """
    import matplotlib

    sink = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "havoc", "svg.fonttype": "path"}):
        drawing.figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    text = _METADATA.sub("", _PROLOG.sub("", sink.getvalue()))
    return _IDS.sub(lambda match: f"{match.group(1)}f{place}-", text)
