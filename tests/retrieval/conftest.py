"""A writer of real PDFs, by hand and small, and a tiny handbook."""

from collections.abc import Callable
from pathlib import Path

import pytest

PdfMaker = Callable[..., Path]


def pdf_bytes(pages: list[str]) -> bytes:
    """A PDF of one line of Helvetica after another; an empty page holds no text at all."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n") if line)
        stream = f"BT /F1 11 Tf 50 780 Td {shown}ET".encode("latin-1") if text else b"0 0 m 9 9 l S"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
        objects.append((page + "/Resources << /Font << /F1 3 0 R >> >> >>").encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size, start = len(objects) + 1, len(out)
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n"
    return out + tail.encode() + b"%%EOF\n"


@pytest.fixture
def make_pdf(tmp_path: Path) -> PdfMaker:
    def make(name: str, pages: list[str]) -> Path:
        path = tmp_path / name
        path.write_bytes(pdf_bytes(pages))
        return path

    return make


PAGE = """---
title: {title}
commands: [{commands}]
keywords: [{keywords}]
---
# {title}
{lead}

## When to use
{use}

## Pitfalls
- {pitfall}

## References
- Nobody (1900), never to be cited zebra

## How people ask
- {asked}
- a second way, unicorn
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Three pages of a handbook."""
    folder = tmp_path / "pages"
    folder.mkdir()
    made = {
        "t-test": ("Two-sample t-test", "RUN_TTEST", "two means", "It compares two means.", "Two independent groups.",
                   "Outliers pull a mean.", "Is the new glue stronger than the old?"),
        "control-chart": ("Control chart", "CHECK_SPC", "stability, drift", "It shows whether a process is in control.",
                          "Readings in order of time.", "Limits from an unstable start are too wide.",
                          "has the oven been steady since March"),
        "reliability": ("Weibull analysis", "", "lifetime", "It describes how long parts live.",
                        "HAVOC has no command for it yet.", "Units still running are censored.",
                        "when will the bearings wear out"),
    }  # fmt: skip
    for name, (title, commands, keywords, lead, use, pitfall, asked) in made.items():
        text = PAGE.format(title=title, commands=commands, keywords=keywords, lead=lead, use=use, pitfall=pitfall,
                           asked=asked)  # fmt: skip
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder
