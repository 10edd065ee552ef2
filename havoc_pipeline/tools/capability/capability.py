"""Process capability: do the readings of a stable process lie well within specification?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.capability import checks
from havoc_pipeline.tools.capability.indices import Specification, indices, taguchi_index
from havoc_pipeline.tools.capability.study import Study, capability_result
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Numeric, Order, Subgroup, Wide
from havoc_pipeline.tools.spc.checks import resolution, subgrouping, time_order
from havoc_pipeline.tools.spc.sigma import Method, Sigma, within_sigma
from havoc_pipeline.tools.spc.subgroups import Subgroups, make_subgroups, refused_lists
from havoc_pipeline.tools.spc.variables import chosen_chart, variable_charts

MOST = 1e60
"""Largest size of a limit; squares of larger numbers overflow."""
Within = Literal["auto", "pooled", "r_bar", "s_bar", "moving_range"]


@tool("CAPABILITY", family="capability", transforms=("value", "lsl", "usl", "target"), refuses=refused_lists)
def capability(
    table: Any,
    value: Numeric | Wide,
    lsl: float | None = None,
    usl: float | None = None,
    target: float | None = None,
    subgroup: Subgroup | None = None,
    subgroup_size: int | None = None,
    order: Order | None = None,
    within: Within = "auto",
    required: float = 1.33,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Judge whether a process meets its specification: Cp, Cpk, Pp, Ppk, Cpm and the share outside.

    Parameters
    ----------
    value : column or list of columns
        What was measured; with several columns each row is one subgroup.
    lsl, usl : number
        Lower and upper specification limits, in the unit of the readings; at least one.
    target : number
        Value aimed at; gives Cpm.
    subgroup : column
        Rows with the same label form one rational subgroup.
    subgroup_size : whole number
        So many consecutive rows form one subgroup.
    order : column
        Date, time or run order that sorts the rows first; the order of the rows when left out.
    within : word
        How sigma within is estimated: `pooled` (pooled standard deviation / c4), `r_bar`, `s_bar`, or
        for single readings `moving_range`. `auto` takes pooled for subgroups, moving_range else.
    required : number
        Index that a capable process must surpass.
    alpha : number
        Intervals have level 1 - alpha; the process is called capable when the interval of the
        smaller of Cpk and Ppk lies above `required`.

    Returns
    -------
    Capability

    Raises
    ------
    CommandError
        Without any limit, or when the limits are in the wrong order.
    DataError
        With fewer than two readings or no variation.

    References
    ----------
    ISO 22514-2:2017; Kane (1986), J. Qual. Technol. 18, 41-52; Bissell (1990), Applied Statistics 39,
    331-340; Boyles (1991), J. Qual. Technol. 23, 17-26.

    In words
    --------
    Judge whether {value} meets the limits {lsl} to {usl}
    Judge whether {value} meets the lower limit {lsl}
    Judge whether {value} meets the upper limit {usl}

    Example
    -------
    CAPABILITY value=diameter lsl=9.9 usl=10.1 target=10 subgroup=batch
    """
    limits = _specification(lsl, usl, target)
    if not required > 0:
        raise CommandError(f"required is {required:g}; an index to surpass must be above 0, such as 1.33")
    groups = make_subgroups(table, value, subgroup, subgroup_size, order)
    sigma = within_sigma(groups, _method(groups, within))
    return _study(table, groups, limits, sigma, order, required, float(alpha))


def _specification(lsl: float | None, usl: float | None, target: float | None) -> Specification:
    if lsl is None and usl is None:
        raise CommandError("CAPABILITY needs a specification limit: give lsl=, usl= or both")
    for name, limit in (("lsl", lsl), ("usl", usl), ("target", target)):
        if limit is not None and not abs(limit) <= MOST:
            raise CommandError(f"{name}={limit:g} is beyond {MOST:g}; leave out a limit that does not exist")
    if lsl is not None and usl is not None and lsl >= usl:
        raise CommandError(f"lsl={lsl:g} is not below usl={usl:g}; check which limit is which")
    return Specification(lsl, usl, target)


def _method(groups: Subgroups, within: Within) -> Method:
    if within != "auto":
        return within
    return "moving_range" if groups.individual else "pooled"


def _study(
    table: Any,
    groups: Subgroups,
    limits: Specification,
    sigma: Sigma,
    order: Order | None,
    required: float,
    alpha: float,
) -> Result:
    values, n = groups.readings, groups.readings.size
    mean, overall_sd = _moments(groups)
    inside = indices(mean, sigma.value, sigma.degrees, n, limits)
    overall = indices(mean, overall_sd, n - 1, n, limits)
    charts = variable_charts(groups, chosen_chart(groups), "nelson_1_2") if groups.count > 1 else None
    findings = (
        checks.limits_make_sense(values, limits), checks.stability(groups, charts), checks.dependence(groups),
        checks.normality(values, groups.name), checks.sample_size(n),
        checks.between(inside, overall, overall_sd / sigma.value), resolution(values, sigma.value, groups.name),
        *subgrouping(groups), time_order(table, order),
    )  # fmt: skip
    return capability_result(
        Study(groups, limits, mean, (sigma.value, overall_sd), inside, overall, taguchi_index(values, limits), required,
              alpha, findings, _conventions(sigma, required), charts.charts[0] if charts else None)
    )  # fmt: skip


def _moments(groups: Subgroups) -> tuple[float, float]:
    """Mean and overall standard deviation, without the rounding of a large common level."""
    centred = groups.readings - groups.readings[0]
    spread = float(centred.std(ddof=1)) if centred.size > 1 else 0.0
    if not spread > 0 or not np.isfinite(spread):
        raise DataError(f"`{groups.name}` does not vary over its {centred.size} values; capability needs variation")
    return float(groups.readings[0] + centred.mean()), spread


def _conventions(sigma: Sigma, required: float) -> dict[str, str]:
    return {
        "sigma within": sigma.text,
        "sigma overall": "sample standard deviation, divisor n - 1",
        "degrees of freedom within": f"{sigma.degrees:.4g}, of a chi-square estimate of the same precision",
        "intervals": "Bissell (1990) for Cpk and Ppk, chi-square for Cp, Pp and Cpm; two-sided",
        "Cpm": "root mean square about the target with divisor n (Boyles 1991)",
        "capable": f"lower end of the interval of the smaller of Cpk and Ppk at least {required:g}",
        "stability": "as CHECK_SPC with its default rules",
    }
