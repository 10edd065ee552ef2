"""Rule: the method suits the kind of data: no means of yes and no, no categories made of measurements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.programs.audit.evidence import Evidence, columns_of, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tables import Column, Table

RULE = "method fits data"
MEANS = frozenset({"RUN_TTEST", "RUN_ANOVA"})
FEW_VALUES = 4
"""Distinct whole numbers under which a mean of counts is no good summary."""
SCALE = (3, 11)
"""Distinct values of a rating."""
_RATING = re.compile(r"rating|rank|grade|score|likert|satisf|severity|note\b|stars?\b|opinion", re.IGNORECASE)


def method_fits_data(evidence: Evidence) -> Iterator[AuditIssue]:
    """Objections to methods that the columns' kinds do not bear."""
    for command in evidence.commands:
        for check in _CHECKS if evidence.table is not None else ():
            yield from check(command, evidence.table)  # type: ignore[arg-type]


def _means(command: Command, table: Table) -> Iterator[AuditIssue]:
    for column in columns_of(command, "response", table) if command.name in MEANS else ():
        if not column.is_numeric:
            continue
        if _is_yes_no(column):
            yield issue(RULE, "failure", f"`{column.header}` is 0 or 1 in every row, and {command.name} compares means",
                        "compare shares with RUN_CHI2")  # fmt: skip
        elif _whole(column) and column.distinct < FEW_VALUES:
            yield issue(RULE, "warning", f"`{column.header}` is a count with {column.distinct} different values, and "
                        f"{command.name} rests on means of measurements", "compare counts with RUN_CHI2")  # fmt: skip


def _ratings(command: Command, table: Table) -> Iterator[AuditIssue]:
    pearson = command.name == "RUN_CORRELATION" and str(command.arguments.get("method", "pearson")) == "pearson"
    names = ("response",) if command.name in MEANS else ("x", "y") if pearson else ()
    for column in (c for name in names for c in columns_of(command, name, table)):
        rated = column.kind == "ordered" or _RATING.search(f"{column.header} {column.description or ''}") is not None
        if rated and column.is_numeric and _whole(column) and SCALE[0] <= column.distinct <= SCALE[1]:
            yield issue(RULE, "warning", f"`{column.header}` looks like a rating of {column.distinct} steps, and "
                        f"{command.name} takes its steps as equal", "use ranks (method=spearman) or RUN_CHI2")  # fmt: skip


def _two_level_correlation(command: Command, table: Table) -> Iterator[AuditIssue]:
    names = ("x", "y") if command.name == "RUN_CORRELATION" else ()
    for column in (c for name in names for c in columns_of(command, name, table)):
        if column.distinct == 2:
            yield issue(RULE, "warning", f"`{column.header}` has two values only; a correlation with it is a comparison of "
                        "two groups", "compare the groups with RUN_TTEST")  # fmt: skip


def _counts_of_measurements(command: Command, table: Table) -> Iterator[AuditIssue]:
    if command.name != "RUN_CHI2":
        return
    for column in columns_of(command, "count", table):
        if not _whole(column):
            yield issue(RULE, "failure", f"`{column.header}` is no count, for it holds fractions, and chi-square counts items",
                        "compare means with RUN_ANOVA")  # fmt: skip
    for column in (c for name in ("row", "column") for c in columns_of(command, name, table)):
        if column.kind == "numeric" and not _whole(column):
            yield issue(RULE, "failure", f"`{column.header}` is a measurement, and chi-square takes each value as a category",
                        "use RUN_ANOVA or RUN_CORRELATION")  # fmt: skip


def _one_row_a_level(command: Command, table: Table) -> Iterator[AuditIssue]:
    for column in columns_of(command, "factor", table) if command.name == "RUN_ANOVA" else ():
        sizes = Counter(label for label in column.labels if label is not None)
        alone = sum(size == 1 for size in sizes.values())
        if alone > len(sizes) / 2:
            yield issue(RULE, "failure", f"{alone} of {len(sizes)} levels of `{column.header}` have one row, so there is no "
                        "variation within a level to judge by", "use RUN_CORRELATION or FIT_REGRESSION")  # fmt: skip


def _whole(column: Column) -> bool:
    values = column.numbers[np.isfinite(column.numbers)]
    return bool((values == np.round(values)).all()) and bool((values >= 0).all())


def _is_yes_no(column: Column) -> bool:
    values = column.numbers[np.isfinite(column.numbers)]
    return values.size > 0 and set(np.unique(values).tolist()) == {0.0, 1.0}


_CHECKS: tuple[Callable[[Command, Table], Iterator[AuditIssue]], ...] = (
    _means, _ratings, _two_level_correlation, _counts_of_measurements, _one_row_a_level,
)  # fmt: skip
