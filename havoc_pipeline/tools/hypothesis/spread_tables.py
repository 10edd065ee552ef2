"""Standard deviations of samples with their intervals: table, named values and figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havoc_pipeline.tools.hypothesis.bonett import LEAST, bonett_sd
from havoc_pipeline.tools.hypothesis.spreads import Samples, sd_interval
from havoc_pipeline.tools.result import ResultTable, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "Brown and Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367",
    "Levene (1960), in Contributions to Probability and Statistics, 278-292",
    "Bartlett (1937), Proc. R. Soc. A 160, 268-282",
    "NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.7 to 1.3.5.10 and 7.2.3",
    "Bonett (2006), Appl. Psychol. Meas. 30, 432-439, with Banga and Fox (2013) (interval of a ratio)",
    "Bonett (2006), Comput. Stat. Data Anal. 50, 775-782 (interval of a standard deviation)",
)
TESTS = {
    "brown_forsythe": "Brown-Forsythe (distances from the medians)",
    "levene": "Levene (distances from the means)",
    "bartlett": "Bartlett",
    "f": "F test of two variances, two-sided p twice the smaller tail",
}


def sd_table(samples: Samples, alpha: float) -> ResultTable:
    """Size, mean and standard deviation of each sample, with the normal and the robust interval."""
    rows = []
    for name, values in samples.items():
        robust = bonett_sd(values, alpha)
        sd = float(values.std(ddof=1))
        rows.append((name, values.size, float(values.mean()), sd, *sd_interval(values, alpha), *robust))
    columns = ("sample", "n", "mean", "sd", "CI low", "CI high", "robust CI low", "robust CI high")
    return ResultTable("Standard deviations", columns, tuple(rows))


def sd_values(samples: Samples) -> dict[str, float]:
    """Standard deviation and size of each sample by name."""
    extra: dict[str, float] = {}
    for mark, values in zip(slugs(samples), samples.values(), strict=True):
        extra |= {f"sd_{mark}": float(values.std(ddof=1)), f"n_{mark}": values.size}
    return extra


def sd_figure(samples: Samples, label: str, alpha: float, reference: float | None = None) -> Figure:
    """Standard deviations with intervals: robust ones from `LEAST` values on, else those for normal data."""
    from havoc_pipeline.reports.figures import interval_plot

    level = alpha / len(samples)
    spreads = {}
    for name, values in samples.items():
        ends = bonett_sd(values, level) if values.size >= LEAST else sd_interval(values, level)
        spreads[name] = (float(values.std(ddof=1)), *ends)
    return interval_plot(spreads, label=f"standard deviation of {label}", reference=reference)
