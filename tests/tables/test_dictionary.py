"""Data dictionaries of every form describe the columns."""

from pathlib import Path

import pytest

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table

CSV = "header,description,unit\nstrength,breaking strength,MPa\nLot,which lot,\n"
MD = """# Columns

| name | meaning | unit |
|---|:-:|---|
| `strength` | breaking strength | MPa |
| lot | which lot | |
"""
BULLETS = "- `strength`: breaking strength\n- **lot**: which lot\n"


@pytest.mark.parametrize(
    ("name", "text"), [("d.csv", CSV), ("d.tsv", CSV.replace(",", "\t")), ("d.md", MD), ("e.md", BULLETS)]
)
def test_descriptions_are_matched_by_header(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("strength,lot\n1.5,a\n2.5,b\n", encoding="utf-8")
    table = Table.read(tmp_path / "t.csv", dictionary=tmp_path / name)
    assert table.column("strength").description == "breaking strength"
    assert table.column("lot").description == "which lot"
    assert table.column("strength").unit == (None if name == "e.md" else "MPa")
    assert table.profile.columns[1].description == "which lot"


def test_a_dictionary_that_says_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text("nothing here\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("x\n1.5\n", encoding="utf-8")
    with pytest.raises(TableError, match="says nothing of any column"):
        Table.read(tmp_path / "t.csv", dictionary=tmp_path / "d.md")
