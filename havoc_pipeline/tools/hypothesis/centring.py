"""Values less a common origin, without losing the digits in which they differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from havoc_pipeline.tools.samples import Floats, Numeric

_COARSE = 1e-13
"""Spacing of doubles over standard deviation from which reading the decimals again pays."""
_MOST_ROWS = 200_000


def centred(table: Any, sample: Numeric) -> tuple[Floats, float]:
    """The sample's values less an origin near their mean.

    Where the values agree in so many leading digits that doubles lose what tells them apart
    (1000000000000.4 and .3), the decimals are subtracted as they stand in the table.

    Parameters
    ----------
    table : Table or None
        The rows in use; needed only for the exact decimals.
    sample : Numeric
        At least one value that is not missing.

    Returns
    -------
    values : float array, shape (n,)
        NaN where missing.
    origin : float
        In the sample's unit.

    References
    ----------
    Simon and Lesage (1989), Comput. Stat. Data Anal. 8, 325-332 (data with constant leading digits).
    """
    known = sample.values[~sample.missing]
    origin = float(np.median(known)) if known.size else 0.0
    plain = sample.values - origin
    if not _is_coarse(known):
        return plain, origin
    exact = _decimals(table, sample)
    if exact is None:
        return plain, origin
    start = Decimal(origin)
    near = [float(value - start) if value is not None else np.nan for value in exact]
    return np.array(near, dtype=np.float64), origin


def _is_coarse(known: Floats) -> bool:
    if not 2 <= known.size <= _MOST_ROWS:
        return False
    spacing = float(np.spacing(np.abs(known).max()))
    return spacing > _COARSE * float(known.std())


def _decimals(table: Any, sample: Numeric) -> list[Decimal | None] | None:
    """The sample's exact decimals; None when it is no plain column of the table."""
    if table is None or sample.sources != (sample.name,) or sample.name not in table.headers:
        return None
    exact: list[Decimal | None] = table.column(sample.name).decimals()
    back = np.array([np.nan if value is None else float(value) for value in exact])
    same = back.shape == sample.values.shape and np.array_equal(back, sample.values, equal_nan=True)
    return exact if same else None
