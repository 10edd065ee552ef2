"""Roles of columns on tables that stand in no bank."""

import datetime

import pytest

from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.mentions import ROLES
from havoc_pipeline.tables import Table

ROWS = 30
START = datetime.date(2024, 3, 1)


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.load()


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.from_columns(
        {
            "date": [(START + datetime.timedelta(days=row)).isoformat() for row in range(ROWS)],
            "SN": [f"A{1000 + 7 * row}" for row in range(ROWS)],
            "operator": ["JM", "KT", "RB"] * (ROWS // 3),
            "vendor": ["Nord", "Sued"] * (ROWS // 2),
            "machine": ["M1", "M2", "M3"] * (ROWS // 3),
            "lot_no": [f"K{row // 5}" for row in range(ROWS)],
            "Pull force (N)": [round(40 + row * 1.7 % 9, 1) for row in range(ROWS)],
            "rejects": [row * 7 % 11 for row in range(ROWS)],
            "n_inspected": [100 + row * 3 % 17 for row in range(ROWS)],
            "result": ["ok", "ok", "nok"] * (ROWS // 3),
            "weight before (g)": [round(10 + row * 0.31 % 1, 2) for row in range(ROWS)],
            "weight after (g)": [round(10 + row * 0.47 % 1, 2) for row in range(ROWS)],
            "remarks": [None, "checked twice because the clamp slipped a bit", None] * (ROWS // 3),
        },
        name="pulls",
    )


def test_probabilities_sum_to_one_over_all_roles(linker: Linker, table: Table) -> None:
    roles = linker.roles(table)
    assert tuple(roles) == table.headers
    for chances in roles.values():
        assert tuple(chances) == ROLES
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("date", "time"),
        ("SN", "identifier"),
        ("operator", "operator"),
        ("vendor", "supplier"),
        ("machine", "machine"),
        ("lot_no", "batch"),
        ("Pull force (N)", "measurement"),
        ("rejects", "defects"),
        ("n_inspected", "inspected"),
        ("result", "outcome"),
        ("weight before (g)", "before"),
        ("weight after (g)", "after"),
    ],
)
def test_plain_headers_have_their_role(linker: Linker, table: Table, header: str, role: str) -> None:
    chances = linker.roles(table)[header]
    assert max(chances, key=lambda name: chances[name]) == role
