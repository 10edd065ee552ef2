"""The result of a regression: coefficients, terms, quality of the fit, predictions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from havoc_pipeline.tools.regression import diagnostics
from havoc_pipeline.tools.regression.fitted import Fitted
from havoc_pipeline.tools.regression.prediction import Prediction, predict
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slugs
from havoc_pipeline.tools.samples import Floats, Numeric

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis",
    "Björck (1967), BIT 7, 257-278 (refined least squares)",
    "Allen (1974), Technometrics 16, 125-127 (PRESS, predicted R²)",
)

CONVENTIONS = {
    "coefficients": "original units, not centred; a category is held against its first level",
    "sums of squares": "adjusted (Type III), numeric predictors centred at their means and categories coded to sum to "
    "zero, so that a main effect is the average one",
    "VIF": "of the columns as the table of coefficients has them; the finding on collinearity uses the centred ones",
    "R²": "predicted R² is 1 - PRESS/total and may be negative; AIC and BIC count the error variance as a parameter",
}


@dataclass(frozen=True, kw_only=True)
class Regression(Result):
    """A fitted linear model; coefficients are `coef_<term>` among the values, with `se_`, `t_`, `p_value_`.

    `sigma` is the residual standard deviation in the response's unit; `predicted_r_squared` is not cut
    off at 0 and is NaN when a row is fitted exactly whatever its value.
    """

    n: int
    df_model: int
    df_error: int
    f: float
    p_value: float
    r_squared: float
    adjusted_r_squared: float
    predicted_r_squared: float
    sigma: float
    press: float
    ss_model: float
    ss_error: float
    ss_total: float
    durbin_watson: float
    aic: float
    bic: float
    alpha: float
    label: str
    fitted_model: Fitted
    prediction: Prediction | None = None

    def confidence_interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Interval of each coefficient.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        dict of str to (low, high)
            By term; NaN for one that was left out.
        """
        columns, fit = self.fitted_model.plain
        reach = float(stdtrit(fit.df, (1 + level) / 2)) * fit.standard_errors
        ends = np.column_stack([fit.coefficients - reach, fit.coefficients + reach])
        return {name: (float(low), float(high)) for name, (low, high) in zip(columns.names, ends, strict=True)}

    def figure(self) -> Figure:
        """The fitted curve with its bands for one numeric predictor; observed against fitted else."""
        from havoc_pipeline.reports.relations import band_plot, scatter_plots

        model, y = self.fitted_model.model, self.fitted_model.y
        only = model.predictors[0]
        if len(model.predictors) > 1 or not isinstance(only, Numeric):
            fitted = y - self.fitted_model.centred[1].residuals
            return scatter_plots({f"fitted {self.label}": fitted}, y, f"observed {self.label}")
        grid = np.linspace(only.values.min(), only.values.max(), 200)
        found = predict(model, self.fitted_model.centred[1], [Numeric(only.name, (), grid)], self.alpha)
        level = f"{100 * (1 - self.alpha):g}%"
        bands = {
            f"{level} for new values": (found.new_low, found.new_high),
            f"{level} for the mean": (found.low, found.high),
        }
        return band_plot((only.values, y), (grid, found.mean), bands, (only.with_unit, self.label))

    def residual_figure(self) -> Figure:
        """Residuals against fitted values, normal scores and the order of the rows."""
        from havoc_pipeline.reports.relations import residual_plots

        residuals = self.fitted_model.centred[1].residuals
        return residual_plots(self.fitted_model.y - residuals, residuals, self.label)


@dataclass(frozen=True)
class Asked:
    """What the question asked for beside the model: `at` the numbers of a prediction, `points` its levels."""

    name: str
    unit: str | None
    alpha: float
    at: tuple[float, ...] = ()
    points: tuple[str, ...] = ()


