"""The result of DESCRIBE: summaries of columns, in tables, named values and a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from havoc_pipeline.tools.describe.category_summary import DATE_COLUMNS, CategorySummary, DateSummary
from havoc_pipeline.tools.describe.numeric_summary import COLUMNS, NumericSummary
from havoc_pipeline.tools.result import Result, ResultTable, literal, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PANELS, MOST_TABLES, MOST_NAMED = 9, 12, 4


@dataclass(frozen=True)
class OtherSummary:
    """A column of which only its kind and a few cells are shown."""

    name: str
    kind: str
    n: int
    missing: int
    distinct: int
    examples: tuple[str, ...]

    @property
    def numbers(self) -> dict[str, float]:
        """Counts by name."""
        return {"n": self.n, "missing": self.missing, "distinct": self.distinct}

    @property
    def row(self) -> tuple[object, ...]:
        """Name, kind, counts and examples."""
        return (self.name, self.kind, self.n, self.missing, self.distinct, ", ".join(self.examples))


OTHER_COLUMNS = ("column", "kind", "n", "missing", "distinct", "examples")
Summary = NumericSummary | CategorySummary | DateSummary | OtherSummary


@dataclass(frozen=True, kw_only=True)
class Description(Result):
    """Summaries of columns; with one column its numbers are `mean`, `sd`, …, with more `mean_<column>`."""

    n_rows: int
    n_columns: int
    missing_cells: int
    alpha: float
    summaries: tuple[Summary, ...] = field(repr=False)

    def figure(self) -> Figure | None:
        """Histogram with box plot of one column, or small drawings of at most nine."""
        counted = [s.levels or s if isinstance(s, NumericSummary) else s for s in self.summaries]
        drawn = [s for s in counted if isinstance(s, NumericSummary | CategorySummary)]
        return _figure(drawn) if drawn else None


def _figure(drawn: list[NumericSummary | CategorySummary]) -> Figure:
    from havoc_pipeline.reports.canvas import canvas, plain
    from havoc_pipeline.reports.figures import bars, draw_bars, draw_histogram, histogram

    if len(drawn) == 1:
        only = drawn[0]
        if isinstance(only, NumericSummary):
            return histogram(only.values, label=only.label)
        return bars(only.shown, label=f"count by {only.name}")
    shown = drawn[:MOST_PANELS]
    across = 2 if len(shown) <= 4 else 3
    down = math.ceil(len(shown) / across)
    figure, axes = canvas(down, across, width=3.4 * across, height=2.6 * down)
    for ax, summary in zip(axes, shown, strict=False):
        if isinstance(summary, NumericSummary):
            draw_histogram(ax, summary.values)
            ax.set_xlabel(plain(summary.label, 30))
        else:
            draw_bars(ax, summary.shown)
            ax.set_xlabel(plain(f"count by {summary.name}", 30))
    for ax in axes[len(shown) :]:
        ax.set_axis_off()
    return figure


def named_values(summaries: tuple[Summary, ...]) -> dict[str, float]:
    """Numbers of one summary as they are, of several with the column's name behind."""
    if len(summaries) == 1:
        return summaries[0].numbers
    values: dict[str, float] = {}
    for mark, summary in zip(slugs(s.name for s in summaries), summaries, strict=True):
        values |= {_behind(name, mark): value for name, value in summary.numbers.items()}
    return values


def _behind(name: str, mark: str) -> str:
    """`share_a_percent` of `shift` is `share_shift_a_percent`, so that it is still written as a percentage."""
    for head in ("share_", "count_"):
        if name.startswith(head):
            return f"{head}{mark}_{name.removeprefix(head)}"
    return f"{name.removesuffix('_percent')}_{mark}_percent" if name.endswith("_percent") else f"{name}_{mark}"


def tables_of(summaries: tuple[Summary, ...], alpha: float) -> Iterator[ResultTable]:
    """One table of numbers, one of dates, one a category, one of the other columns."""
    kinds: tuple[tuple[type[Any], str, tuple[str, ...]], ...] = (
        (NumericSummary, "Numeric columns", COLUMNS),
        (DateSummary, "Dates", DATE_COLUMNS),
        (OtherSummary, "Other columns", OTHER_COLUMNS),
    )
    for kind, title, columns in kinds:
        rows = tuple(summary.row for summary in summaries if isinstance(summary, kind))
        if rows:
            yield ResultTable(title, columns, rows)
    counted = [s.levels if isinstance(s, NumericSummary) else s for s in summaries]
    categories = [entry for entry in counted if isinstance(entry, CategorySummary)]
    yield from (entry.table(alpha) for entry in categories[:MOST_TABLES])


def sentence(summaries: tuple[Summary, ...]) -> str:
    """The summary in one sentence."""
    if len(summaries) == 1:
        return _single_sentence(summaries[0])
    marks = slugs(s.name for s in summaries)
    numbers = [(s, m) for s, m in zip(summaries, marks, strict=True) if isinstance(s, NumericSummary)][:MOST_NAMED]
    means = [f"{literal(s.label)} averages {{mean_{m}}} (standard deviation {{sd_{m}}})" for s, m in numbers]
    gaps = "{missing_cells} cells are without a value"
    return f"{{n_columns}} columns over {{n_rows}} rows: {'; '.join([*means, gaps])}."


def _single_sentence(summary: Summary) -> str:
    name = literal(summary.name)
    if isinstance(summary, NumericSummary):
        unit = f" {literal(summary.unit)}" if summary.unit else ""
        mean = f"{{mean}}{unit} (confidence interval {{ci_low}} to {{ci_high}})"
        rest = "standard deviation {sd}, median {median}, and lie between {minimum} and {maximum}"
        return f"The {{n}} values of {name} average {mean} with {rest}."
    if isinstance(summary, CategorySummary):
        share = f"{{share_{summary.marks[summary.most]}_percent}}"
        return (
            f"{name} has {{levels}} levels in {{n}} rows; the most frequent, {literal(summary.most)}, makes up {share}."
        )
    if isinstance(summary, DateSummary):
        return f"The {{n}} dates of {name} span {{span_days}} days, with a largest gap of {{largest_gap_days}} days."
    return f"{name} ({summary.kind}) has {{n}} cells with {{distinct}} different values; {{missing}} are missing."
