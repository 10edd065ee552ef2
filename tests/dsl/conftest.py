"""A small table that the command-language tests share."""

import pytest

from havoc_pipeline.tables import Table


@pytest.fixture
def table() -> Table:
    """Sixteen rows: strength of two resins on three lines, with a date, a pair and wide readings."""
    rows = range(16)
    return Table.from_columns(
        {
            "strength": [50.0 + (i * 7) % 5 + 3 * (i % 2) for i in rows],
            "resin": ["new" if i % 2 else "old" for i in rows],
            "line": [str(1 + i % 3) for i in rows],
            "made": [f"2024-03-{i + 1:02d}" for i in rows],
            "Haze in": [5.0 + (i * 3) % 4 for i in rows],
            "Haze out": [4.0 + (i * 5) % 3 for i in rows],
            "leaks": [i % 4 for i in rows],
            "units": [10 + i % 3 for i in rows],
            "remark": [None if i == 3 else f"nothing to say about part {i} today" for i in rows],
        },
        name="parts",
    )