def regression(fitted: Fitted, asked: Asked, found: Prediction | None, findings: Sequence[Finding],
               series: dict[str, Floats]) -> Regression:  # fmt: skip
    """Build the result of a fit."""
    fit, n, df_model = fitted.centred[1], fitted.y.size, len(fitted.centred[1].kept) - 1
    ss_model = max(0.0, fitted.total - fit.rss)
    f = ss_model / df_model / (fit.rss / fit.df) if fit.rss > 0 else math.inf
    p = float(fdtrc(df_model, fit.df, f))
    deviance, parameters = -2 * fitted.log_likelihood(), df_model + 2
    label = f"{asked.name} [{asked.unit}]" if asked.unit and asked.unit not in asked.name else asked.name
    return Regression(
        decision="supported" if p < asked.alpha else "not supported",
        statement=_sentence(fitted, asked, found, p), findings=tuple(findings), tables=_tables(fitted, asked, found),
        conventions=CONVENTIONS, references=REFERENCES, extra=_extra(fitted, asked, found), series=series,
        n=n, df_model=df_model, df_error=fit.df, f=f, p_value=p, r_squared=fitted.r_squared,
        adjusted_r_squared=fitted.adjusted_r_squared, predicted_r_squared=fitted.predicted_r_squared,
        sigma=fit.sigma, press=diagnostics.press(fit), ss_model=ss_model, ss_error=fit.rss, ss_total=fitted.total,
        durbin_watson=diagnostics.durbin_watson(fit).statistic if fit.rss > 0 else math.nan,
        aic=deviance + 2 * parameters, bic=deviance + math.log(n) * parameters,
        alpha=asked.alpha, label=label, fitted_model=fitted, prediction=found,
    )  # fmt: skip


def value_names(fitted: Fitted) -> list[str]:
    """What each column's coefficient is called among the values, after `coef_`."""
    return slugs(name.replace("²", " squared") for name in fitted.plain[0].names)


def coefficient_rows(fitted: Fitted, alpha: float) -> list[tuple[float, ...]]:
    """Coefficient, standard error, low, high, t, p-value and variance inflation of each column."""
    columns, fit = fitted.plain
    errors = fit.standard_errors
    reach = float(stdtrit(fit.df, 1 - alpha / 2)) * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        t = fit.coefficients / errors
    p = 2 * stdtr(fit.df, -np.abs(t))
    inflation = diagnostics.variance_inflation(fit, columns.high)
    rows = np.column_stack(
        [fit.coefficients, errors, fit.coefficients - reach, fit.coefficients + reach, t, p, inflation]
    )
    return [tuple(map(float, row)) for row in rows]


def _extra(fitted: Fitted, asked: Asked, found: Prediction | None) -> dict[str, float]:
    made: dict[str, float] = {"r_squared_percent": 100 * fitted.r_squared}
    parts = ("coef", "se", "ci_low", "ci_high", "t", "p_value", "vif")
    for name, row in zip(value_names(fitted), coefficient_rows(fitted, asked.alpha), strict=True):
        made |= {f"{part}_{name}": value for part, value in zip(parts, row, strict=True)}
    for name, (test, ss) in zip(_term_names(fitted), fitted.term_tests, strict=True):
        made |= {f"term_f_{name}": test.statistic, f"term_ss_{name}": ss, f"p_value_term_{name}": test.p_value}
    return made | (_predicted(fitted, asked, found) if found is not None else {})


def _term_names(fitted: Fitted) -> list[str]:
    return slugs(term.name.replace("²", " squared") for term in fitted.model.terms)


def _predicted(fitted: Fitted, asked: Asked, found: Prediction) -> dict[str, float]:
    made = {f"at_{name}": number for name, number in zip(_numeric_names(fitted), asked.at, strict=True)}
    single = len(asked.points) == 1
    for place, point in enumerate(slugs(asked.points)):
        ending = "" if single else f"_{point}"
        made |= {f"predicted{ending}": float(found.mean[place]), f"mean_low{ending}": float(found.low[place]),
                 f"mean_high{ending}": float(found.high[place]), f"new_low{ending}": float(found.new_low[place]),
                 f"new_high{ending}": float(found.new_high[place])}  # fmt: skip
    return made


def _numeric_names(fitted: Fitted) -> list[str]:
    return slugs(fitted.model.predictors[i].name for i in fitted.model.numeric)


def _sentence(fitted: Fitted, asked: Asked, found: Prediction | None, p: float) -> str:
    unit = f" {literal(asked.unit)}" if asked.unit else ""
    if found is not None:
        return _prediction_sentence(fitted, asked, unit)
    name = literal(asked.name)
    names = _listed([literal(predictor.name) for predictor in fitted.model.predictors])
    if not p < asked.alpha:
        return f"The data do not show that {name} depends on {names} (F {{f}}, p {{p_value}})."
    share = f"the model accounts for {{r_squared_percent}} of its variation, with a typical error of {{sigma}}{unit}"
    only = fitted.model.predictors[0]
    if len(fitted.model.terms) == 1 and isinstance(only, Numeric):
        return _slope_sentence(fitted, name, only, unit, share)
    clear = [_matters(fitted, place, asked.alpha) for place in range(len(fitted.model.predictors))]
    matter, rest = ([literal(p.name) for p, c in zip(fitted.model.predictors, clear, strict=True) if c is wanted]
                    for wanted in (True, False))  # fmt: skip
    what = f"depends on {_listed(matter)}" if matter else f"is related to {names} taken together"
    doubt = f", and an effect of {_listed(rest)} is not shown" if matter and rest else ""
    return f"The data show that {name} {what} (overall p {{p_value}}){doubt}: {share}."


