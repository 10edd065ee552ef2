"""Comparing spreads: two or more groups, or one standard deviation against a value."""

from __future__ import annotations

from typing import Any, Literal

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.hypothesis.spread_against_value import spread_against_value
from havoc_pipeline.tools.hypothesis.spread_comparison import spread_comparison
from havoc_pipeline.tools.hypothesis.spread_ratio import spread_ratio
from havoc_pipeline.tools.registry import Alpha, Alternative, Level, tool
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Factor, Floats, Numeric, Wide, find_level

Method = Literal["brown_forsythe", "levene", "bartlett", "f"]


@tool("COMPARE_VARIANCES", family="hypothesis", transforms=("response",))
def compare_variances(
    table: Any,
    response: Numeric | Wide,
    group: Factor | None = None,
    sigma: float | None = None,
    method: Method = "brown_forsythe",
    alternative: Alternative = "two-sided",
    first: Level | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Compare the spread of two or more groups, or one standard deviation with a required value.

    Parameters
    ----------
    response : column or list of columns
        What was measured; several columns are one sample each.
    group : column of categories
        Which group a row belongs to.
    sigma : number
        Standard deviation that the spread of one sample is held against, in the response's unit.
    method : word
        `brown_forsythe` (distances from medians) and `levene` (from means) bear non-normal data;
        `bartlett` and `f` (two groups only) assume normal data. One sample is tested by chi-square.
    alternative : word
        `greater` asks whether the first group varies more than the other, or the sample more than
        sigma; only for two groups or one sample.
    first : level of group
        Level that stands on top in the ratio; the first in order when left out.
    alpha : number
        Significance level; confidence intervals have level 1 - alpha.

    Returns
    -------
    SpreadRatio, SpreadComparison or SpreadAgainstValue

    Raises
    ------
    CommandError
        When the parameters name none of the forms, or a method does not fit the number of groups.
    DataError
        With fewer than two values in a sample, or a sample whose values are all equal.

    References
    ----------
    Brown and Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367; NIST/SEMATECH e-Handbook, 1.3.5.8 to
    1.3.5.10.

    In words
    --------
    Test whether the spread of {response} is {alternative} for {first} than for the other level of {group}
    Compare the spread of {response} between the levels of {group}
    Test whether the standard deviation of {response} is {alternative} than {sigma}
    Test whether the standard deviation of {response} differs from {sigma}
    Compare the spreads of {response}

    Example
    -------
    COMPARE_VARIANCES response=diameter group=machine ALPHA_0_05
    """
    if sigma is not None:
        if group is not None or first is not None or method != "brown_forsythe" or not isinstance(response, Numeric):
            raise CommandError(
                "sigma= holds one column against a value, by chi-square: leave group=, first=, method= and lists out, "
                "or add by= to repeat it for each group"
            )
        return _against_value(response, sigma, alternative, float(alpha))
    label = response.with_unit if isinstance(response, Numeric) else "the measurement"
    samples = _samples(response, group, first)
    for name, values in samples.items():
        _need(values, name)
    if len(samples) == 2:
        return _two(samples, label, method, alternative, float(alpha))
    if method == "f" or alternative != "two-sided" or first is not None:
        given = "method=f" if method == "f" else "first=" if first is not None else f"alternative={alternative}"
        raise CommandError(
            f"{given} compares two groups and there are {len(samples)}: pick two with where=, or leave it out"
        )
    return spread_comparison(samples, label, method, float(alpha))


def _two(samples: dict[str, Floats], label: str, method: Method, alternative: str, alpha: float) -> Result:
    if method == "bartlett" and alternative != "two-sided":
        raise CommandError(f"method=bartlett has no direction; use method=f or brown_forsythe for {alternative}")
    return spread_ratio(samples, label, method, alternative, alpha)


def _against_value(response: Numeric, sigma: float, alternative: str, alpha: float) -> Result:
    if sigma <= 0:
        raise CommandError(f"sigma={sigma:g} is not a standard deviation; it must be above 0")
    _need(response.values[~response.missing], response.name)
    return spread_against_value(response, sigma, alternative, alpha)


def _samples(response: Numeric | Wide, group: Factor | None, first: Level | None) -> dict[str, Floats]:
    if isinstance(response, Wide):
        if group is not None or first is not None:
            raise CommandError(
                "response= lists columns, each a group of its own and the first on top: leave group= and first= out, or "
                "name one column"
            )
        columns = {column.name: column.values[~column.missing] for column in response.columns}
        if len(columns) < 2:
            raise CommandError(f"response= lists only `{response.columns[0].name}`; name two or more different columns")
        return columns
    if group is None:
        raise CommandError(
            "COMPARE_VARIANCES takes response= and group=, several columns as response=[a, b], or response= and sigma="
        )
    known = ~response.missing
    samples = {level: response.values[group.where(level) & known] for level in group.levels}
    samples = {level: values for level, values in samples.items() if values.size}
    if len(samples) < 2:
        raise DataError(
            f"`{group.name}` has {len(samples)} level{'s' * (len(samples) != 1)} with values among the rows in use; "
            "comparing spreads needs at least 2: use more rows, or sigma= for one sample"
        )
    if first is None:
        return samples
    lead = find_level(group, first)
    if lead not in samples:
        raise DataError(f"`{lead}` of `{group.name}` has no values of {response.name}; name another level in first=")
    return {lead: samples[lead]} | samples


def _need(values: Floats, name: str) -> None:
    if values.size < 2:
        many = "s" * (values.size != 1)
        raise DataError(f"{name} has {values.size} value{many}; a spread needs at least 2: leave it out with where=")
    if values.min() == values.max():
        raise DataError(
            f"all {values.size} values of {name} equal {values[0]:g}; a spread of zero cannot be compared: check how "
            "finely it was recorded, or leave it out with where="
        )
