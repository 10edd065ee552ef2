"""One-way analysis of variance: the classic F and Welch's, with pairwise comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis import pairwise
from havoc_pipeline.tools.hypothesis.effect_sizes import REFERENCE, effect
from havoc_pipeline.tools.hypothesis.groups import Groups
from havoc_pipeline.tools.hypothesis.means import Means, classic_f, means_of, welch_f
from havoc_pipeline.tools.hypothesis.pairwise import MOST_NAMED, Pair, pairs_table
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slug, slugs
from havoc_pipeline.tools.samples import Floats, name_with_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class OneWayAnova(Result):
    """A one-way analysis of variance; sums of squares are in the response's unit squared."""

    form: str
    f: float
    df_between: float
    df_within: float
    p_value: float
    ss_between: float
    ss_within: float
    ms_between: float
    ms_within: float
    residual_sd: float
    eta_squared: float
    omega_squared: float
    effect_low: float
    effect_high: float
    n: int
    groups: int
    alpha: float
    label: str
    grouping: str
    pairs: tuple[Pair, ...]
    samples: dict[str, Floats]

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the share of variance explained in the population.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        found = effect(self.f, self.df_between, self.df_within, self.n, 1 - level)
        return found.low, found.high

    def figure(self) -> Figure:
        """Every value beside its group's mean and confidence interval."""
        from havoc_pipeline.reports.figures import group_plot

        return group_plot(self.samples, label=self.label, grouping=self.grouping, alpha=self.alpha)


def one_way(
    groups: Groups, *, name: str, grouping: str, unit: str | None, method: str, posthoc: str, alpha: float,
    findings: Sequence[Finding],
) -> OneWayAnova:  # fmt: skip
    """Build the result from groups that `check_groups` has passed."""
    means = means_of(groups)
    welch = method == "welch"
    test = welch_f(means) if welch else classic_f(means)
    sizes = effect(test[0], test[1], test[2], int(means.sizes.sum()), alpha)
    pairs = _pairs(groups, means, posthoc, alpha)
    spreads = _mean_intervals(groups, means, welch, alpha)
    clear = test[3] < alpha
    return OneWayAnova(
        decision="supported" if clear else "not supported",
        statement=_sentence(groups, means, name, grouping, unit, clear), findings=tuple(findings),
        tables=_tables(groups, means, test, spreads, pairs, posthoc, welch),
        conventions=_conventions(welch, posthoc), references=_references(welch, posthoc),
        extra=_extra(groups, means, spreads, pairs), series=_series(groups),
        form="Welch" if welch else "classic", f=test[0], df_between=test[1], df_within=test[2], p_value=test[3],
        ss_between=means.between, ss_within=means.within, ms_between=means.between / (means.sizes.size - 1),
        ms_within=means.pooled, residual_sd=math.sqrt(means.pooled),
        eta_squared=means.between / (means.between + means.within), omega_squared=sizes.omega,
        effect_low=sizes.low, effect_high=sizes.high, n=int(means.sizes.sum()), groups=len(groups.names), alpha=alpha,
        label=name_with_unit(name, unit), grouping=grouping,
        pairs=tuple(pairs), samples=groups.samples,
    )  # fmt: skip


def check_groups(groups: Groups, name: str, method: str, posthoc: str) -> None:
    """Refuse groups on which the method cannot be computed.

    Raises
    ------
    DataError
        With too few values, or none of the spread that the method divides by.
    """
    means = means_of(groups)
    if means.df_within < 1:
        raise DataError(f"each of the {len(groups.names)} groups has one value of {name}, so nothing tells differences "
                        "from noise; give repeats, or a factor with fewer levels")  # fmt: skip
    if means.within <= 0:
        raise DataError(f"{name} does not vary within any group, so there is nothing to test against; check the data")
    alone = method == "welch" or posthoc == "games_howell"
    for level, size, variance in zip(groups.names, means.sizes, means.variances, strict=True):
        if alone and not (size >= 2 and (variance > 0 or method != "welch")):
            what = "one value" if size < 2 else "no variation"
            wish = "method=welch" if method == "welch" else "posthoc=games_howell"
            raise DataError(f"group `{level}` has {what} of {name}, and {wish} needs each group's own variance; use "
                            "method=classic with posthoc=tukey, or leave the group out with where=")  # fmt: skip


def _pairs(groups: Groups, means: Means, posthoc: str, alpha: float) -> list[Pair]:
    if posthoc == "none":
        return []
    if posthoc == "games_howell":
        return pairwise.games_howell(groups.names, means.centred, means.variances, means.sizes, alpha)
    covariance = np.diag(means.pooled / means.sizes)
    return pairwise.tukey_kramer(groups.names, means.centred, covariance, means.df_within, alpha)


