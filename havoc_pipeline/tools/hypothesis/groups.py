"""Values in groups: the data of a one-way comparison, from a factor or from columns side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.centring import centred
from havoc_pipeline.tools.samples import Factor, Floats, Numeric, Wide

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Values of k groups, as differences from `origin`.

    Attributes
    ----------
    names : tuple of str
        The groups that have values.
    codes : int array, shape (n,)
        Group of each value; -1 where the row is not in use.
    centred : float array, shape (n,)
        Value less origin.
    origin : float
    """

    names: tuple[str, ...]
    codes: Codes
    centred: Floats
    origin: float

    @property
    def parts(self) -> list[Floats]:
        """Centred values of each group."""
        return [self.centred[self.codes == place] for place in range(len(self.names))]

    @property
    def samples(self) -> dict[str, Floats]:
        """Values of each group in their own unit."""
        return {name: part + self.origin for name, part in zip(self.names, self.parts, strict=True)}

    @property
    def sizes(self) -> Floats:
        """Number of values in each group, shape (k,), as float."""
        used = self.codes[self.codes >= 0]
        return np.bincount(used, minlength=len(self.names)).astype(np.float64)

    @property
    def centred_means(self) -> Floats:
        """Group means less origin, shape (k,)."""
        return np.array([part.mean() for part in self.parts])

    @property
    def residuals(self) -> Floats:
        """Value less the mean of its group, shape (n,); NaN where not in use."""
        means = np.append(self.centred_means, np.nan)
        return np.asarray(self.centred - means[self.codes], dtype=np.float64)

    @property
    def fitted(self) -> Floats:
        """Mean of the value's group in its own unit, shape (n,); NaN where not in use."""
        return np.append(self.centred_means, np.nan)[self.codes] + self.origin


def groups_of(table: Any, response: Numeric | Wide, factor: Factor | None) -> Groups:
    """Group the response by a factor, or take each column of a wide response as one group.

    Raises
    ------
    DataError
        When fewer than two groups have values.
    """
    if isinstance(response, Wide):
        return _side_by_side(response)
    if factor is None:
        raise DataError(f"`{response.name}` has no factor to group it by; name one with factor=")
    used = ~(response.missing | factor.missing)
    present = tuple(level for level in factor.levels if (factor.where(level) & used).any())
    codes = np.full(used.size, -1, dtype=np.intp)
    for place, level in enumerate(present):
        codes[factor.where(level) & used] = place
    _need_two(present, f"`{factor.name}`")
    values, origin = centred(table, response)
    return Groups(present, codes, np.where(used, values, np.nan), origin)


def _side_by_side(response: Wide) -> Groups:
    columns = [column for column in response.columns if not column.missing.all()]
    _need_two(tuple(column.name for column in columns), "the list of columns")
    matrix = np.column_stack([column.values for column in columns])
    codes = np.tile(np.arange(len(columns), dtype=np.intp), matrix.shape[0])
    values = matrix.ravel()
    origin = float(np.nanmedian(values))
    codes[np.isnan(values)] = -1
    return Groups(tuple(column.name for column in columns), codes, values - origin, origin)


def _need_two(present: tuple[str, ...], what: str) -> None:
    if len(present) < 2:
        only = f" (only `{present[0]}`)" if present else ""
        raise DataError(
            f"{what} has {len(present)} group{'s' * (len(present) != 1)} with values{only} among the rows in use; "
            "comparing means needs at least 2"
        )
