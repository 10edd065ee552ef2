"""Chi-square tests of counts: association of two columns, or one column against equal shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.hypothesis.association import association, oriented, p_value
from havoc_pipeline.tools.hypothesis.contingency import Contingency, codes, frequencies, pearson, tally
from havoc_pipeline.tools.hypothesis.count_findings import (
    balance_finding,
    coding_findings,
    expected_finding,
    repeated_counts,
    serial_finding,
    size_finding,
)
from havoc_pipeline.tools.hypothesis.goodness_of_fit import goodness_of_fit
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.samples import Category, Factor, Floats, Numeric


@tool("RUN_CHI2", family="hypothesis")
def run_chi2(
    table: Any,
    row: Category,
    column: Category | None = None,
    count: Numeric | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Test whether two categorical columns go together, or whether one column's levels are equally frequent.

    Parameters
    ----------
    row : column of categories
        Groups or outcomes; alone, its levels are held against equal shares.
    column : column of categories
        The other factor. With two outcomes (pass and fail, yes and no, 0 and 1) their shares are compared.
    count : column
        How many items a row stands for; each row is one item when left out.
    alpha : number
        Significance level; confidence intervals have level 1 - alpha.

    Returns
    -------
    Association or GoodnessOfFit

    Raises
    ------
    CommandError
        When row and column are the same.
    DataError
        With fewer than two levels in use, or counts that are negative or not whole.

    References
    ----------
    Agresti (2013), Categorical Data Analysis, ch. 3; Pearson (1900), Phil. Mag. 50, 157-175.

    In words
    --------
    Test whether {row} and {column} are associated, with counts in {count}
    Test whether {row} and {column} are associated
    Test whether the levels of {row} are equally frequent

    Example
    -------
    RUN_CHI2 row=line column=result ALPHA_0_05
    """
    weights = frequencies(count, row.labels.size)
    for factor in (row, column):
        if count is None and factor is not None:
            _need_repeats(factor)
    if column is None:
        return goodness_of_fit(row, weights, float(alpha))
    if column.name == row.name:
        raise CommandError(f"row= and column= are both `{row.name}`; name two columns, or leave column= out")
    counted, event = oriented(_contingency(row, column, weights))
    test = p_value(counted)
    findings = [*_table_findings(counted, test, float(alpha)), *_row_findings(row, column, weights, counted, event)]
    return replace(association(counted, event, test, float(alpha)), findings=tuple(findings))


def _need_repeats(factor: Factor) -> None:
    if len(factor.levels) == int((~factor.missing).sum()) > 2:
        raise DataError(
            f"each of the {len(factor.levels)} levels of `{factor.name}` stands in one row, so there is nothing to "
            "count: name the column of totals with count="
        )


def _contingency(row: Factor, column: Factor, weights: Floats) -> Contingency:
    counts = tally(row, weights, column)
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    for factor, used in ((row, rows), (column, columns)):
        if int(used.sum()) < 2:
            raise DataError(
                f"`{factor.name}` has {int(used.sum())} level{'s' * (int(used.sum()) != 1)} with items among the rows "
                "in use; an association needs at least 2 in each column: use more rows, or leave column= out"
            )
    names = tuple(tuple(np.array(f.levels)[used].tolist()) for f, used in ((row, rows), (column, columns)))
    return Contingency(row.name, column.name, names[0], names[1], counts[rows][:, columns])


def _table_findings(table: Contingency, test: tuple[float, str], alpha: float) -> Iterator[Finding]:
    yield expected_finding(table.expected, test[1])
    chi2 = pearson(table.counts, table.expected)
    yield size_finding(chi2, table.df, table.n, alpha, test[0] < alpha)
    balance = balance_finding(table)
    yield from [balance] if balance else []


def _row_findings(
    row: Factor, column: Factor, weights: Floats, table: Contingency, event: str | None
) -> Iterator[Finding]:
    keep = ~(row.missing | column.missing | np.isnan(weights))
    place = codes(row, keep) * len(column.levels) + codes(column, keep)
    repeated = repeated_counts(place, weights[keep])
    yield from [repeated] if repeated else []
    if event is not None and (weights[keep] == 1).all():
        group, outcome = (row, column) if table.row_name == row.name else (column, row)
        serial = serial_finding(group, outcome, event)
        yield from [serial] if serial else []
    yield from coding_findings(row, column)
    used = (*table.rows, *table.columns)
    yield from (found for factor in (row, column) for found in _empty_levels(factor, used))


def _empty_levels(factor: Factor, used: tuple[str, ...]) -> Iterator[Finding]:
    lost = [level for level in factor.levels if level not in used]
    if lost:
        text = f"{', '.join(lost[:5])} of `{factor.name}` count no items and do not enter"
        yield Finding("empty levels", "note", text, float(len(lost)))
