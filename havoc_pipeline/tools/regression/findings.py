"""What bears on a regression: form of the model, residuals, influence, collinearity, size."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from havoc_pipeline.tools.assumptions import LEVEL, normality, p_text
from havoc_pipeline.tools.regression import diagnostics
from havoc_pipeline.tools.regression.fitted import Fitted
from havoc_pipeline.tools.result import Finding, Status
from havoc_pipeline.tools.samples import Floats, Numeric

STRICT = 0.01
"""Level of checks that raise a false alarm easily, since rows seldom stand in order of time."""
HIGH_INFLATION = 10.0
OPTIMISM = 0.2
"""Adjusted less predicted R² from which the model is likely to fit noise."""
MPV = "Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis"


def regression_findings(fitted: Fitted) -> Iterator[Finding]:
    """All findings on a fit, without those on predictions."""
    yield from _aliased(fitted)
    yield from _collinearity(fitted)
    if fitted.exact:
        text = "the model reproduces the response exactly, so the response is probably computed from the predictors"
        mend = "leave out the predictors that the response is made of"
        yield Finding("exact fit", "fail", text, fitted.centred[1].rss, reference=MPV, mend=mend)
        return
    yield normality(fitted.centred[1].residuals, "residuals")
    yield _variance(fitted)
    yield _independence(fitted)
    yield from _lack_of_fit(fitted)
    yield from _curvature(fitted)
    yield from _coding(fitted)
    yield _outliers(fitted)
    yield from _full_leverage(fitted)
    yield _influence(fitted)
    yield _overfitting(fitted)


def _aliased(fitted: Fitted) -> Iterator[Finding]:
    columns, fit = fitted.plain
    lost = [name for j, name in enumerate(columns.names) if j not in fit.kept]
    if lost:
        names = ", ".join(f"`{name}`" for name in lost[:8]) + (", …" if len(lost) > 8 else "")
        text = f"{names} cannot be told apart from the terms before (collinear, or no data on a combination), left out"
        mend = "leave out one of the columns that say the same, or measure where they differ"
        yield Finding("aliased terms", "warn", text, float(len(lost)), None, 0.0, f"{MPV}, section 9.4.4", mend)


def _collinearity(fitted: Fitted) -> Iterator[Finding]:
    columns, fit = fitted.centred
    found = {
        term.name: diagnostics.generalized_inflation(fit, columns.high, fitted.columns_of(place))
        for place, term in enumerate(fitted.model.terms)
    }
    known = {name: value for name, value in found.items() if not math.isnan(value)}
    if len(known) < 2:
        return
    worst = max(known, key=known.__getitem__)
    text = f"largest variance inflation {known[worst]:.3g} (`{worst}`)"
    reference = f"Marquardt (1970), Technometrics 12, 591-612; {MPV}, section 9.4.2"
    if known[worst] < HIGH_INFLATION / 2:
        text += "; predictors vary independently enough"
        yield Finding("collinearity", "pass", text, known[worst], None, HIGH_INFLATION, reference)
        return
    high = ", ".join(f"`{name}`" for name, value in known.items() if value >= HIGH_INFLATION / 2)
    text += f"; {high} go together, so their separate effects are uncertain though predictions are not"
    status, mend = (
        "warn" if known[worst] >= HIGH_INFLATION else "note",
        "leave out one of them, or vary them separately",
    )
    yield Finding("collinearity", "warn" if status == "warn" else "note", text, known[worst], None, HIGH_INFLATION,
                  reference, mend)  # fmt: skip


def _variance(fitted: Fitted) -> Finding:
    found = diagnostics.breusch_pagan(fitted.centred[1])
    reference = "Koenker (1981), J. Econometrics 17, 107-112 (Breusch-Pagan, studentised)"
    text = f"Breusch-Pagan {found.statistic:.3g} on {found.df:g} df, p {p_text(found.p_value)}"
    if not found.p_value < LEVEL:
        text += "; no sign that the scatter changes"
        return Finding("constant variance", "pass", text, found.statistic, found.p_value, LEVEL, reference)
    text += "; the scatter changes with the predictors, so intervals are too wide in places, too narrow in others"
    mend = "try transform=log or transform=box_cox on the response"
    return Finding("constant variance", "warn", text, found.statistic, found.p_value, LEVEL, reference, mend)


def _independence(fitted: Fitted) -> Finding:
    found = diagnostics.durbin_watson(fitted.centred[1])
    reference = "Durbin and Watson (1951), Biometrika 38, 159-178"
    d, p = found.statistic, found.p_value
    if math.isnan(p):
        text = "too few error degrees of freedom to judge independence"
        return Finding("independence", "note", text, d, reference=reference)
    text = f"Durbin-Watson {d:.3g}, p {p_text(p)}"
    if p >= STRICT:
        text += "; no sign that successive residuals are related"
        return Finding("independence", "pass", text, d, p, STRICT, reference)
    way = "alike" if d < 2 else "opposed"
    text += f"; successive residuals are {way}: where rows stand in order of time, p-values and intervals are wrong"
    mend = "check the order of the rows; bring in what drifts as a predictor"
    return Finding("independence", "warn", text, d, p, STRICT, reference, mend)


def _lack_of_fit(fitted: Fitted) -> Iterator[Finding]:
    found = fitted.lack_of_fit
    if found is None:
        return
    f, p, reference = found.statistic, found.p_value, f"{MPV}, section 4.5"
    text = f"lack of fit F {f:.3g} on {found.df:g} and {found.df_error:g} df, p {p_text(p)}"
    if p >= LEVEL:
        yield Finding("lack of fit", "pass", f"{text}; the model suffices", f, p, LEVEL, reference)
        return
    text += "; beside the scatter of repeats the model misses structure"
    mend = "use model=interactions or model=quadratic, or transform the response"
    yield Finding("lack of fit", "fail", text, f, p, LEVEL, reference, mend)


def _curvature(fitted: Fitted) -> Iterator[Finding]:
    """Whether the square of a numeric predictor adds something."""
    columns, fit = fitted.centred
    tests = {}
    for place, predictor in enumerate(fitted.model.predictors):
        own = fitted.columns_of(place)
        if isinstance(predictor, Numeric) and own[0] in fit.kept:
            found = diagnostics.added_columns(fit, columns.high[:, own] ** 2)
            if found is not None:
                tests[predictor.name] = found
    if not tests:
        return
    worst = min(tests, key=lambda name: tests[name].p_value)
    f, p = tests[worst].statistic, min(1.0, tests[worst].p_value * len(tests))
    text = f"adding the square of `{worst}`: F {f:.3g}, p {p_text(p)}"
    text += " (Bonferroni over the predictors)" if len(tests) > 1 else ""
    reference = f"{MPV}, section 4.2.3"
    if p >= LEVEL:
        yield Finding("linearity", "pass", f"{text}; no sign of curvature", f, p, LEVEL, reference)
        return
    text += "; the effect bends, which a straight line misses"
    yield Finding("linearity", "warn", text, f, p, LEVEL, reference, "use model=quadratic, or transform")


def _coding(fitted: Fitted) -> Iterator[Finding]:
    """Whether a numeric predictor of few whole values acts as a category would."""
    if len(fitted.model.terms) > len(fitted.model.predictors):
        return
    for predictor in fitted.model.predictors:
        levels = _few_whole_values(predictor.values) if isinstance(predictor, Numeric) else None
        if levels is None or not isinstance(predictor, Numeric):
            continue
        extra = np.column_stack([predictor.values == level for level in levels[1:-1]]).astype(np.float64)
        found = diagnostics.added_columns(fitted.centred[1], extra)
        if found is not None and found.p_value < STRICT:
            f, p = found.statistic, found.p_value
            text = (
                f"`{predictor.name}` has {levels.size} whole values and is used as an amount, but its effect does not "
            )
            text += f"follow a line: F {f:.3g}, p {p_text(p)}"
            mend = "if the numbers are codes, write them as names; if amounts, use model=quadratic"
            yield Finding("coding", "warn", text, f, p, STRICT, f"{MPV}, section 8.1", mend)


def _few_whole_values(values: Floats) -> Floats | None:
    """The different values when they are three to six whole numbers, else None."""
    different = np.unique(values)
    return different if 3 <= different.size <= 6 and not (different % 1).any() else None


def _outliers(fitted: Fitted) -> Finding:
    fit = fitted.centred[1]
    t = diagnostics.studentized(fit)
    reference = f"Belsley, Kuh and Welsch (1980), Regression Diagnostics, section 2.1; {MPV}, section 4.4"
    if np.isnan(t).all():
        return Finding("outliers", "note", "too few error degrees of freedom to look for outliers", reference=reference)
    p = diagnostics.outlier_p(t, fit.df)
    largest, least = float(np.nanmax(np.abs(t))), float(np.nanmin(p))
    text = f"largest studentised residual {largest:.3g}, Bonferroni p {p_text(least)}"
    far = np.flatnonzero(np.nan_to_num(p, nan=1.0) < LEVEL)
    if far.size == 0:
        return Finding("outliers", "pass", f"{text}; no outlier", largest, least, LEVEL, reference)
    text += f"; {_rows(fitted, far)} do{'es' * (far.size == 1)} not fit the rest"
    mend = "check at the source; refit without and compare"
    return Finding("outliers", "warn", text, largest, least, LEVEL, reference, mend)


def _full_leverage(fitted: Fitted) -> Iterator[Finding]:
    exact = np.flatnonzero(fitted.centred[1].leverage > diagnostics.FULL_LEVERAGE)
    if exact.size:
        text = f"a coefficient rests on {_rows(fitted, exact)} alone, fitted exactly whatever was measured"
        mend = "measure there again, or drop the term that rests on it"
        yield Finding("leverage", "warn", text, 1.0, None, 1.0, f"{MPV}, section 6.2", mend)


def _influence(fitted: Fitted) -> Finding:
    fit = fitted.centred[1]
    p = len(fit.kept)
    cook = np.nan_to_num(diagnostics.cooks_distance(fit))
    part = float(betaincinv(p / 2, fit.df / 2, 0.5))
    limit = part / p * fit.df / (1 - part)
    strong = np.flatnonzero(cook > limit)
    largest, reference = float(cook.max()), "Cook (1977), Technometrics 19, 15-18 (limit: median of F)"
    text = f"largest Cook's distance {largest:.3g} (limit {limit:.3g})"
    if strong.size == 0:
        return Finding("influence", "pass", f"{text}; no single row drives the fit", largest, None, limit, reference)
    text += f"; {_rows(fitted, strong)} alone move{'s' * (strong.size == 1)} the fit"
    mend = "check at the source; see whether the conclusion holds without"
    return Finding("influence", "warn", text, largest, None, limit, reference, mend)


def _rows(fitted: Fitted, places: NDArray[np.intp]) -> str:
    shown = ", ".join(f"{int(fitted.lines[i])}" for i in places[:5])
    return f"row{'s' * (len(places) > 1)} {shown}{', …' if len(places) > 5 else ''} of the rows in use"


def _overfitting(fitted: Fitted) -> Finding:
    n, p = fitted.y.size, len(fitted.centred[1].kept)
    adjusted, predicted = fitted.adjusted_r_squared, fitted.predicted_r_squared
    text = f"{n} rows for {p} coefficients; adjusted R² {adjusted:z.3f}, predicted R² {predicted:z.3f}"
    reference = f"Allen (1974), Technometrics 16, 125-127; {MPV}, section 4.3"
    gap = adjusted - predicted
    if not gap > OPTIMISM:
        status: Status = "note" if math.isnan(gap) else "pass"
        return Finding("overfitting", status, text, gap, None, OPTIMISM, reference)
    text += "; the model fits these rows better than it would predict new ones"
    return Finding(
        "overfitting", "warn", text, gap, None, OPTIMISM, reference, "drop terms that do not matter, or add rows"
    )
