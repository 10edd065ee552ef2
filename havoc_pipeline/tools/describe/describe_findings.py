"""What to look at in a table before testing anything: gaps, outliers, shape, order, spelling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from havoc_pipeline.tools.assumptions import independence, normality, outliers
from havoc_pipeline.tools.describe.category_summary import CategorySummary, look_alikes
from havoc_pipeline.tools.describe.numeric_summary import NumericSummary
from havoc_pipeline.tools.result import Finding

CONCERN, FEW, SKEWED = 0.1, 10, 1.0
MISSING = "Little and Rubin (2019), Statistical Analysis with Missing Data, ch. 3"


def missing_finding(name: str, missing: int, rows: int) -> Finding | None:
    """Missing cells of a column."""
    if not missing:
        return None
    share = missing / rows
    return Finding(
        "missing values", "warn" if share > CONCERN else "note", f"{name}: {missing} of {rows} rows have no value",
        share, None, CONCERN, MISSING, "find out why they are missing" if share > CONCERN else "",
    )  # fmt: skip


def reading_finding(column: Any) -> Finding | None:
    """How doubtful cells of a column were read, in the table's own words."""
    decided = "; ".join(getattr(column, "decisions", ()))
    return Finding("reading", "note", f"{column.header}: {decided}") if decided else None


def numeric_findings(summary: NumericSummary, *, alone: bool) -> Iterator[Finding]:
    """Outliers, shape, order and size of a numeric column; only what is in doubt unless `alone`."""
    if summary.n < FEW:
        yield Finding(
            "sample size", "note", f"{summary.name}: {summary.n} values; spread and shape are little known",
            float(summary.n), None, float(FEW), mend="describe more rows before relying on it",
        )  # fmt: skip
    found = [check(summary.values, summary.name) for check in (outliers, independence)]
    yield from found if alone else [entry for entry in found if entry.status == "warn"]
    if summary.levels is not None:
        return
    if alone:
        yield replace(normality(summary.values, summary.name), status="note", mend="")
    skew = summary.moments.skewness
    if abs(skew) > SKEWED and summary.n >= FEW:
        side = "above" if summary.moments.mean > summary.quartiles[1] else "below"
        text = f"{summary.name}: skewness {skew:z.2f}; the mean lies {side} the median, which is more typical"
        yield Finding("shape", "note", text, skew, None, SKEWED, "Bulmer (1979), Principles of Statistics, ch. 4")


def category_findings(summary: CategorySummary) -> Iterator[Finding]:
    """Levels that are probably one level written in two ways."""
    pairs = look_alikes(tuple(summary.counts))
    if pairs:
        listed = ", ".join(f"`{a}` and `{b}`" for a, b in pairs[:4])
        yield Finding(
            "spelling", "warn", f"{summary.name}: {listed} differ only by case or spaces and count as different levels",
            float(len(pairs)), None, 0.0, mend="write them alike in the table, or every comparison splits the group",
        )  # fmt: skip


def constant_finding(names: Sequence[str]) -> Finding | None:
    """Columns that hold one value or none, and so cannot explain anything."""
    if not names:
        return None
    listed = ", ".join(f"`{name}`" for name in names[:8])
    return Finding("constant columns", "note", f"{listed} hold one value or none", float(len(names)))
