"""Results of tests of normality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from havoc_pipeline.tools.describe.moments import Moments, moments
from havoc_pipeline.tools.hypothesis.multiplicity import holm
from havoc_pipeline.tools.hypothesis.normality_findings import FEW, shape_words
from havoc_pipeline.tools.hypothesis.normality_tests import NormalityMethod, largest_gap, plot_correlation
from havoc_pipeline.tools.result import Decision, Finding, Result, ResultTable, literal, slugs
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DRAWN = 8
SHAPE = "adjusted skewness and excess kurtosis (G1, G2 of SAS, SPSS, Minitab and Excel)"
REFERENCES = (
    "Joanes and Gill (1998), The Statistician 47, 183-189 (skewness and kurtosis)",
    "Filliben (1975), Technometrics 17, 111-117 (correlation in the probability plot)",
)


@dataclass(frozen=True, kw_only=True)
class NormalityTest(Result):
    """A test of normality of one sample.

    `largest_gap_percent` says how far the values stray from the fitted normal curve, whatever their number;
    `confidence_interval(0.99)` is of the skewness, as for normal samples.
    """

    n: int
    statistic: float
    p_value: float
    mean: float
    sd: float
    skewness: float
    skewness_ci_low: float
    skewness_ci_high: float
    kurtosis: float
    largest_gap_percent: float
    plot_correlation: float
    alpha: float
    method: str
    label: str
    shape: Moments = field(repr=False)
    sample: Floats = field(repr=False)

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Approximate interval of the skewness at `level`.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        return skewness_interval(self.shape, 1 - level)

    def figure(self) -> Figure:
        """Normal probability plot with the band that 95 of 100 normal samples stay within."""
        from havoc_pipeline.reports.figures import probability_plot

        return probability_plot({self.label: self.sample}, label=self.label)


@dataclass(frozen=True, kw_only=True)
class NormalityByGroup(Result):
    """Tests of normality of several groups; `p_value` is the smallest after Holm's adjustment."""

    n: int
    groups: int
    rejected: int
    statistic: float
    p_value: float
    alpha: float
    method: str
    label: str
    samples: dict[str, Floats] = field(repr=False)

    def figure(self) -> Figure:
        """Normal probability plots of at most eight groups in one."""
        from havoc_pipeline.reports.figures import probability_plot

        shown = dict(list(self.samples.items())[:MOST_DRAWN])
        return probability_plot(shown, label=self.label)


def skewness_interval(shape: Moments, alpha: float) -> tuple[float, float]:
    """Skewness with its standard error in normal samples."""
    reach = float(ndtri(1 - alpha / 2)) * shape.skewness_se
    return shape.skewness - reach, shape.skewness + reach


def of_one(
    values: Floats, label: str, method: NormalityMethod, test: tuple[float, float], findings: tuple[Finding, ...],
    alpha: float,
) -> NormalityTest:  # fmt: skip
    """The result of one sample's `test` (statistic and p-value)."""
    shape = moments(values)
    low, high = skewness_interval(shape, alpha)
    p = test[1]
    decision: Decision = "not supported" if p < alpha else "supported" if values.size >= FEW else "inconclusive"
    return NormalityTest(
        decision=decision, statement=_sentence(shape, label, method, p < alpha), findings=findings,
        tables=(_table({label: values}, [test[0]], [p], None),), conventions=_conventions(method),
        references=(method.reference, *REFERENCES), n=values.size, statistic=test[0], p_value=p, mean=shape.mean,
        sd=shape.sd, skewness=shape.skewness, skewness_ci_low=low, skewness_ci_high=high, kurtosis=shape.kurtosis,
        largest_gap_percent=100 * largest_gap(values), plot_correlation=plot_correlation(values), alpha=alpha,
        method=method.name, label=label, shape=shape, sample=values,
    )  # fmt: skip