def _mean_intervals(groups: Groups, means: Means, own: bool, alpha: float) -> Floats:
    """Mean with low and high end for each group, shape (k, 3), in the response's unit."""
    variance = means.variances if own else np.full(means.sizes.size, means.pooled)
    df = means.sizes - 1 if own else np.full(means.sizes.size, float(means.df_within))
    reach = stdtrit(df, 1 - alpha / 2) * np.sqrt(variance / means.sizes)
    centre = means.centred + groups.origin
    return np.column_stack([centre, centre - reach, centre + reach])


def _extra(groups: Groups, means: Means, spreads: Floats, pairs: list[Pair]) -> dict[str, float]:
    found: dict[str, float] = {"eta_squared_percent": 100 * means.between / (means.between + means.within)}
    for place, level in enumerate(slugs(groups.names)):
        found[f"mean_{level}"], found[f"ci_low_{level}"], found[f"ci_high_{level}"] = map(float, spreads[place])
        found[f"sd_{level}"] = float(np.sqrt(means.variances[place]))
        found[f"n_{level}"] = int(means.sizes[place])
    for pair in pairs if len(groups.names) <= MOST_NAMED else ():
        both = slug(f"{pair.first} {pair.second}")
        found |= {f"difference_{both}": pair.difference, f"difference_low_{both}": pair.low,
                  f"difference_high_{both}": pair.high, f"p_value_{both}": pair.p_value}  # fmt: skip
    return found


def _series(groups: Groups) -> dict[str, Floats]:
    return {"residuals": groups.residuals, "fitted": groups.fitted}


def _sentence(groups: Groups, means: Means, name: str, grouping: str, unit: str | None, clear: bool) -> str:
    order = np.argsort(means.centred)
    marks, measure = slugs(groups.names), f" {unit}" if unit else ""
    low, high = (f"{literal(groups.names[i])} ({{mean_{marks[i]}}}{measure})" for i in (order[0], order[-1]))
    what = f"the mean of {literal(name)}" if name != "the response" else "the mean"
    if clear:
        return (f"T{what[1:]} differs between the {literal(grouping)}: it is highest for {high} and lowest for {low} "
                "(F {f}, p {p_value}), and the groups account for {eta_squared_percent} of the variation.")  # fmt: skip
    return (f"The data do not show that {what} differs between the {literal(grouping)} (F {{f}}, p {{p_value}}): "
            f"the observed means run from {low} to {high}.")  # fmt: skip


def _tables(
    groups: Groups, means: Means, test: tuple[float, float, float, float], spreads: Floats, pairs: list[Pair],
    posthoc: str, welch: bool,
) -> tuple[ResultTable, ...]:  # fmt: skip
    f, df, df_error, p = test
    rows = tuple((level, int(means.sizes[i]), *map(float, spreads[i]), float(np.sqrt(means.variances[i])))
                 for i, level in enumerate(groups.names))  # fmt: skip
    shown = [ResultTable("Groups", ("group", "n", "mean", "low", "high", "sd"), rows)]
    if welch:
        shown.insert(0, ResultTable("Welch's analysis of variance", ("df between", "df within", "F", "p-value"),
                                    ((df, df_error, f, p),)))  # fmt: skip
    else:
        shown.insert(0, _sums(means, f, p))
    if pairs:
        title = {"tukey": "Tukey-Kramer", "games_howell": "Games-Howell"}[posthoc]
        shown.append(pairs_table(f"Pairs of means ({title})", pairs))
    return tuple(shown)


def _sums(means: Means, f: float, p: float) -> ResultTable:
    df = means.sizes.size - 1
    rows = (
        ("between groups", df, means.between, means.between / df, f, p),
        ("within groups", means.df_within, means.within, means.pooled, math.nan, math.nan),
        ("total", df + means.df_within, means.between + means.within, math.nan, math.nan, math.nan),
    )
    head = ("source", "df", "sum of squares", "mean square", "F", "p-value")
    return ResultTable("Analysis of variance", head, rows)


def _conventions(welch: bool, posthoc: str) -> dict[str, str]:
    pairs = {"tukey": "Tukey-Kramer", "games_howell": "Games-Howell", "none": "none"}[posthoc]
    spread = "each group's own variance" if welch else "pooled variance"
    return {
        "test": "Welch's F" if welch else "classic F (equal variances)", "pairs": pairs,
        "intervals of the means": f"t with {spread}",
        "effect size": "eta squared of the sample; omega squared (not below 0) with its interval, level 1 - alpha, "
        "through the noncentral F as λ/(λ + N)",
    }  # fmt: skip


def _references(welch: bool, posthoc: str) -> tuple[str, ...]:
    test = (
        "Welch (1951), Biometrika 38, 330-336"
        if welch
        else "Fisher (1925), Statistical Methods for Research Workers, ch. VII"
    )
    pairs = {"tukey": (pairwise.TUKEY_REFERENCE,), "games_howell": (pairwise.GAMES_HOWELL_REFERENCE,)}
    return (test, *pairs.get(posthoc, ()), REFERENCE)
