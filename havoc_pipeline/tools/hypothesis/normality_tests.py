"""Tests of normality with estimated mean and standard deviation, from values without NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from havoc_pipeline.tools.assumptions import anderson_darling
from havoc_pipeline.tools.describe.moments import moments
from havoc_pipeline.tools.samples import Floats

DRAWS, SEED, MOST_DRAWN = 1999, 1900, 2000


@dataclass(frozen=True)
class NormalityMethod:
    """A test: its name and letter, the sizes it is made for, and the function that computes it."""

    name: str
    letter: str
    least: int
    most: int
    compute: Callable[[Floats], tuple[float, float]]
    reference: str


def shapiro_wilk(values: Floats) -> tuple[float, float]:
    """Shapiro and Wilk's W and its p-value after Royston, for 3 to 5000 values.

    References
    ----------
    Shapiro and Wilk (1965), Biometrika 52, 591-611; Royston (1995), Appl. Stat. 44, 547-551 (AS R94).
    """
    from scipy.stats import shapiro

    found = shapiro(values - np.median(values))
    return float(found.statistic), float(found.pvalue)


def lilliefors(values: Floats) -> tuple[float, float]:
    """Largest gap D between the empirical and the fitted normal distribution, and its p-value.

    References
    ----------
    Lilliefors (1967), J. Am. Stat. Assoc. 62, 399-402; Dallal and Wilkinson (1986), Am. Stat. 40,
    294-296 (p up to 0.1); Stephens (1974), J. Am. Stat. Assoc. 69, 730-737 (larger p).
    """
    gap, n = largest_gap(values), values.size
    scaled, m = (gap, n) if n <= 100 else (gap * (n / 100) ** 0.49, 100)
    root = math.sqrt(m + 2.78019)
    exponent = -7.01256 * scaled**2 * (m + 2.78019) + 2.99587 * scaled * root - 0.122119
    p = math.exp(min(0.0, exponent + 0.974598 / math.sqrt(m) + 1.67997 / m))
    return gap, p if p <= 0.1 else _stephens_p((math.sqrt(n) - 0.01 + 0.85 / math.sqrt(n)) * gap)


def _stephens_p(d: float) -> float:
    """P-value of the modified D, by polynomials fitted to Stephens's points, where it exceeds 0.1."""
    if d <= 0.302:
        return 1.0
    if d <= 0.5:
        powers = (2.76773, -19.828315, 80.709644, -138.55152, 81.218052)
    elif d <= 0.9:
        powers = (-4.901232, 40.662806, -97.490286, 94.029866, -32.355711)
    else:
        powers = (6.198765, -19.558097, 23.186922, -12.234627, 2.423045)
    return min(1.0, max(0.0, sum(c * d**k for k, c in enumerate(powers)))) if d <= 1.31 else 0.0


def largest_gap(values: Floats) -> float:
    """Kolmogorov's distance between the values and the normal distribution fitted to them."""
    n = values.size
    below = ndtr((np.sort(values) - values.mean()) / values.std(ddof=1))
    steps = np.arange(1, n + 1) / n
    return float(max((steps - below).max(), (below - steps + 1 / n).max()))


def jarque_bera(values: Floats) -> tuple[float, float]:
    """Jarque and Bera's statistic of skewness and kurtosis, with the p-value of large samples.

    References
    ----------
    Jarque and Bera (1987), Int. Stat. Rev. 55, 163-172.
    """
    statistic = float(_jarque_bera(values[np.newaxis, :])[0])
    return statistic, float(chdtrc(2, statistic))


def jarque_bera_drawn_p(values: Floats) -> float:
    """P-value of Jarque and Bera's statistic against 1999 normal samples of the same size (n up to 2000)."""
    drawn = np.random.default_rng(SEED).standard_normal((DRAWS, values.size))
    reached = int((_jarque_bera(drawn) >= _jarque_bera(values[np.newaxis, :])[0]).sum())
    return (1 + reached) / (1 + DRAWS)


def _jarque_bera(samples: Floats) -> Floats:
    """The statistic of each row."""
    centred = samples - samples.mean(axis=1, keepdims=True)
    unit = centred / np.abs(centred).max(axis=1, keepdims=True)
    m2, m3, m4 = ((unit**k).mean(axis=1) for k in (2, 3, 4))
    n = samples.shape[1]
    return np.asarray(n / 6 * (m3**2 / m2**3 + (m4 / m2**2 - 3) ** 2 / 4))


def plot_correlation(values: Floats) -> float:
    """Correlation of the ordered values with normal scores; 1 when the probability plot is straight.

    References
    ----------
    Filliben (1975), Technometrics 17, 111-117; Blom (1958) for the scores.
    """
    n = values.size
    scores = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    spread = moments(values).sd * math.sqrt(n - 1)
    return float(scores @ (np.sort(values) - values.mean())) / (spread * float(np.linalg.norm(scores)))


METHODS = {
    "anderson_darling": NormalityMethod(
        "Anderson-Darling", "A²", 8, 10**9, anderson_darling,
        "D'Agostino and Stephens (1986), Goodness-of-Fit Techniques, section 4.8 and table 4.9",
    ),
    "shapiro_wilk": NormalityMethod(
        "Shapiro-Wilk", "W", 3, 5000, shapiro_wilk,
        "Shapiro and Wilk (1965), Biometrika 52, 591-611; Royston (1995), Appl. Stat. 44, 547-551",
    ),
    "lilliefors": NormalityMethod(
        "Lilliefors", "D", 5, 10**9, lilliefors,
        "Lilliefors (1967), J. Am. Stat. Assoc. 62, 399-402; Dallal and Wilkinson (1986), Am. Stat. 40, 294-296",
    ),
    "jarque_bera": NormalityMethod(
        "Jarque-Bera", "JB", 8, 10**9, jarque_bera, "Jarque and Bera (1987), Int. Stat. Rev. 55, 163-172"
    ),
}  # fmt: skip