def _slope_sentence(fitted: Fitted, name: str, only: Numeric, unit: str, share: str) -> str:
    key = value_names(fitted)[1]
    way = "rises" if fitted.plain[1].coefficients[1] > 0 else "falls"
    step = f"one {literal(only.unit)}" if only.unit else "one unit"
    return (f"The data show that {name} {way} with {literal(only.name)}: {step} more goes with a change of "
            f"{{coef_{key}}}{unit} (confidence interval {{ci_low_{key}}} to {{ci_high_{key}}}, p {{p_value_{key}}}), "
            f"and {share}.")  # fmt: skip


def _prediction_sentence(fitted: Fitted, asked: Asked, unit: str) -> str:
    names = [literal(fitted.model.predictors[i].name) for i in fitted.model.numeric]
    at = ", ".join(f"{name} = {{at_{key}}}" for name, key in zip(names, _numeric_names(fitted), strict=True))
    where = f"At {at}" if at else "By category"
    if len(asked.points) > 1:
        marks = slugs(asked.points)
        values = ", ".join(f"{{predicted_{mark}}}{unit} for {literal(point)}"
                           for mark, point in list(zip(marks, asked.points, strict=True))[:6])  # fmt: skip
        more = ", … (all in the table)" if len(marks) > 6 else ""
        return f"{where} the model expects a mean {literal(asked.name)} of {values}{more}."
    return (f"{where} the model expects a mean {literal(asked.name)} of {{predicted}}{unit} (confidence interval "
            "{mean_low} to {mean_high}), and a single new value between {new_low} and {new_high}.")  # fmt: skip


def _matters(fitted: Fitted, place: int, alpha: float) -> bool:
    """Whether any term with the predictor is significant."""
    tests = zip(fitted.model.terms, fitted.term_tests, strict=True)
    return any(place in term.parts and test.p_value < alpha for term, (test, _) in tests)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _tables(fitted: Fitted, asked: Asked, found: Prediction | None) -> tuple[ResultTable, ...]:
    head = ("term", "coefficient", "standard error", "low", "high", "t", "p-value", "VIF")
    rows = [
        (name, *row) for name, row in zip(fitted.plain[0].names, coefficient_rows(fitted, asked.alpha), strict=True)
    ]
    shown = [ResultTable("Coefficients", head, tuple(rows)), _variance_table(fitted)]
    if found is not None:
        body = tuple((point or "all", *(float(part[i]) for part in (found.mean, found.low, found.high, found.new_low,
                                                                   found.new_high)))
                     for i, point in enumerate(asked.points))  # fmt: skip
        columns = ("category", "mean", "mean low", "mean high", "new value low", "new value high")
        shown.append(ResultTable("Predictions", columns, body))
    return tuple(shown)


def _variance_table(fitted: Fitted) -> ResultTable:
    fit = fitted.centred[1]
    rows: list[tuple[object, ...]] = []
    for term, (test, ss) in zip(fitted.model.terms, fitted.term_tests, strict=True):
        mean = ss / test.df if test.df else math.nan
        rows.append((term.name, int(test.df), ss, mean, test.statistic, test.p_value))
    rows.append(("error", fit.df, fit.rss, fit.rss / fit.df, math.nan, math.nan))
    rows += _lack_rows(fitted)
    rows.append(("total", fitted.y.size - 1, fitted.total, math.nan, math.nan, math.nan))
    head = ("source", "df", "adjusted sum of squares", "mean square", "F", "p-value")
    return ResultTable("Analysis of variance", head, tuple(rows))


def _lack_rows(fitted: Fitted) -> list[tuple[object, ...]]:
    """The error split into what the model misses and the scatter of repeats."""
    lack, rss = fitted.lack_of_fit, fitted.centred[1].rss
    if lack is None:
        return []
    pure = rss / (1 + lack.statistic * lack.df / lack.df_error)
    missed = rss - pure
    return [
        ("  lack of fit", int(lack.df), missed, missed / lack.df, lack.statistic, lack.p_value),
        ("  pure error", int(lack.df_error), pure, pure / lack.df_error, math.nan, math.nan),
    ]