def by_group(
    samples: dict[str, Floats], label: str, method: NormalityMethod, findings: tuple[Finding, ...], alpha: float
) -> NormalityByGroup:
    """The result of testing each sample."""
    tests = [method.compute(values) for values in samples.values()]
    raw = [p for _, p in tests]
    adjusted = holm(raw)
    worst = int(np.argmin(raw))
    rejected = [name for name, p in zip(samples, adjusted, strict=True) if p < alpha]
    small = min(values.size for values in samples.values()) < FEW
    decision: Decision = "not supported" if rejected else "inconclusive" if small else "supported"
    return NormalityByGroup(
        decision=decision, statement=_group_sentence(list(samples), rejected, label, method), findings=findings,
        tables=(_table(samples, [s for s, _ in tests], raw, adjusted),),
        conventions=_conventions(method) | {"several tests": "p-values adjusted after Holm"},
        references=(method.reference, *REFERENCES, "Holm (1979), Scand. J. Stat. 6, 65-70"),
        extra=_extra(samples, tests, adjusted), n=sum(values.size for values in samples.values()),
        groups=len(samples), rejected=len(rejected), statistic=tests[worst][0], p_value=adjusted[worst], alpha=alpha,
        method=method.name, label=label, samples=samples,
    )  # fmt: skip


def _conventions(method: NormalityMethod) -> dict[str, str]:
    return {
        "test": f"{method.name} with estimated mean and standard deviation", "shape": SHAPE,
        "standard deviation": "divisor n - 1", "plotting positions": "Blom, (i - 3/8)/(n + 1/4)",
    }  # fmt: skip


def _sentence(shape: Moments, label: str, method: NormalityMethod, clear: bool) -> str:
    test = f"({method.name} {method.letter} {{statistic}}, p {{p_value}}"
    test += "; largest gap to the normal curve {largest_gap_percent} of the values)"
    name = literal(label)
    if clear:
        words = shape_words(shape)
        kind = "" if words.startswith("no marked") else f" but {words}"
        return f"{name} is not normally distributed{kind} {test}."
    if shape.n < FEW:
        return (
            f"The {{n}} values of {name} do not contradict a normal distribution, but so few could hardly do so {test}."
        )
    return f"The {{n}} values of {name} agree with a normal distribution {test}."


def _group_sentence(names: list[str], rejected: list[str], label: str, method: NormalityMethod) -> str:
    test = f"({method.name}, smallest p {{p_value}} after Holm's adjustment)"
    if not rejected:
        return f"None of the {{groups}} groups contradicts a normal distribution of {literal(label)} {test}."
    listed = ", ".join(literal(name) for name in rejected[:6]) + (", …" if len(rejected) > 6 else "")
    return f"{literal(label)} is not normally distributed in {{rejected}} of {{groups}} groups: {listed} {test}."


def _extra(samples: Mapping[str, Floats], tests: list[tuple[float, float]], adjusted: list[float]) -> dict[str, float]:
    extra: dict[str, float] = {}
    for mark, values, (statistic, p), q in zip(slugs(samples), samples.values(), tests, adjusted, strict=True):
        extra |= {f"n_{mark}": values.size, f"statistic_{mark}": statistic}
        extra |= {f"p_value_{mark}": p, f"p_value_holm_{mark}": q}
    return extra


def _table(
    samples: Mapping[str, Floats], statistics: list[float], raw: list[float], adjusted: list[float] | None
) -> ResultTable:
    rows = []
    for at, (name, values) in enumerate(samples.items()):
        shape = moments(values)
        ends = (statistics[at], raw[at], *([adjusted[at]] if adjusted else []))
        rows.append((name, shape.n, shape.mean, shape.sd, shape.skewness, shape.kurtosis, *ends))
    columns = (
        "sample",
        "n",
        "mean",
        "sd",
        "skewness",
        "kurtosis",
        "statistic",
        "p",
        *(["p (Holm)"] if adjusted else []),
    )
    return ResultTable("Normality", columns, tuple(rows))
