"""The generated pages are current."""

from pathlib import Path

import pytest

from havoc_pipeline.cli.docs import generate, pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["CLI.md", "TOOLS.md", "havoc.lark", "answer.schema.json"])
def test_a_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `havoc docs --write`"


def test_a_stale_page_is_found_and_mended(tmp_path: Path) -> None:
    assert generate(False, tmp_path) == 1
    assert generate(True, tmp_path) == 0
    assert generate(False, tmp_path) == 0
    (tmp_path / "CLI.md").write_text("old", encoding="utf-8")
    assert generate(False, tmp_path) == 1
