"""Comparing spreads: two or more groups, or one standard deviation against a value."""

from __future__ import annotations

from typing import Any, Literal

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.hypothesis.spread_against_value import spread_against_value
from havoc_pipeline.tools.hypothesis.spread_comparison import spread_comparison
from havoc_pipeline.tools.hypothesis.spread_ratio import spread_ratio
from havoc_pipeline.tools.lists import Given, Refused, beside, listed
from havoc_pipeline.tools.registry import Alpha, Alternative, Level, tool
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Factor, Floats, Numeric, Wide, find_level

Method = Literal["brown_forsythe", "levene", "bartlett", "f"]


def refused_lists(given: Given) -> Refused | None:
    """A list of responses beside what asks for one column, or for two where there are more."""
    columns = listed(given, "response")
    if not columns:
        return None
    refused = beside(given, "response", ("group", "first", "sigma"), f"name one column: response={columns[0]}")
    if refused is not None:
        return refused
    different = len(set(columns))
    if different < 2:
        return Refused("response", f"response= lists only `{columns[0]}`; name two or more different columns")
    return _unfit(different, given.get("method"), given.get("alternative", "two-sided"), None)


def _unfit(count: int, method: object, alternative: object, first: object) -> Refused | None:
    """What asks for two groups where there are `count`, or for a direction that the method lacks."""
    directed = alternative != "two-sided"
    if count == 2:
        text = f"method=bartlett has no direction; use method=f or brown_forsythe for {alternative}"
        return Refused("alternative", text) if method == "bartlett" and directed else None
    asks = {"method": method == "f", "first": first is not None, "alternative": directed}
    shown = {"method": "method=f", "first": "first=", "alternative": f"alternative={alternative}"}
    name = next((name for name, asked in asks.items() if asked), None)
    text = f"compares two groups and there are {count}: pick two with where=, or leave it out"
    return None if name is None else Refused(name, f"{shown[name]} {text}")


@tool("COMPARE_VARIANCES", family="hypothesis", transforms=("response",), refuses=refused_lists)
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
    if sigma is not None and isinstance(response, Numeric):
        if group is not None or first is not None or method != "brown_forsythe":
            raise CommandError(
                "sigma= holds one column against a value, by chi-square: leave group=, first= and method= out, "
                "or add by= to repeat it for each group"
            )
        return _against_value(response, sigma, alternative, float(alpha))
    label = response.with_unit if isinstance(response, Numeric) else "the measurement"
    samples = _samples(response, group, first)
    for name, values in samples.items():
        _need(values, name)
    unfit = _unfit(len(samples), method, alternative, first)
    if unfit is not None:
        raise CommandError(unfit.reason)
    if len(samples) == 2:
        return spread_ratio(samples, label, method, alternative, float(alpha))
    return spread_comparison(samples, label, method, float(alpha))


def _against_value(response: Numeric, sigma: float, alternative: str, alpha: float) -> Result:
    if sigma <= 0:
        raise CommandError(f"sigma={sigma:g} is not a standard deviation; it must be above 0")
    _need(response.values[~response.missing], response.name)
    return spread_against_value(response, sigma, alternative, alpha)


def _samples(response: Numeric | Wide, group: Factor | None, first: Level | None) -> dict[str, Floats]:
    if isinstance(response, Wide):
        return {column.name: column.values[~column.missing] for column in response.columns}
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
