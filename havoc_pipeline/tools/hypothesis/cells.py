"""Two-way analysis of variance over cells: both factors, their interaction, adjusted means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.centring import centred
from havoc_pipeline.tools.hypothesis.effect_sizes import Effect, effect
from havoc_pipeline.tools.hypothesis.groups import Codes
from havoc_pipeline.tools.regression.least_squares import least_squares
from havoc_pipeline.tools.samples import Factor, Floats, Numeric


@dataclass(frozen=True)
class Cells:
    """Values in the cells of two factors, as differences from `origin`.

    Attributes
    ----------
    codes : int array, shape (n,)
        Cell of each row, `i * b + j`; -1 where the row is not in use.
    centred : float array, shape (n,)
    sizes, means : float array, shape (a, b)
        NaN mean in an empty cell; means are less origin.
    within : float
        Sum of squares within the cells.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    codes: Codes
    centred: Floats
    origin: float
    sizes: Floats
    means: Floats
    within: float

    @property
    def n(self) -> int:
        """Number of values."""
        return int(self.sizes.sum())

    @property
    def df_within(self) -> int:
        """Values less filled cells."""
        return self.n - int((self.sizes > 0).sum())

    @property
    def total(self) -> float:
        """Sum of squares about the grand mean."""
        filled = self.sizes > 0
        grand = float((self.sizes * np.where(filled, self.means, 0)).sum()) / self.n
        between = self.sizes[filled] * (self.means[filled] - grand) ** 2
        return self.within + float(between.sum())


@dataclass(frozen=True)
class Term:
    """One line of the table: a factor or the interaction."""

    name: str
    df: int
    ss: float
    f: float
    p_value: float
    effect: Effect


@dataclass(frozen=True)
class TwoWay:
    """The analysis: terms, error, and adjusted means with their covariance (already times σ²)."""

    terms: tuple[Term, ...]
    ss_error: float
    df_error: int
    fitted: Floats
    means: tuple[Floats, Floats]
    covariances: tuple[Floats, Floats]

    @property
    def ms_error(self) -> float:
        """Error variance."""
        return self.ss_error / self.df_error


def cells_of(table: object, response: Numeric, first: Factor, second: Factor) -> Cells:
    """Sort the response into the cells of two factors.

    Raises
    ------
    DataError
        When a factor has fewer than two levels with values.
    """
    used = ~(response.missing | first.missing | second.missing)
    rows, row_codes = _present(first, used)
    columns, column_codes = _present(second, used)
    values, origin = centred(table, response)
    codes = np.where(used, row_codes * len(columns) + column_codes, -1).astype(np.intp)
    count = len(rows) * len(columns)
    sizes = np.bincount(codes[used], minlength=count).astype(np.float64)
    sums = np.bincount(codes[used], weights=values[used], minlength=count)
    with np.errstate(invalid="ignore"):
        means = sums / sizes
    means += np.bincount(codes[used], weights=values[used] - means[codes[used]], minlength=count) / np.maximum(sizes, 1)
    within = float(((values[used] - means[codes[used]]) ** 2).sum())
    shape = (len(rows), len(columns))
    return Cells(rows, columns, codes, np.where(used, values, np.nan), origin, sizes.reshape(shape),
                 means.reshape(shape), within)  # fmt: skip


