"""Quartiles after the two conventions that programs use."""

from __future__ import annotations

from typing import Literal

from havoc_pipeline.tools.samples import Floats

Quartiles = Literal["inclusive", "exclusive"]
CONVENTIONS = {
    "inclusive": "at (n - 1)p + 1 of the ordered values (type 7): R's default, Excel QUARTILE and QUARTILE.INC, "
    "pandas, numpy, JASP",
    "exclusive": "at (n + 1)p of the ordered values (type 6): Minitab, SPSS, JMP, Excel QUARTILE.EXC",
}


def quantile(ordered: Floats, p: float, convention: Quartiles) -> float:
    """Value below which a share `p` of the values lies, interpolated between neighbours.

    Parameters
    ----------
    ordered : float array, shape (n,)
        At least one value, ascending, without NaN.
    p : float
        Between 0 and 1.
    convention : {"inclusive", "exclusive"}

    Returns
    -------
    float

    References
    ----------
    Hyndman and Fan (1996), Am. Stat. 50, 361-365, types 7 and 6.
    """
    n = ordered.size
    place = (n - 1) * p if convention == "inclusive" else (n + 1) * p - 1
    place = min(max(place, 0.0), n - 1.0)
    below = int(place)
    above, part = min(below + 1, n - 1), place - below
    low, high = float(ordered[below]), float(ordered[above])
    return low if part == 0 else low * (1 - part) + high * part
