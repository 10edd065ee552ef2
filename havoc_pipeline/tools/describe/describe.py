"""Descriptive statistics of columns of any kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.describe.category_summary import CategorySummary, DateSummary, count_levels
from havoc_pipeline.tools.describe.describe_findings import (
    category_findings,
    constant_finding,
    missing_finding,
    numeric_findings,
    reading_finding,
)
from havoc_pipeline.tools.describe.description import (
    Description,
    OtherSummary,
    Summary,
    named_values,
    sentence,
    tables_of,
)
from havoc_pipeline.tools.describe.moments import MOST_EXACT
from havoc_pipeline.tools.describe.numeric_summary import NumericSummary, summarise
from havoc_pipeline.tools.describe.quantiles import CONVENTIONS, Quartiles
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import AnyColumn, Numeric, computable

LOOKED_AT = 1000
"""Rows searched for examples of a column that is only listed."""
CODED = 10
"""Different whole numbers up to which a column's counts are listed as well."""
REFERENCES = (
    "Hyndman and Fan (1996), Am. Stat. 50, 361-365 (quartiles)",
    "Joanes and Gill (1998), The Statistician 47, 183-189 (skewness and kurtosis)",
    "Tukey (1977), Exploratory Data Analysis, ch. 2 (fences)",
    "Wilson (1927), J. Am. Stat. Assoc. 22, 209-212 (interval of a share)",
)


@tool("DESCRIBE", family="describe")
def describe(
    table: Any,
    columns: list[AnyColumn] | None = None,
    quartiles: Quartiles = "inclusive",
    alpha: Alpha = Alpha(0.05),
) -> Description:
    """Summarise columns: count, mean, spread, quartiles, shape, frequencies.

    Parameters
    ----------
    columns : column or list of columns
        What to summarise; every column of the table when left out.
    quartiles : word
        `inclusive` as R, Excel's QUARTILE.INC and pandas; `exclusive` as Minitab, SPSS and Excel's QUARTILE.EXC.
    alpha : number
        Confidence intervals have level 1 - alpha.

    Returns
    -------
    Description

    Raises
    ------
    DataError
        When no rows are in use.

    References
    ----------
    Hyndman and Fan (1996), Am. Stat. 50, 361-365; Joanes and Gill (1998), The Statistician 47, 183-189.

    In words
    --------
    Summarise {columns}
    Summarise every column

    Example
    -------
    DESCRIBE columns=[thickness, operator]
    """
    samples = columns if columns is not None else [AnyColumn(c.header, (c.header,), c) for c in table.columns]
    if table.n_rows == 0:
        raise DataError("no rows are in use, so there is nothing to describe; widen where=")
    named = columns is not None
    summaries = tuple(_summary(sample, quartiles, float(alpha), named=named) for sample in samples)
    return Description(
        decision="informative", statement=sentence(summaries), findings=tuple(_findings(samples, summaries)),
        tables=tuple(tables_of(summaries, float(alpha))), conventions=_conventions(quartiles), references=REFERENCES,
        extra=named_values(summaries), n_rows=table.n_rows, n_columns=len(samples),
        missing_cells=sum(summary.missing for summary in summaries), alpha=float(alpha), summaries=summaries,
    )  # fmt: skip


def _conventions(quartiles: Quartiles) -> dict[str, str]:
    return {
        "quartiles": f"{quartiles}: {CONVENTIONS[quartiles]}", "standard deviation": "divisor n - 1",
        "skewness and kurtosis": "adjusted (G1, G2 of SAS, SPSS, Minitab, Excel); kurtosis in excess of the normal",
        "outliers": "beyond 1.5 interquartile ranges from the quartiles", "interval of the mean": "Student's t",
        "autocorrelation": "lag 1 in row order, missing rows left out", "interval of a share": "Wilson score",
    }  # fmt: skip


def _summary(sample: AnyColumn | Numeric, quartiles: Quartiles, alpha: float, *, named: bool) -> Summary:
    """The summary that fits the column; run orders and identifiers are numbers only when `named`."""
    if isinstance(sample, Numeric):
        return summarise(sample.name, sample.unit, sample.values, None, quartiles, alpha)
    column = sample.column
    known = len(column.text) - column.missing
    if known and column.kind == "date":
        dates = column.dates
        return DateSummary(column.header, np.sort(dates[~np.isnat(dates)]), column.missing)
    if (
        known
        and column.is_numeric
        and computable(column.numbers)
        and (named or column.kind not in ("order", "identifier"))
    ):
        return _numeric(column, quartiles, alpha)
    if known and column.kind in ("two-level", "categorical", "ordered"):
        return count_levels(column.header, column.labels, column.levels)
    first = (text for text in islice(column.text, LOOKED_AT) if text is not None)
    examples = tuple(dict.fromkeys(first))[:3]
    return OtherSummary(column.header, column.kind, known, column.missing, column.distinct, examples)


def _numeric(column: Any, quartiles: Quartiles, alpha: float) -> NumericSummary:
    exact = len(column.text) <= MOST_EXACT
    decimals = [value for value in column.decimals() if value is not None] if exact else None
    found = summarise(column.header, column.unit, column.numbers, decimals, quartiles, alpha)
    if column.kind != "integer" or column.distinct > CODED:
        return found
    return replace(found, levels=count_levels(column.header, column.labels, column.levels))


def _findings(samples: Sequence[AnyColumn | Numeric], summaries: tuple[Summary, ...]) -> Iterator[Finding]:
    constant = []
    for sample, summary in zip(samples, summaries, strict=True):
        missing = missing_finding(summary.name, summary.missing, summary.missing + summary.n)
        reading = reading_finding(sample.column) if isinstance(sample, AnyColumn) else None
        yield from (found for found in (missing, reading) if found)
        if isinstance(summary, NumericSummary):
            yield from numeric_findings(summary, alone=len(summaries) == 1)
        if isinstance(summary, CategorySummary):
            yield from category_findings(summary)
        if isinstance(sample, AnyColumn) and sample.column.distinct < 2:
            constant.append(summary.name)
    held = constant_finding(constant)
    yield from [held] if held else []
