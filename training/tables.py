"""Tables made from a domain: real headers, plausible values, decoys left in."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from havoc_pipeline.tables import Table

GENERIC_NAMES = ("data", "export", "Sheet1", "book1", "results", "table", "data_final", "copy of data", "measurements")


@dataclass(frozen=True)
class Made:
    """A column of a made table: its headers (several for a wide block) and what the domain says of it.

    `headers` of a pair are (before, after).
    """

    headers: tuple[str, ...]
    spec: dict[str, Any]
    levels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The domain's kind, with `wide` for a repeated reading over several columns."""
        return "wide" if self.spec.get("wide") else str(self.spec["kind"])

    @property
    def role(self) -> str:
        """The domain's role."""
        return str(self.spec.get("role", ""))


@dataclass(frozen=True)
class MadeTable:
    """A table, the columns it was made of, and its domain."""

    table: Table
    columns: tuple[Made, ...]
    domain: dict[str, Any] = field(repr=False)


def make_table(domain: dict[str, Any], random_: random.Random, *, every: bool = False) -> MadeTable:
    """Draw a table of 16 to 48 rows from a domain, with a random choice of columns and levels (or `every` one) and of headers."""
    rows = random_.choice((16, 24, 30, 36, 48))
    specs = [s for s in domain["columns"] if every or random_.random() < 0.85] or domain["columns"]
    if random_.random() < 0.5:
        random_.shuffle(specs := list(specs))
    made: list[Made] = []
    values: dict[str, list[Any]] = {}
    for spec in specs:
        column, cells = _column(spec, rows, random_, set(values), every)
        if column is not None:
            made.append(column)
            values |= cells
    name = domain["table"] if random_.random() < 0.75 else random_.choice(GENERIC_NAMES)
    return MadeTable(Table.from_columns(values, name=str(name)), tuple(made), domain)


def _column(
    spec: dict[str, Any], rows: int, random_: random.Random, taken: set[str], every: bool
) -> tuple[Made | None, dict[str, list[Any]]]:
    header = random_.choice(spec["headers"])
    if spec.get("wide"):
        header, join = str(header).strip(), random_.choice(("", "", "_", " ", "-"))
        headers = tuple(f"{header}{join}{i}" for i in range(1, int(spec["wide"]) + 1))
    elif isinstance(header, list):
        headers = tuple(map(str, header))
    else:
        headers = (str(header),)
    if taken & set(headers):
        return None, {}
    levels = _levels(spec, random_, every)
    cells = {h: list(_cells(spec, rows, random_, levels, shift)) for shift, h in enumerate(headers)}
    return Made(headers, spec, levels), cells


def _levels(spec: dict[str, Any], random_: random.Random, every: bool) -> tuple[str, ...]:
    levels = spec.get("levels") or {}
    names = [str(level) for level in levels]
    if len(names) > 3 and not every and random_.random() < 0.3:
        names = names[: random_.randint(2, len(names))]
    return tuple(names)


def _cells(
    spec: dict[str, Any], rows: int, random_: random.Random, levels: tuple[str, ...], shift: int
) -> Iterator[Any]:
    kind = spec["kind"]
    start = datetime.date(random_.randint(2021, 2025), random_.randint(1, 12), random_.randint(1, 28))
    prefix = random_.choice(("SN", "P-", "A", "", "2024-"))
    for row in range(rows):
        if kind in ("number", "pair"):
            yield _number(spec, random_, shift)
        elif kind == "count":
            yield random_.randint(int(spec.get("low", 0)), max(int(spec.get("high", 9)), int(spec.get("low", 0))))
        elif kind in ("category", "ordered") and levels:
            yield levels[row] if row < len(levels) else random_.choice(levels)
        elif kind == "date":
            yield (start + datetime.timedelta(days=row // 2)).isoformat()
        elif kind == "order":
            yield row + 1
        elif kind == "identifier":
            yield f"{prefix}{1000 + row * 7}"
        elif kind == "constant":
            yield levels[0] if levels else spec.get("value", spec.get("low", 1))
        else:
            yield random_.choice(("ok so far", "checked twice", None, "noise at start", "see log", "operator changed"))


def _number(spec: dict[str, Any], random_: random.Random, shift: int) -> float:
    low, high = float(spec.get("low", 0)), float(spec.get("high", 1))
    step = float(spec.get("step", (high - low) / 100 or 1))
    centre, spread = (low + high) / 2, (high - low) / 6
    drawn = min(high, max(low, random_.gauss(centre + 0.1 * shift * spread, spread)))
    digits = max(0, len(f"{step:.10f}".rstrip("0").split(".")[1]))
    return round(round(drawn / step) * step, digits)
