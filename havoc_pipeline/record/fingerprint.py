"""Which data: the file's and every column's SHA-256, and what differs from another table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from havoc_pipeline.tables import Table


def fingerprint(table: Table) -> dict[str, Any]:
    """File name, rows, and SHA-256 of the file's bytes and of each column as read.

    Parameters
    ----------
    table : Table

    Returns
    -------
    dict
        `name`, `file` (name without folder, or None), `rows`, `sha256`, `columns` (SHA-256 by header).
    """
    return {
        "name": table.name,
        "file": table.source.name if table.source is not None else None,
        "rows": table.n_rows,
        "sha256": table.fingerprint,
        "columns": {column.header: column.fingerprint for column in table.columns},
    }


def differences(recorded: Mapping[str, Any], table: Table) -> list[str]:
    """What differs between the data of a record and a table, in words; empty when nothing does."""
    found = fingerprint(table)
    then, now = recorded["columns"], found["columns"]
    told = [f"column `{header}` is missing" for header in then if header not in now]
    told += [f"column `{header}` is new" for header in now if header not in then]
    if recorded["rows"] != found["rows"]:
        told.append(f"{found['rows']} rows instead of {recorded['rows']}")
    told += [f"column `{h}` holds other values" for h in then if h in now and then[h] != now[h]]
    if not told and recorded["sha256"] != found["sha256"]:
        told.append("the file's bytes differ although every column reads the same")
    return told
