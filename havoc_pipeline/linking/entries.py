"""Entries of the lexicon as people write them in TOML: a quantity or a group, and its names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import HavocError
from havoc_pipeline.linking.mentions import ROLES

FIELDS = ("says", "vague", "how", "more", "less", "plural")
KINDS = ("number", "count", "category", "date", "order", "identifier", "text")
ROLE_NUMBERS: dict[str, int] = {role: at for at, role in enumerate(ROLES)}
KIND_OF_ROLE = {
    "measurement": "number", "setting": "number", "reference": "number", "nominal": "number",
    "before": "number", "after": "number", "opportunities": "number", "defects": "count",
    "inspected": "count", "time": "date", "run_order": "order", "identifier": "identifier",
    "comment": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One thing that columns are about: how it is headed, measured in, and spoken of.

    `source` names the table it comes from, so that entries that stood together speak for each
    other; it is empty for entries of no particular table.
    """

    name: str
    role: str
    kind: str
    headers: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""


def listed(value: Any) -> tuple[str, ...]:
    """Return a TOML value as a list: a list as it is, a string cut at its commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(part) for part in value)


def entry_of(name: str, raw: Mapping[str, Any], default_role: str) -> Entry:
    """Make an entry of one TOML table.

    Args:
        name: the table's name, itself a way to say it unless the entry is a column of some table (`source`).
        raw: its fields.
        default_role: the role when the table names none.

    Returns:
        The entry.

    Raises:
        HavocError: a field or a role is unknown.
    """
    role = str(raw.get("role", default_role))
    known = {*FIELDS, "headers", "units", "levels", "role", "kind", "source"}
    unknown = sorted(set(raw) - known)
    if unknown or role not in ROLES:
        wrong, right = (unknown[0], known) if unknown else (role, set(ROLES))
        raise HavocError(f"lexicon entry `{name}`: `{wrong}` is not one of {sorted(right)}")
    phrases = {one: listed(raw[one]) for one in FIELDS if one in raw}
    if "source" not in raw:
        phrases["says"] = (str(name), *phrases.get("says", ()))
    return Entry(
        name=str(name),
        role=role,
        kind=str(raw.get("kind", KIND_OF_ROLE.get(role, "category"))),
        headers=listed(raw.get("headers", ())),
        units=listed(raw.get("units", ())),
        phrases=phrases,
        levels={str(code): listed(names) for code, names in raw.get("levels", {}).items()},
        source=str(raw.get("source", "")),
    )


def read_entries(path: Path, default_role: str = "measurement") -> list[Entry]:
    """Read a file of entries.

    Args:
        path: TOML, one table an entry.
        default_role: for entries that name no role.

    Returns:
        The entries in order.

    Raises:
        HavocError: the file is not TOML, or an entry is not well formed.
    """
    return [entry_of(name, raw, default_role) for name, raw in read_toml(path).items()]


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of the lexicon; HavocError says the place when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HavocError(f"the lexicon `{path}` is not TOML: {error}; mend that line") from error
