"""Student's and Welch's t-tests: one sample, two samples, paired."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.assumptions import equal_variances, independence, normality, outliers
from havoc_pipeline.tools.hypothesis.ttest_forms import FORMS, refused_forms
from havoc_pipeline.tools.registry import Alpha, Alternative, Level, tool
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slugs
from havoc_pipeline.tools.samples import Floats, Numeric, TwoLevel, Wide, find_level

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "Welch (1947), Biometrika 34, 28-35",
    "Student (1908), Biometrika 6, 1-25",
    "Hedges (1981), J. Educ. Stat. 6, 107-128 (effect size g)",
)


@dataclass(frozen=True, kw_only=True)
class TTest(Result):
    """A t-test: `difference` is what is tested, in the response's unit.

    `confidence_interval(0.99)` gives the interval at another level.
    """

    form: str
    difference: float
    ci_low: float
    ci_high: float
    t: float
    df: float
    p_value: float
    standard_error: float
    effect_size: float
    alpha: float
    alternative: str
    samples: dict[str, Floats]
    null: float = 0.0
    label: str = ""
    """What was measured, with its unit."""
    grouping: str = ""
    """The column whose levels the samples are."""

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the difference at `level`, one-sided when the alternative is.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
            In the response's unit.
        """
        return _interval(self.difference, self.standard_error, self.df, 1 - level, self.alternative)

    def figure(self) -> Figure:
        """Every value beside its group's mean and confidence interval."""
        from havoc_pipeline.reports.figures import group_plot

        null = self.null if self.form == "one-sample" else None
        return group_plot(self.samples, label=self.label, grouping=self.grouping, null=null, alpha=self.alpha)


