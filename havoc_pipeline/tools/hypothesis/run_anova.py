"""Analysis of variance: one factor (classic or Welch) or two with their interaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.assumptions import LEVEL, p_text
from havoc_pipeline.tools.hypothesis.anova_findings import (
    cell_variance_finding,
    coding_finding,
    related_rows,
    residual_findings,
    size_findings,
    variance_finding,
)
from havoc_pipeline.tools.hypothesis.cells import Cells, TwoWay, analyse, cells_of
from havoc_pipeline.tools.hypothesis.groups import Groups, groups_of
from havoc_pipeline.tools.hypothesis.one_way import check_groups, one_way
from havoc_pipeline.tools.hypothesis.two_way import two_way
from havoc_pipeline.tools.lists import Given, Refused, beside, listed
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.samples import Factor, Numeric, Wide

Method = Literal["classic", "welch"]
Posthoc = Literal["tukey", "games_howell", "none"]


def refused_lists(given: Given) -> Refused | None:
    """A list of responses beside a factor, or factors that two-way analysis does not take."""
    factors = listed(given, "factor")
    if len(factors) > 2:
        return Refused(
            "factor",
            f"factor= lists {len(factors)} columns; RUN_ANOVA takes one or two: for more use FIT_REGRESSION with "
            "predictors=[…] model=interactions",
        )
    return beside(given, "response", ("factor",)) or (_refused_pair(given, factors) if factors else None)


def _refused_pair(given: Given, factors: tuple[str, ...]) -> Refused | None:
    for name, word in (("method", "welch"), ("posthoc", "games_howell")):
        if given.get(name) == word:
            return Refused(
                name,
                f"{name}={word} is made for one factor; leave it out, or compare one factor at a time with by={factors[1]}",
            )
    twice = factors[0] == factors[1]
    return Refused("factor", f"factor= names `{factors[0]}` twice; name two different columns") if twice else None


@tool("RUN_ANOVA", family="hypothesis", transforms=("response",), refuses=refused_lists)
def run_anova(
    table: Any,
    response: Numeric | Wide,
    factor: list[Factor] | None = None,
    method: Method = "classic",
    posthoc: Posthoc | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Compare the means of several groups, by one factor or by two and their interaction.

    Parameters
    ----------
    response : column or list of columns
        What was measured; with a list, each column is one group and factor is left out.
    factor : column or list of two columns
        Which group a row belongs to; numbers are read as names of groups.
    method : word
        `classic` assumes equal variances in the groups, `welch` does not (one factor only).
    posthoc : word
        Comparison of all pairs: `tukey` (with unequal group sizes Tukey-Kramer), `games_howell`
        (unequal variances) or `none`; follows the method when left out.
    alpha : number
        Significance level; intervals have level 1 - alpha, those of the pairs all together.

    Returns
    -------
    OneWayAnova or TwoWayAnova

    Raises
    ------
    CommandError
        When factors and columns do not fit together, or the method is not made for two factors.
    DataError
        When the groups leave no error to test against.

    References
    ----------
    Fisher (1925), Statistical Methods for Research Workers, ch. VII; Welch (1951), Biometrika 38,
    330-336; Kramer (1956), Biometrics 12, 307-310; Games and Howell (1976), J. Educ. Stat. 1,
    113-125; Yates (1934), J. Am. Stat. Assoc. 29, 51-66.

    In words
    --------
    Compare the mean of {response} between the levels of {factor}
    Compare the means of {response}

    Example
    -------
    RUN_ANOVA response=strength factor=supplier ALPHA_0_05
    """
    factors = factor or []
    pairs = posthoc or ("games_howell" if method == "welch" else "tukey")
    if len(factors) == 2 and isinstance(response, Numeric):
        return _two(table, response, (factors[0], factors[1]), pairs, float(alpha))
    if isinstance(response, Numeric) and not factors:
        raise CommandError(
            "RUN_ANOVA takes response= one column and factor= one or two columns, or response=[a, b, c] alone, "
            "where each column is one group"
        )
    return _one(table, response, factors[0] if factors else None, method, pairs, float(alpha))


def _one(
    table: Any, response: Numeric | Wide, factor: Factor | None, method: str, posthoc: str, alpha: float
) -> Result:  # fmt: skip
    groups = groups_of(table, response, factor)
    name = response.name if isinstance(response, Numeric) else "the response"
    check_groups(groups, name, method, posthoc)
    findings = list(_one_findings(groups, response, factor, method, alpha))
    grouping = f"levels of {factor.name}" if factor is not None else "columns"
    made = one_way(groups, name=name, grouping=grouping, unit=response.unit, method=method, posthoc=posthoc,
                   alpha=alpha, findings=findings)  # fmt: skip
    return made if isinstance(response, Numeric) else replace(made, series={})


