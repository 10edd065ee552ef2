"""The result of EVALUATE_DOE: what the runs of a table can tell apart under a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from havoc_pipeline.tools.doe.alias_tables import bias_table, chain_table, word_table
from havoc_pipeline.tools.doe.assessment import Assessment, assess, correlations
from havoc_pipeline.tools.doe.checks import (
    INFLATED,
    aliasing_finding,
    balance_finding,
    estimable_finding,
    inflation_finding,
    orthogonality_finding,
    partial_aliasing_finding,
    resolution_finding,
)
from havoc_pipeline.tools.doe.coding import CodedRuns
from havoc_pipeline.tools.doe.defining_words import LETTERS
from havoc_pipeline.tools.doe.model_choice import MODEL_NAMES, build, with_every_term
from havoc_pipeline.tools.doe.model_terms import ModelKind
from havoc_pipeline.tools.doe.power import detectable_effect, main_effect_power
from havoc_pipeline.tools.doe.precision_checks import (
    curvature_finding,
    leverage_finding,
    power_finding,
    replication_finding,
)
from havoc_pipeline.tools.doe.term_tables import CONVENTIONS, square_columns, term_table
from havoc_pipeline.tools.doe.two_level import TwoLevelWords, find_words
from havoc_pipeline.tools.result import Decision, Finding, Result, ResultTable, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_MAPPED = 15
"""Factors up to which all two-factor interactions are shown in maps and alias tables."""
REFERENCES = (
    "Box and Hunter (1961), Technometrics 3, 311-351 (resolution)",
    "Deng and Tang (1999), Statistica Sinica 9, 1071-1082 (generalised resolution)",
    "Atkinson, Donev and Tobias (2007), Optimum Experimental Designs, with SAS (efficiencies)",
    "Montgomery (2019), Design and Analysis of Experiments, chapters 6, 8 and 11",
)


@dataclass(frozen=True, kw_only=True)
class DesignEvaluation(Result):
    """What the runs of a table can tell apart under `model`.

    Efficiencies are in percent; powers and `detectable_effect` (found with a chance of 0.8) are for
    the weakest main effect, in standard deviations of the error. `resolution` is NaN where the design
    has more than two levels, is complete, or is no regular fraction; `generalized_resolution` is NaN
    with more than two levels and infinite for a full factorial. `series` has the leverages.
    """

    model: str
    names: tuple[str, ...]
    coded: CodedRuns
    fitted: Assessment
    factors: int
    runs: int
    different_runs: int
    terms: int
    aliased_terms: int
    resolution: float
    generalized_resolution: float
    max_correlation: float
    max_vif: float
    d_efficiency: float
    a_efficiency: float
    g_efficiency: float
    average_prediction_variance: float
    max_leverage: float
    center_points: int
    error_df: int
    lack_of_fit_df: int
    pure_error_df: int
    power_1_sigma: float
    power_2_sigma: float
    detectable_effect: float
    alpha: float

    def figure(self) -> Figure:
        """The runs of two or three factors in their space; else correlations between terms."""
        from havoc_pipeline.tools.doe.drawings import correlation_map, point_plot

        if 2 <= self.factors <= 3 and self.coded.matrix.shape[1] == self.factors:
            return point_plot(self.coded.matrix, self.names)
        model = with_every_term(self.coded) if self.factors <= MOST_MAPPED else self.fitted.model
        return correlation_map(correlations(model.matrix[:, 1:]), model.names[1:])


def evaluate(coded: CodedRuns, kind: ModelKind, why: str, alpha: float) -> DesignEvaluation:
    """Judge coded runs by a model.

    Parameters
    ----------
    coded : CodedRuns
    kind : {"linear", "interactions", "quadratic"}
    why : str
        How the model was chosen when none was asked for; else empty.
    alpha : float
        Significance level of the power.

    Returns
    -------
    DesignEvaluation
    """
    fitted = assess(build(coded, kind, every_square=not why), coded.matrix)
    two_level, factors = find_words(coded.signs), list(coded.factors)
    simple = (kind == "interactions" and bool(why)) or fitted.error_df == 0
    judged = assess(build(coded, "linear"), coded.matrix) if simple else fitted
    judged_in = MODEL_NAMES["linear" if simple else kind]
    one, two = (main_effect_power(judged, factors, effect, alpha) for effect in (1.0, 2.0))
    return DesignEvaluation(
        decision=decide(fitted),
        statement=sentence(fitted, kind, fraction=bool(two_level.words)),
        findings=(*_findings(coded, fitted, two_level), power_finding(one, two, alpha, judged_in)),
        tables=_tables(coded, fitted, two_level, alpha),
        conventions=_conventions(kind, why, judged_in),
        references=REFERENCES,
        extra=_inflation(fitted),
        model=kind,
        names=tuple(factor.name for factor in factors),
        coded=coded,
        fitted=fitted,
        factors=len(factors),
        runs=fitted.runs,
        different_runs=fitted.distinct,
        terms=len(fitted.model.names) - 1,
        aliased_terms=len(fitted.aliased),
        resolution=two_level.resolution,
        generalized_resolution=two_level.generalized,
        max_correlation=fitted.largest_correlation,
        max_vif=fitted.largest_inflation,
        d_efficiency=fitted.d_efficiency,
        a_efficiency=fitted.a_efficiency,
        g_efficiency=fitted.g_efficiency,
        average_prediction_variance=fitted.prediction_variance,
        max_leverage=float(fitted.leverage.max()),
        center_points=int(coded.centre.sum()),
        error_df=fitted.error_df,
        lack_of_fit_df=fitted.lack_of_fit_df,
        pure_error_df=fitted.pure_error_df,
        power_1_sigma=one,
        power_2_sigma=two,
        detectable_effect=detectable_effect(judged, factors, alpha),
        alpha=alpha,
    )


def decide(fitted: Assessment) -> Decision:
    """`supported` when every term can be estimated and none is much inflated by the others."""
    return "supported" if not fitted.aliased and fitted.largest_inflation <= INFLATED else "not supported"


def sentence(fitted: Assessment, kind: ModelKind, *, fraction: bool) -> str:
    """What the runs can tell apart; numbers stand as names of values.

    Parameters
    ----------
    fitted : Assessment
    kind : {"linear", "interactions", "quadratic"}
    fraction : bool
        Whether the runs are a regular two-level fraction.
    """
    name = MODEL_NAMES[kind]
    runs = "{runs} runs (a two-level fraction of resolution {resolution})" if fraction else "{runs} runs"
    if fitted.aliased:
        lost = "{aliased_terms} of its {terms} terms cannot be told apart from the others"
        return f"The {runs} cannot estimate the {name} model: {lost}."
    how = "clearly" if decide(fitted) == "supported" else "only poorly"
    figures = "the largest variance inflation factor is {max_vif} and the D-efficiency {d_efficiency}%"
    return f"The {runs} tell the {{terms}} terms of the {name} model {how} apart: {figures}."


def _conventions(kind: ModelKind, why: str, judged_in: str) -> dict[str, str]:
    effect = "effect = change from low to high, in error standard deviations"
    return {
        "model": f"{kind}, {why}" if why else f"{kind}, as asked",
        "coding": "low and high setting of a continuous factor to -1 and +1; axial points lie beyond",
        "power": f"weakest main effect, {judged_in} model; {effect}",
    } | CONVENTIONS


def _inflation(fitted: Assessment) -> dict[str, float]:
    names = [fitted.model.names[column].replace("²", " squared") for column in fitted.kept[1:]]
    return {f"vif_{name}": float(value) for name, value in zip(slugs(names), fitted.vif, strict=True)}


def _findings(coded: CodedRuns, fitted: Assessment, two_level: TwoLevelWords) -> list[Finding]:
    found = [estimable_finding(fitted), inflation_finding(fitted)]
    found += [orthogonality_finding(fitted, square_columns(fitted.model)), balance_finding(coded.imbalance)]
    if two_level.found and not two_level.regular:
        found.append(partial_aliasing_finding(two_level.generalized))
    elif two_level.found:
        found += [resolution_finding(two_level.whole), aliasing_finding(two_level.words, len(coded.factors))]
    found.append(replication_finding(fitted))
    if any(factor.contrasts is None for factor in coded.factors):
        two_settings = not any(factor.curved for factor in coded.factors)
        found.append(curvature_finding(int(coded.centre.sum()), two_level=two_settings))
    return [*found, leverage_finding(fitted)]


def _tables(coded: CodedRuns, fitted: Assessment, two_level: TwoLevelWords, alpha: float) -> tuple[ResultTable, ...]:
    names = [factor.name for factor in coded.factors]
    aliases: list[ResultTable | None] = []
    if two_level.words:
        aliases = [word_table(two_level.words, len(names)), chain_table(two_level.words, names)]
    elif len(names) <= MOST_MAPPED:
        aliases = [bias_table(fitted, with_every_term(coded))]
    made = [_factor_table(coded), term_table(fitted, list(coded.factors), alpha), *aliases, _freedom_table(fitted)]
    return tuple(entry for entry in made if entry is not None)


def _factor_table(coded: CodedRuns) -> ResultTable:
    rows = []
    for letter, factor, settings in zip(LETTERS * 2, coded.factors, coded.settings, strict=False):
        kind = "continuous" if factor.contrasts is None else "categories"
        listed = [f"{setting} ({count})" for setting, count in settings.items()]
        shown = ", ".join(listed[:8]) + (f", … ({len(listed)} settings)" if len(listed) > 8 else "")
        rows.append((letter, factor.name, kind, shown, coded.imbalance[factor.name]))
    return ResultTable("Factors", ("letter", "name", "kind", "settings (runs)", "imbalance"), tuple(rows))


def _freedom_table(fitted: Assessment) -> ResultTable:
    model = ("model", int(fitted.kept.size) - 1)
    error = (("lack of fit", fitted.lack_of_fit_df), ("pure error", fitted.pure_error_df))
    return ResultTable("Degrees of freedom", ("source", "df"), (model, *error, ("total", fitted.runs - 1)))
