"""Terms of a model in coded factors: main effects, two-factor interactions, squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.samples import Floats

ModelKind = Literal["linear", "interactions", "quadratic"]


@dataclass(frozen=True)
class CodedFactor:
    """A factor in coded units.

    Attributes
    ----------
    name : str
    columns : float array, shape (n, c)
        One column for a continuous or two-level factor, L - 1 contrasts for L categories.
    contrasts : float array, shape (L, c), or None
        Contrasts by level; None for a continuous factor.
    curved : bool
        Whether the factor has levels enough for a square (three or more, continuous).
    """

    name: str
    columns: Floats
    contrasts: Floats | None = None
    curved: bool = False

    @property
    def basis(self) -> Floats:
        """Functions that terms are products of, shape (n, q): 1, the columns, the square."""
        ones = np.ones((self.columns.shape[0], 1))
        square = self.columns**2 if self.contrasts is None else self.columns[:, :0]
        return np.hstack([ones, self.columns, square])

    @property
    def moments(self) -> Floats:
        """Mean product of each two of those functions over the factor's range, shape (q, q)."""
        if self.contrasts is None:
            return np.array([[1, 0, 1 / 3], [0, 1 / 3, 0], [1 / 3, 0, 1 / 5]])
        functions = np.hstack([np.ones((self.contrasts.shape[0], 1)), self.contrasts])
        return np.asarray(functions.T @ functions / functions.shape[0], dtype=np.float64)


@dataclass(frozen=True)
class Term:
    """A term of the model: its factors (one twice for a square), and its columns of the model matrix."""

    factors: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def is_square(self) -> bool:
        """Whether the term is the square of a factor."""
        return _is_square(self.factors)


@dataclass(frozen=True)
class Model:
    """A model over the runs.

    Attributes
    ----------
    terms : tuple of Term
        Without the constant, which is column 0.
    names : tuple of str
        Of the columns, shape (p,).
    matrix : float array, shape (n, p)
    moments : float array, shape (p, p)
        Mean product of two columns over the region (cube of side 2, every category alike).
    """

    terms: tuple[Term, ...]
    names: tuple[str, ...]
    matrix: Floats
    moments: Floats


def contrasts(levels: int) -> Floats:
    """Orthogonal contrasts of mean square 1, shape (levels, levels - 1); -1 and +1 for two levels.

    References
    ----------
    Kuhfeld (2010), Marketing Research Methods in SAS, "standardized orthogonal contrast coding".
    """
    made = np.zeros((levels, levels - 1))
    for column in range(levels - 1):
        made[: column + 1, column] = -1.0
        made[column + 1, column] = column + 1.0
    return np.asarray(made * np.sqrt(levels / (made**2).sum(axis=0)), dtype=np.float64)


def build_model(factors: Sequence[CodedFactor], kind: ModelKind) -> Model:
    """Model matrix of `kind` with the moments of its region.

    Parameters
    ----------
    factors : sequence of CodedFactor
        At least one, all over the same n runs.
    kind : {"linear", "interactions", "quadratic"}
        Main effects; and two-factor interactions; and squares of the curved factors.

    Returns
    -------
    Model
    """
    names, parts, terms = ["mean"], [np.zeros(len(factors), dtype=np.intp)], list[Term]()
    for chosen in _terms(factors, kind):
        start = len(parts)
        for label, part in _columns(factors, chosen):
            names.append(label)
            parts.append(part)
        terms.append(Term(chosen, tuple(range(start, len(parts)))))
    powers = np.array(parts)
    return Model(tuple(terms), tuple(names), _matrix(factors, powers), _moments(factors, powers))


def _terms(factors: Sequence[CodedFactor], kind: ModelKind) -> list[tuple[int, ...]]:
    everything = range(len(factors))
    chosen: list[tuple[int, ...]] = [(f,) for f in everything]
    if kind != "linear":
        chosen += list(combinations(everything, 2))
    if kind == "quadratic":
        chosen += [(f, f) for f in everything if factors[f].curved]
    return chosen


def _columns(factors: Sequence[CodedFactor], chosen: tuple[int, ...]) -> list[tuple[str, NDArray[np.intp]]]:
    """Name and parts of each column of a term: which function of each factor enters."""
    if _is_square(chosen):
        return [(f"{factors[chosen[0]].name}²", _parts(len(factors), chosen[:1], (2,)))]
    picks = product(*(range(1, factors[f].columns.shape[1] + 1) for f in chosen))
    return [(_label(factors, chosen, pick), _parts(len(factors), chosen, pick)) for pick in picks]


def _parts(factors: int, chosen: tuple[int, ...], pick: tuple[int, ...]) -> NDArray[np.intp]:
    parts = np.zeros(factors, dtype=np.intp)
    parts[list(chosen)] = pick
    return parts


def _label(factors: Sequence[CodedFactor], chosen: tuple[int, ...], pick: tuple[int, ...]) -> str:
    single = [factors[f].columns.shape[1] == 1 for f in chosen]
    named = zip(chosen, pick, single, strict=True)
    return "·".join(factors[f].name if alone else f"{factors[f].name}[{number}]" for f, number, alone in named)


def _is_square(chosen: tuple[int, ...]) -> bool:
    return len(chosen) == 2 and chosen[0] == chosen[1]


def _matrix(factors: Sequence[CodedFactor], powers: NDArray[np.intp]) -> Floats:
    matrix = np.ones((factors[0].columns.shape[0], powers.shape[0]))
    for place, factor in enumerate(factors):
        used = np.flatnonzero(powers[:, place])
        matrix[:, used] *= factor.basis[:, powers[used, place]]
    return matrix


def _moments(factors: Sequence[CodedFactor], powers: NDArray[np.intp]) -> Floats:
    moments = np.ones((powers.shape[0], powers.shape[0]))
    for place, factor in enumerate(factors):
        moments *= factor.moments[np.ix_(powers[:, place], powers[:, place])]
    return moments