def _one_findings(
    groups: Groups, response: Numeric | Wide, factor: Factor | None, method: str, alpha: float
) -> Iterator[Finding]:
    residuals = groups.residuals
    known = residuals[~np.isnan(residuals)]
    yield variance_finding(groups, method, alpha)
    yield from residual_findings(known, in_order=isinstance(response, Numeric))
    yield from size_findings(dict(zip(groups.names, groups.sizes.astype(int).tolist(), strict=True)))
    extra = coding_finding(factor) if factor is not None else None
    if isinstance(response, Wide):
        extra = related_rows(response)
    if extra is not None:
        yield extra


def _two(
    table: Any, response: Numeric, factors: tuple[Factor, Factor], posthoc: str, alpha: float
) -> Result:  # fmt: skip
    names = (factors[0].name, factors[1].name)
    cells = cells_of(table, response, *factors)
    found = analyse(cells, names, alpha)
    findings = list(_two_findings(cells, found, factors, alpha))
    return two_way(cells, found, name=response.name, names=names, unit=response.unit, posthoc=posthoc, alpha=alpha,
                   findings=findings)  # fmt: skip


def _two_findings(cells: Cells, found: TwoWay, factors: tuple[Factor, Factor], alpha: float) -> Iterator[Finding]:
    if len(found.terms) > 2:
        yield cell_variance_finding(_cell_groups(cells))
    residuals = cells.centred - found.fitted
    yield from residual_findings(residuals[~np.isnan(residuals)])
    yield from _cell_findings(cells)
    yield from _interaction(found, alpha)
    yield from (note for note in map(coding_finding, factors) if note is not None)


def _cell_groups(cells: Cells) -> Groups:
    """The filled cells as groups."""
    names = [f"{first}, {second}" for first in cells.first for second in cells.second]
    filled = np.flatnonzero(cells.sizes.ravel() > 0)
    place = np.append(np.full(len(names), -1, dtype=np.intp), -1)
    place[filled] = np.arange(filled.size)
    return Groups(tuple(names[i] for i in filled), place[cells.codes], cells.centred, cells.origin)


def _cell_findings(cells: Cells) -> Iterator[Finding]:
    reference = "Searle (1987), Linear Models for Unbalanced Data, ch. 4"
    empty = [f"{first}, {second}" for i, first in enumerate(cells.first) for j, second in enumerate(cells.second)
             if cells.sizes[i, j] == 0]  # fmt: skip
    if empty:
        shown = "; ".join(empty[:5]) + ("; …" if len(empty) > 5 else "")
        text = f"{len(empty)} of {cells.sizes.size} combinations have no value ({shown})"
        yield Finding("empty cells", "warn", f"{text}, so the factors are fitted without their interaction",
                      float(len(empty)), None, 0.0, reference, "measure the missing combinations")  # fmt: skip
    elif cells.df_within == 0:
        text = "each combination has one value, so the interaction cannot be told from noise and serves as the error"
        yield Finding("replication", "warn", text, 1.0, None, 2.0, reference, "repeat the combinations")
    sizes = {f"{first}, {second}": int(cells.sizes[i, j]) for i, first in enumerate(cells.first)
             for j, second in enumerate(cells.second) if cells.sizes[i, j] > 0}  # fmt: skip
    if cells.df_within > 0:
        yield from size_findings(sizes, "cell")


def _interaction(found: TwoWay, alpha: float) -> Iterator[Finding]:
    if len(found.terms) < 3:
        return
    term = found.terms[2]
    text = f"interaction F {term.f:.3g}, p {p_text(term.p_value)}"
    reference = "Montgomery (2019), Design and Analysis of Experiments, section 5.3"
    if term.p_value >= min(alpha, LEVEL):
        yield Finding("interaction", "pass", f"{text}; the effects of the factors may be read separately", term.f,
                      term.p_value, alpha, reference)  # fmt: skip
        return
    yield Finding("interaction", "warn", f"{text}; a factor's effect depends on the other, so its mean effect misleads",
                  term.f, term.p_value, alpha, reference,
                  "read the cell means, or compare one factor with by= the other")  # fmt: skip
