"""The result of DESIGN_DOE: the runs, their order, and what they promise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.doe.alias_tables import chain_table, word_table
from havoc_pipeline.tools.doe.assessment import Assessment, assess, correlations
from havoc_pipeline.tools.doe.checks import aliasing_finding, balance_finding, orthogonality_finding, resolution_finding
from havoc_pipeline.tools.doe.coding import imbalance_of
from havoc_pipeline.tools.doe.defining_words import LETTERS
from havoc_pipeline.tools.doe.design_wording import REFERENCES, conventions, judged_in, next_step, sentence
from havoc_pipeline.tools.doe.layout import Layout
from havoc_pipeline.tools.doe.layout_checks import axial_finding, block_finding, run_order_finding
from havoc_pipeline.tools.doe.model_terms import CodedFactor, build_model
from havoc_pipeline.tools.doe.power import detectable_effect, main_effect_power
from havoc_pipeline.tools.doe.precision_checks import curvature_finding, power_finding, replication_finding
from havoc_pipeline.tools.doe.run_sheet import random_order, run_tables, write_sheet
from havoc_pipeline.tools.doe.term_tables import square_columns, term_table
from havoc_pipeline.tools.result import Finding, Result, ResultTable
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class ExperimentDesign(Result):
    """A design: `matrix` holds the coded runs in standard order, `run_order` the order to run them in.

    Efficiencies are in percent, powers and `detectable_effect` (found with a chance of 0.8) for the
    weakest main effect, in standard deviations of the error; `resolution` is NaN where every
    combination is run or the design has no two-level part.
    """

    design: str
    names: tuple[str, ...]
    layout: Layout
    run_order: NDArray[np.intp]
    generators: str
    next_step: str
    factors: int
    runs: int
    different_runs: int
    replicates: int
    center_points: int
    resolution: float
    axial_distance: float
    d_efficiency: float
    a_efficiency: float
    g_efficiency: float
    average_prediction_variance: float
    max_correlation: float
    max_vif: float
    error_df: int
    pure_error_df: int
    power_1_sigma: float
    power_2_sigma: float
    detectable_effect: float
    alpha: float
    seed: int

    @property
    def matrix(self) -> Floats:
        """Coded runs in standard order, shape (runs, factors)."""
        return self.layout.matrix

    def write_csv(self, path: str | Path, ranges: Mapping[str, tuple[float, float]] | None = None) -> Path:
        """Write the run sheet to fill in: runs in run order, with an empty column `response`.

        Parameters
        ----------
        path : str or Path
        ranges : mapping of str to (low, high), optional
            Real settings that -1 and +1 stand for, by factor; other factors stay coded.

        Returns
        -------
        Path

        Raises
        ------
        CommandError
            When a range names no factor or is empty.
        TableError
            When the file cannot be written.
        """
        return write_sheet(path, self.layout, self.run_order, self.names, ranges or {})

    def figure(self) -> Figure:
        """The runs of two or three factors in their space; else correlations between terms."""
        from havoc_pipeline.tools.doe.drawings import correlation_map, point_plot

        if self.factors <= 3:
            return point_plot(self.matrix, self.names)
        factors = code_layout(self.layout, self.names)
        model = build_model(factors, "quadratic" if self.layout.model == "quadratic" else "interactions")
        return correlation_map(correlations(model.matrix[:, 1:]), model.names[1:])


def describe_design(names: tuple[str, ...], layout: Layout, why: str, seed: int, alpha: float) -> ExperimentDesign:
    """Judge a layout and put everything that a reader needs into one result.

    Parameters
    ----------
    names : tuple of str
        Of the factors.
    layout : Layout
    why : str
        Why this design was taken when none was named.
    seed : int
        Of the run order.
    alpha : float
        Significance level of the power.

    Returns
    -------
    ExperimentDesign
    """
    factors = code_layout(layout, names)
    fitted = assess(build_model(factors, layout.model), layout.matrix)
    judged = fitted if layout.model == "quadratic" else assess(build_model(factors, "linear"), layout.matrix)
    one, two = (main_effect_power(judged, factors, effect, alpha) for effect in (1.0, 2.0))
    order = random_order(layout.runs, seed)
    power = power_finding(one, two, alpha, judged_in(layout))
    return ExperimentDesign(
        decision="informative",
        statement=sentence(layout),
        findings=(*_findings(layout, factors, fitted), power, run_order_finding(seed)),
        tables=_tables(layout, order, names, term_table(judged, factors, alpha)),
        conventions=conventions(layout, why),
        references=REFERENCES[layout.design],
        design=layout.design,
        names=names,
        layout=layout,
        run_order=order,
        generators=layout.generators,
        next_step=next_step(layout),
        factors=len(names),
        runs=layout.runs,
        different_runs=fitted.distinct,
        replicates=layout.replicates,
        center_points=layout.center_points,
        resolution=math.nan if layout.resolution is None else float(layout.resolution),
        axial_distance=layout.axial,
        d_efficiency=fitted.d_efficiency,
        a_efficiency=fitted.a_efficiency,
        g_efficiency=fitted.g_efficiency,
        average_prediction_variance=fitted.prediction_variance,
        max_correlation=fitted.largest_correlation,
        max_vif=fitted.largest_inflation,
        error_df=fitted.error_df,
        pure_error_df=fitted.pure_error_df,
        power_1_sigma=one,
        power_2_sigma=two,
        detectable_effect=detectable_effect(judged, factors, alpha),
        alpha=alpha,
        seed=seed,
    )


def code_layout(layout: Layout, names: tuple[str, ...]) -> list[CodedFactor]:
    """The factors of a layout; one with three or more settings apart from centre points is curved."""
    rows = ~layout.centre
    columns = [layout.matrix[:, [place]] for place in range(len(names))]
    curved = [np.unique(column[rows]).size > 2 for column in columns]
    return [CodedFactor(n, column, curved=bends) for n, column, bends in zip(names, columns, curved, strict=True)]


def _findings(layout: Layout, factors: list[CodedFactor], fitted: Assessment) -> list[Finding]:
    found = list[Finding]()
    if layout.fraction is not None and (layout.fraction.words or layout.design != "central_composite"):
        found += [resolution_finding(layout.resolution), aliasing_finding(layout.fraction.words, len(factors))]
    found.append(balance_finding({factor.name: imbalance_of(factor, layout.centre) for factor in factors}))
    found += [orthogonality_finding(fitted, square_columns(fitted.model)), replication_finding(fitted)]
    found.append(curvature_finding(layout.center_points, two_level=not any(factor.curved for factor in factors)))
    if layout.design == "central_composite":
        found.append(axial_finding(layout))
    if layout.design == "box_behnken":
        found.append(block_finding(layout))
    return found


def _tables(
    layout: Layout, order: NDArray[np.intp], names: tuple[str, ...], terms: ResultTable
) -> tuple[ResultTable, ...]:
    settings = [np.unique(np.round(column, 9) + 0.0) for column in layout.matrix.T]
    shown = [", ".join(f"{value:.4g}" for value in levels) for levels in settings]
    legend = ResultTable(
        "Factors", ("letter", "name", "coded settings"), tuple(zip(LETTERS, names, shown, strict=False))
    )
    words = layout.fraction.words if layout.fraction is not None else {}
    aliases = [word_table(words, len(names)), chain_table(words, names)] if words else []
    return (*run_tables(layout, order, names), legend, *(table for table in aliases if table is not None), terms)
