"""One text for one value: JSON with sorted keys and nothing optional, so that a hash means the value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

FIRST = "0" * 64
"""What the first record holds as the hash of the one before."""


def canonical(value: Any) -> str:
    """The JSON text of a value: keys sorted, no spaces, floats in their shortest exact form."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def storable(value: Any) -> Any:
    """A value as JSON holds it: a number that is not finite as null, tuples as lists, keys as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): storable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [storable(entry) for entry in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def digest(kind: str, time: str, data: Any, previous: str) -> str:
    """SHA-256 of a record's content and of the hash of the one before."""
    content = canonical({"kind": kind, "time": time, "data": data, "previous": previous})
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
