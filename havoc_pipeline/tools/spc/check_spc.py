"""Control charts: is a process stable, and which points are out?"""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.lists import Given, Refused, listed
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Numeric, Order, Subgroup, Wide
from havoc_pipeline.tools.spc import checks
from havoc_pipeline.tools.spc.attributes import Attribute, Counts, likeliest_chart, make_counts
from havoc_pipeline.tools.spc.chance import chance_of, count_draw
from havoc_pipeline.tools.spc.charts import proportion_chart, rate_chart
from havoc_pipeline.tools.spc.control_chart import Charted, ControlChart, control_chart
from havoc_pipeline.tools.spc.rules import RuleSet
from havoc_pipeline.tools.spc.subgroups import Subgroups, make_subgroups
from havoc_pipeline.tools.spc.subgroups import refused_lists as refused_readings
from havoc_pipeline.tools.spc.variables import VariableChart, chosen_chart, variable_charts

ChartKind = Literal["auto", "imr", "xbar_r", "xbar_s", "p", "np", "c", "u"]


def refused_lists(given: Given) -> Refused | None:
    """A list of readings beside what belongs to a chart of counts, or beside a size of subgroups."""
    columns, chart = listed(given, "value"), given.get("chart")
    if columns and chart in get_args(Attribute):
        return Refused(
            "chart", f"chart={chart} takes one column of counts; add them up with value=({' + '.join(columns)})"
        )
    if columns and "size" in given:
        text = "size= goes with counts in one column; leave it out, or add the counts up with"
        return Refused("size", f"{text} value=({' + '.join(columns)})")
    return refused_readings(given)


@tool("CHECK_SPC", family="spc", transforms=("value", "mu"), refuses=refused_lists)
def check_spc(
    table: Any,
    value: Numeric | Wide,
    subgroup: Subgroup | None = None,
    subgroup_size: int | None = None,
    chart: ChartKind = "auto",
    size: Numeric | float | None = None,
    rules: RuleSet = "nelson_1_2",
    order: Order | None = None,
    mu: float | None = None,
    sigma: float | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Check with a control chart whether a process is stable, and which points are out.

    Parameters
    ----------
    value : column or list of columns
        What was measured or counted; with several columns each row is one subgroup.
    subgroup : column
        Rows with the same label form one rational subgroup.
    subgroup_size : whole number
        So many consecutive rows form one subgroup.
    chart : word
        `imr` individuals, `xbar_r` and `xbar_s` subgroups, `p` and `np` defective items, `c` and
        `u` defects. `auto` takes imr for single readings, xbar_r for subgroups of up to 8, xbar_s
        for larger ones, and with size= p where every count is at most its size, else u.
    size : column or number
        Number inspected (p, np), or units, area or time that defects were counted over (u).
    rules : word
        `nelson_1_2` (default) a point beyond the limits, or nine in a row on one side; `nelson` all
        eight tests; `western_electric` the four zone rules; `beyond_limits` the limits alone;
        `minitab` and `jasp` the tests as those packages count them.
    order : column
        Date, time or run order that sorts the rows first; the order of the rows when left out.
    mu, sigma : number
        Known mean (or proportion, or rate) and standard deviation; estimated when left out.
    alpha : number
        Signals count as instability when a stable process shows as much with a smaller probability.

    Returns
    -------
    ControlChart

    Raises
    ------
    CommandError
        When the chart does not fit the subgroups, or lacks its sizes.
    DataError
        With fewer than two points, no variation, or counts that cannot be such.

    References
    ----------
    ISO 7870-2:2013; Montgomery (2020), chapters 6 and 7; Nelson (1984), J. Qual. Technol. 16, 237-239.

    In words
    --------
    Check with a control chart whether {value} is stable, in subgroups by {subgroup}
    Check with a control chart whether {value} is stable

    Example
    -------
    CHECK_SPC value=thickness subgroup=hour chart=xbar_r rules=nelson
    """
    if sigma is not None and not sigma > 0:
        raise CommandError(f"sigma is {sigma:g}; a known standard deviation must be above 0")
    if chart == "auto" and size is not None and isinstance(value, Numeric):
        chart = likeliest_chart(value, size)
    if chart == "p" or chart == "np" or chart == "c" or chart == "u":
        counts = make_counts(table, cast(Numeric, value), size, chart, subgroup, subgroup_size, order)
        return _attribute(table, counts, chart, rules, order, mu, float(alpha))
    if size is not None:
        raise CommandError(f"size= goes with chart=p, np, c or u, not with chart={chart}; leave one of them out")
    groups = make_subgroups(table, value, subgroup, subgroup_size, order)
    return _variable(table, groups, chart, rules, order, mu, sigma, float(alpha))


def _variable(
    table: Any, groups: Subgroups, chart: VariableChart | Literal["auto"], rules: RuleSet, order: Order | None,
    mu: float | None, sigma: float | None, alpha: float,
) -> ControlChart:  # fmt: skip
    kind = chosen_chart(groups) if chart == "auto" else chart
    made = variable_charts(groups, kind, rules, mu, sigma)
    findings = [checks.number_of_points(groups, "individuals" if groups.individual else "subgroups")]
    findings += [checks.dependence(groups.means, groups.name), *checks.subgrouping(groups)]
    if groups.individual:
        findings.append(checks.normal_individuals(groups.readings, groups.name))
    findings += [checks.resolution(groups.readings, made.sigma.value, groups.name), checks.time_order(table, order)]
    conventions = {
        "sigma within": "given" if sigma is not None else made.sigma.text,
        "mean": "given" if mu is not None else "of all readings",
    }
    if kind == "imr":
        conventions["moving range"] = "of two successive values; a missing value leaves a gap"
    if chart == "auto":
        conventions["chart chosen"] = "single readings imr, subgroups of up to 8 xbar_r, larger ones xbar_s"
    return control_chart(
        Charted(
            kind, groups, made.charts, made.chance, rules, alpha, tuple(findings), conventions, sigma=made.sigma.value
        )
    )


def _attribute(
    table: Any, counts: Counts, chart: Attribute, rules: RuleSet, order: Order | None, mu: float | None, alpha: float
) -> ControlChart:
    defectives = chart in ("p", "np")
    if mu is not None and not 0 < mu < (1 if defectives else float("inf")):
        bounds = "between 0 and 1" if defectives else "above 0"
        raise CommandError(f"mu is {mu:g}; a known {'proportion' if defectives else 'rate'} lies {bounds}")
    if defectives:
        drawn = proportion_chart(counts.counts, counts.sizes, rules, mu, total=chart == "np")
    else:
        drawn = rate_chart(counts.counts, counts.sizes, rules, mu, per_unit=chart == "u")
    level = mu if mu is not None else float(counts.counts.sum() / counts.sizes.sum())
    draw = count_draw(counts.sizes, level, defectives=defectives, known=mu is not None)
    chance = chance_of((drawn,), draw, counts.sizes.size)
    spread, ratio = checks.dispersion(drawn, known=mu is not None)
    name = counts.groups.name
    findings = [
        checks.number_of_points(counts.groups, "samples"), spread, checks.expected_counts(level * counts.sizes),
        checks.dependence(drawn.z, name), *checks.whole_counts(counts.counts, name), checks.time_order(table, order),
    ]  # fmt: skip
    law = "binomial" if defectives else "Poisson"
    conventions = {
        "limits": f"three sigma of the {law} distribution at each point's own size",
        "mean": "given" if mu is not None else "total count / total size",
    }
    return control_chart(
        Charted(chart, counts.groups, (drawn,), chance, rules, alpha, tuple(findings), conventions, sigma_z=ratio)
    )
