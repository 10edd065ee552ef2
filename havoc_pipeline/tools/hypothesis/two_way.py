"""The result of a two-way analysis of variance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtrc, stdtrit

from havoc_pipeline.tools.hypothesis.cells import Cells, Term, TwoWay
from havoc_pipeline.tools.hypothesis.effect_sizes import REFERENCE
from havoc_pipeline.tools.hypothesis.pairwise import (
    MOST_NAMED,
    TUKEY_REFERENCE,
    Pair,
    pairs_table,
    tukey_kramer,
)
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slug, slugs
from havoc_pipeline.tools.samples import Floats, name_with_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class TwoWayAnova(Result):
    """A two-way analysis of variance; `f_interaction` is NaN when it could not be tested."""

    f: float
    df_model: int
    df_error: int
    p_value: float
    f_first: float
    p_value_first: float
    f_second: float
    p_value_second: float
    f_interaction: float
    p_value_interaction: float
    ss_error: float
    ms_error: float
    residual_sd: float
    r_squared: float
    n: int
    alpha: float
    label: str
    factors: tuple[str, str]
    levels: tuple[tuple[str, ...], tuple[str, ...]]
    cell_means: Floats
    pairs: tuple[tuple[Pair, ...], tuple[Pair, ...]]
    terms: tuple[Term, ...]

    def figure(self) -> Figure:
        """Cell means as lines that are parallel when there is no interaction."""
        from havoc_pipeline.reports.relations import interaction_plot

        return interaction_plot(
            self.cell_means, *self.levels, label=self.label, across=self.factors[0], by=self.factors[1]
        )  # fmt: skip


def two_way(
    cells: Cells, found: TwoWay, *, name: str, names: tuple[str, str], unit: str | None, posthoc: str,
    alpha: float, findings: Sequence[Finding],
) -> TwoWayAnova:  # fmt: skip
    """Build the result from the cells and their analysis."""
    df_model = cells.n - 1 - found.df_error
    ss_model = max(0.0, cells.total - found.ss_error)
    f = (ss_model / df_model) / found.ms_error
    pairs = _pairs(cells, found, posthoc, alpha)
    interaction = found.terms[2] if len(found.terms) > 2 else None
    return TwoWayAnova(
        decision="supported" if any(t.p_value < alpha for t in found.terms) else "not supported",
        statement=_sentence(name, names, found, alpha), findings=tuple(findings),
        tables=_tables(cells, found, names, pairs, alpha), conventions=_conventions(found, posthoc),
        references=(TUKEY_REFERENCE, "Yates (1934), J. Am. Stat. Assoc. 29, 51-66", REFERENCE),
        extra=_extra(cells, found, names, pairs, alpha),
        series={"residuals": cells.centred - found.fitted, "fitted": found.fitted + cells.origin},
        f=f, df_model=df_model, df_error=found.df_error, p_value=float(fdtrc(df_model, found.df_error, f)),
        f_first=found.terms[0].f, p_value_first=found.terms[0].p_value,
        f_second=found.terms[1].f, p_value_second=found.terms[1].p_value,
        f_interaction=interaction.f if interaction else math.nan,
        p_value_interaction=interaction.p_value if interaction else math.nan,
        ss_error=found.ss_error, ms_error=found.ms_error, residual_sd=math.sqrt(found.ms_error),
        r_squared=ss_model / cells.total, n=cells.n, alpha=alpha, factors=names,
        label=name_with_unit(name, unit),
        levels=(cells.first, cells.second), cell_means=cells.means + cells.origin, pairs=pairs, terms=found.terms,
    )  # fmt: skip


def _pairs(cells: Cells, found: TwoWay, posthoc: str, alpha: float) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    if posthoc == "none":
        return (), ()
    made = [tuple(tukey_kramer(levels, means, covariance, found.df_error, alpha))
            for levels, means, covariance in zip((cells.first, cells.second), found.means, found.covariances,
                                                 strict=True)]  # fmt: skip
    return made[0], made[1]


def _intervals(cells: Cells, found: TwoWay, place: int, alpha: float) -> Floats:
    """Adjusted mean with low and high end for each level, shape (k, 3)."""
    means = found.means[place] + cells.origin
    reach = float(stdtrit(found.df_error, 1 - alpha / 2)) * np.sqrt(np.diagonal(found.covariances[place]))
    return np.column_stack([means, means - reach, means + reach])


def _extra(
    cells: Cells, found: TwoWay, names: tuple[str, str], pairs: tuple[tuple[Pair, ...], ...], alpha: float
) -> dict[str, float]:  # fmt: skip
    made: dict[str, float] = {}
    for term, key in zip(found.terms, [*slugs(names), "interaction"], strict=False):
        made |= {f"f_{key}": term.f, f"df_{key}": term.df, f"p_value_{key}": term.p_value, f"ss_{key}": term.ss,
                 f"partial_eta_squared_{key}": term.effect.eta, f"partial_omega_squared_{key}": term.effect.omega,
                 f"effect_low_{key}": term.effect.low, f"effect_high_{key}": term.effect.high}  # fmt: skip
    for place, (factor, levels) in enumerate(zip(slugs(names), (cells.first, cells.second), strict=True)):
        spread = _intervals(cells, found, place, alpha)
        for row, level in zip(spread, slugs(levels), strict=True):
            for part, value in zip(("mean", "ci_low", "ci_high"), row, strict=True):
                made[f"{part}_{factor}_{level}"] = float(value)
        for pair in pairs[place] if len(levels) <= MOST_NAMED else ():
            both = slug(f"{factor} {pair.first} {pair.second}")
            made |= {f"difference_{both}": pair.difference, f"p_value_{both}": pair.p_value}
    return made


def _sentence(name: str, names: tuple[str, str], found: TwoWay, alpha: float) -> str:
    name, first, second = map(literal, (name, *names))
    parts = []
    for factor, term, mark in zip((first, second), found.terms, ("first", "second"), strict=False):
        verb = "differs" if term.p_value < alpha else "is not shown to differ"
        parts.append(f"{verb} with {factor} (p {{p_value_{mark}}})")
    if len(found.terms) < 3:
        return f"The mean of {name} {parts[0]} and {parts[1]}; whether the two act together could not be tested."
    depends = "depends" if found.terms[2].p_value < alpha else "is not shown to depend"
    return (f"The mean of {name} {parts[0]} and {parts[1]}, and the effect of {first} {depends} on {second} "
            "(interaction p {p_value_interaction}).")  # fmt: skip


def _tables(
    cells: Cells, found: TwoWay, names: tuple[str, str], pairs: tuple[tuple[Pair, ...], ...], alpha: float
) -> tuple[ResultTable, ...]:  # fmt: skip
    rows = [(t.name, t.df, t.ss, t.ss / t.df, t.f, t.p_value, t.effect.eta, t.effect.omega, t.effect.low,
             t.effect.high) for t in found.terms]  # fmt: skip
    gap = (math.nan,) * 6
    rows.append(("error", found.df_error, found.ss_error, found.ms_error, *gap))
    rows.append(("total", cells.n - 1, cells.total, math.nan, *gap))
    head = ("source", "df", "adjusted sum of squares", "mean square", "F", "p-value", "partial eta²",
            "partial omega²", "low", "high")  # fmt: skip
    shown = [ResultTable("Analysis of variance", head, tuple(rows)), _cell_table(cells, names)]
    for place, (factor, levels) in enumerate(zip(names, (cells.first, cells.second), strict=True)):
        spread = _intervals(cells, found, place, alpha)
        body = tuple((level, *map(float, row)) for level, row in zip(levels, spread, strict=True))
        shown.append(ResultTable(f"Adjusted means of {factor}", ("level", "mean", "low", "high"), body))
        if pairs[place]:
            shown.append(pairs_table(f"Pairs of {factor} (Tukey-Kramer)", pairs[place]))
    return tuple(shown)


def _cell_table(cells: Cells, names: tuple[str, str]) -> ResultTable:
    rows = tuple((first, second, int(cells.sizes[i, j]), float(cells.means[i, j] + cells.origin))
                 for i, first in enumerate(cells.first) for j, second in enumerate(cells.second))  # fmt: skip
    return ResultTable("Cells", (*names, "n", "mean"), rows)


def _conventions(found: TwoWay, posthoc: str) -> dict[str, str]:
    kind = (
        "Type III (adjusted; weighted squares of means, as with sum-to-zero coding)"
        if len(found.terms) > 2
        else "each factor adjusted for the other (Type II and III agree); model without interaction"
    )
    return {
        "sums of squares": kind,
        "means": "adjusted (unweighted means of the cells), intervals with the pooled error variance",
        "pairs": "Tukey-Kramer on the adjusted means" if posthoc != "none" else "none",
        "effect size": "partial eta squared of the sample; partial omega squared (not below 0) with its interval, "
        "level 1 - alpha, through the noncentral F as λ/(λ + N)",
    }  # fmt: skip
