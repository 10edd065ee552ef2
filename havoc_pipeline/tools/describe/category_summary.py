"""Summary of one column of categories, and of one column of dates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.hypothesis.proportions import wilson
from havoc_pipeline.tools.result import ResultTable, slugs

MOST_ROWS, MOST_VALUES = 20, 12
DAY = 86_400.0


@dataclass(frozen=True)
class CategorySummary:
    """Counts of a column's levels, in the order of the levels."""

    name: str
    counts: dict[str, int]
    missing: int

    @property
    def n(self) -> int:
        """How many rows have a level."""
        return sum(self.counts.values())

    @property
    def most(self) -> str:
        """The most frequent level, the first of several."""
        return max(self.counts, key=lambda level: self.counts[level])

    @property
    def shown(self) -> dict[str, int]:
        """The levels in order, or the most frequent ones when there are many."""
        if len(self.counts) <= MOST_ROWS:
            return self.counts
        return dict(sorted(self.counts.items(), key=lambda item: -item[1])[:MOST_ROWS])

    @property
    def marks(self) -> dict[str, str]:
        """At most thirteen levels, the most frequent among them, and how named values carry them."""
        levels = list(self.shown)[:MOST_VALUES]
        levels += [self.most] if self.most not in levels else []
        return dict(zip(levels, slugs(levels), strict=True))

    @property
    def shares(self) -> dict[str, float]:
        """Counts and shares of those levels by name."""
        found: dict[str, float] = {}
        for level, mark in self.marks.items():
            count = self.counts[level]
            found |= {f"count_{mark}": count, f"share_{mark}_percent": 100 * count / self.n}
        return found

    @property
    def numbers(self) -> dict[str, float]:
        """Every number by its name."""
        return {"n": self.n, "missing": self.missing, "levels": len(self.counts), **self.shares}

    def table(self, alpha: float) -> ResultTable:
        """Counts and shares with Wilson's intervals; levels beyond the twentieth are summed."""
        rows: list[tuple[object, ...]] = []
        for level, count in self.shown.items():
            low, high = wilson(count, self.n, alpha)
            rows.append((level, count, 100 * count / self.n, 100 * low, 100 * high))
        rest = self.n - sum(self.shown.values())
        if rest:
            rows.append((f"{len(self.counts) - len(self.shown)} more", rest, 100 * rest / self.n, "", ""))
        return ResultTable(
            f"Counts of {self.name}", (self.name, "count", "share %", "CI low %", "CI high %"), tuple(rows)
        )


def count_levels(name: str, labels: NDArray[np.object_], levels: tuple[str, ...]) -> CategorySummary:
    """Count the labels (object, shape (n,), None where missing) by level."""
    found = Counter(labels.tolist())
    missing = found.pop(None, 0)
    return CategorySummary(name, {level: found[level] for level in levels if found[level]}, missing)


def look_alikes(levels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs of levels that differ only by case or spaces: probably one level written twice."""
    seen: dict[str, str] = {}
    pairs = []
    for level in levels:
        plain = "".join(level.casefold().split())
        if plain in seen:
            pairs.append((seen[plain], level))
        seen.setdefault(plain, level)
    return pairs


@dataclass(frozen=True)
class DateSummary:
    """When a column of dates begins and ends; `dates` are those present, datetime64[s] (n,), sorted."""

    name: str
    dates: NDArray[np.datetime64]
    missing: int

    @property
    def n(self) -> int:
        """How many dates there are."""
        return int(self.dates.size)

    @property
    def numbers(self) -> dict[str, float]:
        """Count, span and largest gap in days by name."""
        seconds = self.dates.astype("datetime64[s]").astype(np.float64)
        steps = np.diff(seconds)
        gap = float(steps.max()) if steps.size else 0.0
        return {"n": self.n, "missing": self.missing, "distinct": int(np.unique(self.dates).size),
                "span_days": float(seconds[-1] - seconds[0]) / DAY, "largest_gap_days": gap / DAY}  # fmt: skip

    @property
    def row(self) -> tuple[object, ...]:
        """Name, counts, first, last, span and largest gap."""
        found = self.numbers
        first, last = (str(self.dates[at]).replace("T00:00:00", "").replace("T", " ") for at in (0, -1))
        return (self.name, found["n"], self.missing, first, last, found["span_days"], found["largest_gap_days"])


DATE_COLUMNS = ("column", "n", "missing", "first", "last", "span in days", "largest gap in days")
