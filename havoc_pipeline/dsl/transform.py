"""`transform=`: a scale on which the method's assumptions hold better."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.registry import Tool
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats, Numeric, Wide


def rescale(tool: Tool, kind: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], Finding]:
    """Put the tool's measurements, and the numbers on their scale, on the transformed scale.

    Parameters
    ----------
    tool : Tool
        Its `transforms` names the parameters that share the scale.
    kind : {"log", "log10", "sqrt", "box_cox"}
    arguments : dict
        Bound arguments.

    Returns
    -------
    dict
        The arguments with those parameters rescaled.
    Finding
        A note that says so, with the Box-Cox exponent when one was estimated.

    Raises
    ------
    DataError
        When a value lies outside the transformation's domain.
    """
    touched = [name for name in tool.transforms if arguments.get(name) is not None]
    values = np.concatenate([_values(arguments[name]) for name in touched] or [np.array([1.0])])
    known = values[~np.isnan(values)]
    _check_domain(kind, known)
    power = _box_cox_power(_values(arguments[touched[0]])) if kind == "box_cox" and touched else None
    scaled = {name: _apply(arguments[name], kind, power) for name in touched}
    exponent = f" with exponent λ = {power:.3g}" if power is not None else ""
    note = Finding(
        "transformation", "note", f"results are on the {kind.replace('_', '-')} scale{exponent}, not in original units",
        statistic=power, reference="Box and Cox (1964), J. R. Stat. Soc. B 26, 211-252",
    )  # fmt: skip
    return arguments | scaled, note


def _values(argument: Any) -> Floats:
    if isinstance(argument, Wide):
        return argument.matrix.ravel()
    return argument.values if isinstance(argument, Numeric) else np.atleast_1d(np.asarray(argument, float))


def _check_domain(kind: str, values: Floats) -> None:
    floor = 0.0
    bad = values < floor if kind == "sqrt" else values <= floor
    if bad.any():
        need = "at least 0" if kind == "sqrt" else "greater than 0"
        raise DataError(
            f"transform={kind} needs values {need}; {int(bad.sum())} are not (the smallest is {values.min():g}): "
            "choose another transform or leave them out with where="
        )


def _apply(argument: Any, kind: str, power: float | None) -> Any:
    if isinstance(argument, Wide):
        columns = tuple(_apply(column, kind, power) for column in argument.columns)
        return Wide(f"{kind}({argument.name})", argument.sources, columns)
    if isinstance(argument, Numeric):
        return Numeric(f"{kind}({argument.name})", argument.sources, _scaled(argument.values, kind, power))
    return float(_scaled(np.asarray(argument, float), kind, power))


def _scaled(values: Floats, kind: str, power: float | None) -> Floats:
    if kind == "box_cox":
        from scipy.special import boxcox

        return np.asarray(boxcox(values, power if power is not None else 1.0), dtype=np.float64)
    function: Any = {"log": np.log, "log10": np.log10, "sqrt": np.sqrt}[kind]
    return np.asarray(function(values), dtype=np.float64)


def _box_cox_power(values: Floats) -> float:
    """Maximum-likelihood exponent in [-5, 5], by golden-section search of the concave likelihood."""
    known = values[~np.isnan(values)]
    low, high, ratio = -5.0, 5.0, (math.sqrt(5) - 1) / 2
    while high - low > 1e-6:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _likelihood(known, left) > _likelihood(known, right):
            high = right
        else:
            low = left
    return (low + high) / 2


def _likelihood(values: Floats, power: float) -> float:
    scaled = _scaled(values / np.exp(np.log(values).mean()), "box_cox", power)
    variance = float(scaled.var())
    return -math.inf if variance <= 0 else -0.5 * values.size * math.log(variance)
