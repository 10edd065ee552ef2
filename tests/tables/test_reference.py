"""Real tables of the JASP quality-control module: counts and kinds taken from the files by eye."""

from pathlib import Path

import pytest

from havoc_pipeline.tables import Table

pytestmark = pytest.mark.reference


def read(reference: Path, name: str) -> Table:
    return Table.read(reference / "quality_control" / "data" / name)


def test_every_file_is_read_and_nothing_is_dropped(reference: Path) -> None:
    files = sorted((reference / "quality_control" / "data").glob("*.csv"))
    assert len(files) > 50
    for file in files:
        profile = Table.read(file).profile
        assert all(column.n + column.missing == profile.n_rows for column in profile.columns), file.name


def test_wide_subgroups(reference: Path) -> None:
    table = read(reference, "SPCSubgroups_Wide.csv")
    assert table.n_rows == 20
    assert [block.headers for block in table.profile.blocks] == [("dm1", "dm2", "dm3", "dm4", "dm5")]


def test_a_design_has_orders_and_levels(reference: Path) -> None:
    table = read(reference, "2level3facFullText.csv")
    kinds = {column.header: column.kind for column in table.profile.columns}
    assert kinds["RunOrder"] == kinds["StdOrder"] == "order"
    assert kinds["A"] == "two-level"
    assert table.column("A").levels == ("Low", "High")
    assert table.profile.blocks == ()


def test_dates_of_every_order(reference: Path) -> None:
    table = read(reference, "rareEventCharts.csv")
    found = [table.column(header).dates[0] for header in ("DMY", "MDY", "YMD")]
    assert found[0] == found[1] == found[2]