@tool(
    "RUN_TTEST",
    family="hypothesis",
    transforms=("response", "before", "after", "mu"),
    refuses=refused_forms,
)
def run_ttest(
    table: Any,
    response: Numeric | Wide | None = None,
    group: TwoLevel | None = None,
    first: Level | None = None,
    mu: float | None = None,
    before: Numeric | None = None,
    after: Numeric | None = None,
    alternative: Alternative = "two-sided",
    equal_variances: bool = False,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Compare a mean with a value, two groups' means, or the same items before and after.

    Parameters
    ----------
    response : column or list of two columns
        What was measured; two columns are two independent samples side by side.
    group : column with two levels
        Which of the two groups a row belongs to.
    first : level of group
        Level that stands first in the difference; the first in alphabetical order when left out.
    mu : number
        Value that the mean of one sample is held against, in the response's unit.
    before, after : column
        Two readings of the same item; the difference is after minus before.
    alternative : word
        `greater` asks whether the difference (first minus other, mean minus mu, after minus
        before) is above zero.
    equal_variances : flag
        Pool the two variances (Student) instead of Welch's test.
    alpha : number
        Significance level; the confidence interval has level 1 - alpha.

    Returns
    -------
    TTest

    Raises
    ------
    CommandError
        When the parameters name none of the three forms.
    DataError
        With fewer than two values in a sample, or no variation at all.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35; Student (1908), Biometrika 6, 1-25.

    In words
    --------
    Test whether the mean of {response} is {alternative} for {first} than for the other level of {group}
    Compare the mean of {response} between the two levels of {group}
    Test whether the mean of {response} is {alternative} than {mu}
    Test whether the mean of {response} differs from {mu}
    Test whether {after} is {alternative} than {before}, pair by pair
    Compare {after} with {before}, pair by pair
    Compare the means of {response}

    Example
    -------
    RUN_TTEST response=strength group=resin first=new alternative=greater ALPHA_0_05
    """
    if before is not None and after is not None and response is None:
        return _paired(before, after, alternative, float(alpha))
    if isinstance(response, Numeric) and mu is not None and group is None:
        return _one_sample(response, mu, alternative, float(alpha))
    samples = _two_samples(response, group, first) if before is None and after is None and mu is None else None
    if samples is None:
        raise CommandError(FORMS)
    unit = response.unit if response is not None else None
    found = _two_sample(samples, unit, names_of(response), alternative, equal_variances, float(alpha))
    return replace(found, grouping=group.name if group is not None else "")


def names_of(response: Numeric | Wide | None) -> str:
    """What the response is called in a sentence."""
    return response.name if isinstance(response, Numeric) else "the value"


def _two_samples(response: Any, group: TwoLevel | None, first: Level | None) -> dict[str, Floats] | None:
    if isinstance(response, Wide) and group is None:
        return {column.name: column.values[~column.missing] for column in response.columns}
    if not isinstance(response, Numeric) or group is None:
        return None
    if len(group.levels) != 2:
        raise DataError(
            f"`{group.name}` has {len(group.levels)} levels ({', '.join(group.levels[:6])}) among the rows in use; a t-test "
            f'compares two: pick them with where=({group.name} in ["…", "…"]) or use RUN_ANOVA'
        )
    lead = find_level(group, first) if first is not None else group.levels[0]
    order = [lead, *(level for level in group.levels if level != lead)]
    return {level: response.values[group.where(level) & ~response.missing] for level in order}


def _two_sample(
    samples: dict[str, Floats],
    unit: str | None,
    name: str,
    alternative: str,
    pooled: bool,
    alpha: float,
) -> TTest:
    (a, x), (b, y) = samples.items()
    for level, values in samples.items():
        _need(values, f"{name} of {level}")
    difference, se, df = _pooled(x, y) if pooled else _welch(x, y)
    if se == 0:
        raise DataError(f"{name} does not vary within {a} or {b}, so there is nothing to test against; check the data")
    standard = math.sqrt(((x.size - 1) * x.var(ddof=1) + (y.size - 1) * y.var(ddof=1)) / (x.size + y.size - 2))
    g = difference / standard * _small_sample(x.size + y.size - 2)
    findings = [normality(v, level) for level, v in samples.items()]
    findings += [
        equal_variances(samples, assumed=pooled),
        *(outliers(v, level) for level, v in samples.items()),
    ]
    findings += [independence(v, level) for level, v in samples.items()]
    form = "two samples, pooled variance (Student)" if pooled else "two samples, Welch"
    return _result(form, samples, difference, se, df, g, 0.0, alternative, alpha, findings, unit,
                   f"the mean {name} of {a}", f"that of {b}", name)  # fmt: skip


def _welch(x: Floats, y: Floats) -> tuple[float, float, float]:
    vx, vy = x.var(ddof=1) / x.size, y.var(ddof=1) / y.size
    se = math.sqrt(vx + vy)
    below = vx**2 / (x.size - 1) + vy**2 / (y.size - 1)
    return float(x.mean() - y.mean()), se, float((vx + vy) ** 2 / below) if below > 0 else math.nan


def _pooled(x: Floats, y: Floats) -> tuple[float, float, float]:
    df = x.size + y.size - 2
    variance = ((x.size - 1) * x.var(ddof=1) + (y.size - 1) * y.var(ddof=1)) / df
    return float(x.mean() - y.mean()), math.sqrt(variance * (1 / x.size + 1 / y.size)), float(df)


def _paired(before: Numeric, after: Numeric, alternative: str, alpha: float) -> TTest:
    known = ~(before.missing | after.missing)
    change = after.values[known] - before.values[known]
    _need(change, f"{after.name} minus {before.name}")
    se = float(change.std(ddof=1)) / math.sqrt(change.size)
    if se == 0:
        raise DataError(f"every pair changes by exactly {change[0]:g}; without variation there is nothing to test")
    effect = float(change.mean() / change.std(ddof=1)) * _small_sample(change.size - 1)
    label = f"{after.name} - {before.name}"
    findings = [normality(change, label), outliers(change, label), independence(change, label)]
    samples = {before.name: before.values[known], after.name: after.values[known]}
    return _result("paired", samples, float(change.mean()), se, change.size - 1.0, effect, 0.0, alternative, alpha,
                   findings, before.unit, f"the mean of {after.name}", f"that of {before.name}",
                   "reading")  # fmt: skip


def _one_sample(response: Numeric, mu: float, alternative: str, alpha: float) -> TTest:
    values = response.values[~response.missing]
    _need(values, response.name)
    se = float(values.std(ddof=1)) / math.sqrt(values.size)
    if se == 0:
        raise DataError(
            f"all {values.size} values of `{response.name}` equal {values[0]:g}; there is no variation to test against"
        )
    effect = float((values.mean() - mu) / values.std(ddof=1)) * _small_sample(values.size - 1)
    findings = [
        normality(values, response.name),
        outliers(values, response.name),
        independence(values, response.name),
    ]
    return _result("one-sample", {response.name: values}, float(values.mean() - mu), se, values.size - 1.0, effect, mu,
                   alternative, alpha, findings, response.unit, f"the mean of {response.name}", f"{mu:g}",
                   response.name)  # fmt: skip


def _need(values: Floats, name: str) -> None:
    if values.size < 2:
        raise DataError(
            f"{name} has {values.size} value{'s' * (values.size != 1)}; a t-test needs at least 2 in each sample"
        )


def _small_sample(df: float) -> float:
    """Hedges' correction J(df), which takes the bias out of a standardised difference."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / math.sqrt(df / 2)) if df > 1 else 1.0


def _interval(difference: float, se: float, df: float, alpha: float, alternative: str) -> tuple[float, float]:
    tail = alpha / 2 if alternative == "two-sided" else alpha
    reach = float(stdtrit(df, 1 - tail)) * se
    low = -math.inf if alternative == "less" else difference - reach
    high = math.inf if alternative == "greater" else difference + reach
    return low, high


def _p_value(t: float, df: float, alternative: str) -> float:
    if alternative == "two-sided":
        return 2 * float(stdtr(df, -abs(t)))
    return float(stdtr(df, t if alternative == "less" else -t))


def _result(
    form: str, samples: dict[str, Floats], difference: float, se: float, df: float, effect: float, null: float,
    alternative: str, alpha: float, findings: list[Finding], unit: str | None, left: str, right: str, label: str,
) -> TTest:  # fmt: skip
    t = difference / se
    p = _p_value(t, df, alternative)
    low, high = _interval(difference, se, df, alpha, alternative)
    extra: dict[str, float] = {}
    for mark, v in zip(slugs(samples), samples.values(), strict=True):
        extra |= {f"mean_{mark}": float(v.mean()), f"sd_{mark}": float(v.std(ddof=1)), f"n_{mark}": v.size}
    return TTest(
        decision="supported" if p < alpha else "not supported",
        statement=_sentence(left, right, unit, difference, p < alpha, alternative), findings=tuple(findings),
        tables=(_table(samples),), conventions={"test": form, "effect size": "Hedges g"}, references=REFERENCES,
        extra=extra, form=form, difference=difference, ci_low=low, ci_high=high, t=t, df=df, p_value=p,
        standard_error=se, effect_size=effect, alpha=alpha, alternative=alternative, samples=samples, null=null,
        label=f"{label} [{unit}]" if unit and unit not in label else label,
    )  # fmt: skip


def _sentence(left: str, right: str, unit: str | None, difference: float, clear: bool, alternative: str) -> str:
    left, right = literal(left), literal(right)
    measure = f" {literal(unit)}" if unit else ""
    interval = f"confidence interval {{ci_low}} to {{ci_high}}{measure}, p {{p_value}}"
    if clear:
        way = "above" if difference > 0 else "below"
        return f"{left[0].upper()}{left[1:]} is {way} {right}: the difference is {{difference}}{measure} ({interval})."
    asked = {"two-sided": "differs from", "greater": "is above", "less": "is below"}[alternative]
    return (f"The data do not show that {left} {asked} {right}: the observed difference is "
            f"{{difference}}{measure} ({interval}).")  # fmt: skip


def _table(samples: dict[str, Floats]) -> ResultTable:
    rows = tuple((name, v.size, float(v.mean()), float(v.std(ddof=1)), float(v.min()), float(v.max()))
                 for name, v in samples.items())  # fmt: skip
    return ResultTable("Samples", ("sample", "n", "mean", "sd", "min", "max"), rows)
