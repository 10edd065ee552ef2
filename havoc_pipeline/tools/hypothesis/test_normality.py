"""Tests of normality: one sample, readings side by side, or each level of a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.normality_findings import columns_finding, group_findings, normality_findings
from havoc_pipeline.tools.hypothesis.normality_results import NormalityByGroup, NormalityTest, by_group, of_one
from havoc_pipeline.tools.hypothesis.normality_tests import METHODS, NormalityMethod
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Factor, Floats, Numeric, Wide

Method = Literal["anderson_darling", "shapiro_wilk", "lilliefors", "jarque_bera"]


@tool("TEST_NORMALITY", family="hypothesis", transforms=("value",))
def normality_test(
    table: Any,
    value: Numeric | Wide,
    group: Factor | None = None,
    method: Method = "anderson_darling",
    alpha: Alpha = Alpha(0.05),
) -> NormalityTest | NormalityByGroup:
    """Test whether values are normally distributed, and say in what they differ.

    Parameters
    ----------
    value : column or list of columns
        What was measured; several columns are readings of one quantity and are pooled.
    group : column of categories
        Tests each level by itself; p-values are adjusted for their number.
    method : word
        `anderson_darling` weighs the tails; `shapiro_wilk` is for 3 to 5000 values; `lilliefors` looks
        at the largest gap; `jarque_bera` at skewness and kurtosis of large samples.
    alpha : number
        Significance level.

    Returns
    -------
    NormalityTest or NormalityByGroup

    Raises
    ------
    DataError
        With fewer values than the method needs, more than it is made for, or all equal.

    References
    ----------
    D'Agostino and Stephens (1986), Goodness-of-Fit Techniques, ch. 9.

    In words
    --------
    Test whether {value} is normally distributed within each level of {group}
    Test whether {value} is normally distributed

    Example
    -------
    TEST_NORMALITY value=thickness method=anderson_darling
    """
    label = value.with_unit if isinstance(value, Numeric) else value.name
    if group is not None:
        return _grouped(_by_level(value, group), label, method, float(alpha))
    values = _flat(value)
    problem = unfit(values, METHODS[method])
    if problem:
        raise DataError(f"{value.name}: {problem}")
    statistic, p = METHODS[method].compute(values)
    found = normality_findings(values, value.name, method, p, float(alpha), in_order=_about_columns(value))
    findings = (*found, *_columns(value, p, float(alpha)))
    return of_one(values, label, METHODS[method], (statistic, p), findings, float(alpha))


def unfit(values: Floats, method: NormalityMethod) -> str:
    """Why a method cannot be computed on these values; empty when it can."""
    if values.size < method.least:
        return f"{values.size} values are too few: {method.name} needs at least {method.least}"
    if values.size > method.most:
        return f"{values.size} values are more than {method.name} is made for ({method.most}): use anderson_darling"
    return f"all {values.size} values equal {values[0]:g}" if values.min() == values.max() else ""


def _flat(value: Numeric | Wide) -> Floats:
    values = value.values if isinstance(value, Numeric) else value.matrix.ravel()
    return np.asarray(values[~np.isnan(values)], dtype=np.float64)


def _about_columns(value: Numeric | Wide) -> Floats | None:
    """Readings about the mean of their column, row by row, so that levels of columns are no pattern."""
    if isinstance(value, Numeric):
        return None
    known = ~np.isnan(value.matrix)
    means = np.where(known, value.matrix, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray((value.matrix - means)[known], dtype=np.float64)


def _by_level(value: Numeric | Wide, group: Factor) -> dict[str, Floats]:
    levels = {}
    for level in group.levels:
        values = _flat(value.rows(group.where(level)))
        if values.size:
            levels[level] = values
    if not levels:
        raise DataError(f"`{group.name}` has no level with values of {value.name} among the rows in use")
    return levels


def _grouped(levels: Mapping[str, Floats], label: str, method: Method, alpha: float) -> NormalityByGroup:
    left_out = {level: why for level, values in levels.items() if (why := unfit(values, METHODS[method]))}
    samples = {level: values for level, values in levels.items() if level not in left_out}
    if not samples:
        level, why = next(iter(left_out.items()))
        raise DataError(f"no group can be tested; {level}: {why}. Leave group= out to test all values together")
    return by_group(samples, label, METHODS[method], tuple(group_findings(samples, left_out, alpha)), alpha)


def _columns(value: Numeric | Wide, p: float, alpha: float) -> list[Finding]:
    if not isinstance(value, Wide):
        return []
    columns = {column.name: column.values[~column.missing] for column in value.columns}
    filled = {name: values for name, values in columns.items() if values.size > 1}
    return [columns_finding(filled, p, alpha)] if len(filled) > 1 else []