def _present(factor: Factor, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[tuple[str, ...], Codes]:
    levels = tuple(level for level in factor.levels if (factor.where(level) & used).any())
    if len(levels) < 2:
        raise DataError(
            f"`{factor.name}` has {len(levels)} level{'s' * (len(levels) != 1)} with values among the rows in use; "
            "a factor needs at least 2: leave it out of factor="
        )
    codes = np.zeros(used.size, dtype=np.intp)
    for place, level in enumerate(levels):
        codes[factor.where(level)] = place
    return levels, codes


def analyse(cells: Cells, names: tuple[str, str], alpha: float) -> TwoWay:
    """Adjusted (Type III) analysis of variance; without the interaction where cells do not allow it.

    Parameters
    ----------
    cells : Cells
    names : pair of str
        The factors' names.
    alpha : float
        Intervals of the effect sizes have level 1 - alpha.

    Raises
    ------
    DataError
        When the filled cells do not connect the levels, or no error is left to test against.

    References
    ----------
    Yates (1934), J. Am. Stat. Assoc. 29, 51-66 (weighted squares of means); Searle (1987), Linear
    Models for Unbalanced Data, ch. 4.
    """
    additive = _additive(cells)
    full = bool((cells.sizes > 0).all()) and cells.df_within > 0
    ss_error, df_error = (cells.within, cells.df_within) if full else additive[:2]
    if df_error < 1 or ss_error <= 1e-28 * cells.total:
        reason = f"{cells.n} values leave no error" if df_error < 1 else "the values do not vary within the cells"
        raise DataError(f"{reason} to test the effects against; give more than one value a cell")
    parts = _weighted_squares(cells) if full else _additive_parts(cells, additive[0])
    if full:
        size = (cells.sizes.shape[0] - 1) * (cells.sizes.shape[1] - 1)
        parts = [*parts, (size, max(0.0, additive[0] - cells.within))]
    labels = (*names, f"{names[0]} × {names[1]}")
    terms = tuple(_term(label, df, ss, ss_error, df_error, cells.n, alpha)
                  for label, (df, ss) in zip(labels, parts, strict=False))  # fmt: skip
    variance = ss_error / df_error
    means, covariances = _cell_averages(cells) if full else additive[3:]
    fitted = np.append((cells.means if full else additive[2]).ravel(), np.nan)[cells.codes]
    return TwoWay(terms, ss_error, df_error, fitted, means,
                  (variance * covariances[0], variance * covariances[1]))  # fmt: skip


def _term(name: str, df: int, ss: float, ss_error: float, df_error: int, n: int, alpha: float) -> Term:
    f = (ss / df) / (ss_error / df_error)
    return Term(name, df, ss, f, float(fdtrc(df, df_error, f)), effect(f, df, df_error, n, alpha))


def _weighted_squares(cells: Cells) -> list[tuple[int, float]]:
    """Degrees of freedom and Type III sums of squares of both factors, every cell being filled."""
    found = []
    for axis in (1, 0):
        means = cells.means.mean(axis=axis)
        weights = cells.means.shape[axis] ** 2 / (1 / cells.sizes).sum(axis=axis)
        centre = float(weights @ means) / float(weights.sum())
        found.append((means.size - 1, float(weights @ (means - centre) ** 2)))
    return found


def _cell_averages(cells: Cells) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Unweighted means of the cells and their covariances, for both factors."""
    means = tuple(cells.means.mean(axis=axis) for axis in (1, 0))
    spread = tuple(np.diag((1 / cells.sizes).sum(axis=axis) / cells.sizes.shape[axis] ** 2) for axis in (1, 0))
    return (means[0], means[1]), (spread[0], spread[1])


_Additive = tuple[float, int, Floats, tuple[Floats, Floats], tuple[Floats, Floats]]


def _additive(cells: Cells) -> _Additive:
    """Fit without interaction: error, its df, cell means fitted, adjusted means, covariances."""
    a, b = cells.sizes.shape
    rows, columns = _effects(a), _effects(b)
    whole = np.column_stack([np.ones(a * b), np.repeat(rows, b, axis=0), np.tile(columns, (a, 1))])
    filled = cells.sizes.ravel() > 0
    root = np.sqrt(cells.sizes.ravel()[filled])
    fit = least_squares(whole[filled] * root[:, None], cells.means.ravel()[filled] * root)
    if len(fit.kept) < whole.shape[1]:
        raise DataError(f"too many cells are empty ({int((~filled).sum())} of {a * b}) to tell the two factors apart; "
                        "compare levels that occur together with where=")  # fmt: skip
    contrasts = (
        np.column_stack([np.ones(a), rows, np.zeros((a, b - 1))]),
        np.column_stack([np.ones(b), np.zeros((b, a - 1)), columns]),
    )
    fitted: Floats = (whole @ fit.coefficients).reshape(a, b)
    means = (contrasts[0] @ fit.coefficients, contrasts[1] @ fit.coefficients)
    spread = tuple(c @ fit.inverse @ c.T for c in contrasts)
    return cells.within + fit.rss, cells.n - (a + b - 1), fitted, means, (spread[0], spread[1])


def _effects(levels: int) -> Floats:
    """Sum-to-zero coding, shape (levels, levels - 1)."""
    return np.vstack([np.eye(levels - 1), -np.ones((1, levels - 1))])


def _additive_parts(cells: Cells, error: float) -> list[tuple[int, float]]:
    """Degrees of freedom and sums of squares of both factors, each adjusted for the other."""
    found = []
    for axis, levels in ((0, cells.sizes.shape[0]), (1, cells.sizes.shape[1])):
        alone = _between(cells, axis)
        found.append((levels - 1, max(0.0, cells.total - alone - error)))
    return found


def _between(cells: Cells, axis: int) -> float:
    """Sum of squares between the levels of the factor that stays when `axis` is summed over."""
    sizes = cells.sizes.sum(axis=axis)
    sums = (cells.sizes * np.where(cells.sizes > 0, cells.means, 0)).sum(axis=axis)
    grand = float(sums.sum()) / cells.n
    return float(sizes @ (sums / sizes - grand) ** 2)
