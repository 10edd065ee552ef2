"""The HTML page as a sceptical reader meets it: evidence by name, bounds said, code set as code, axes named."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, command, surroundings


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "r.html"
    data = str(ROOT / "datasets" / "tables" / "resin.csv")
    question = ["ask", "Did the new resin raise tensile strength?", "--data", data, "--report", str(path)]
    assert subprocess.run(command(*question), capture_output=True, env=surroundings(), timeout=120).returncode == 0
    return path.read_text(encoding="utf-8")


def test_evidence_is_named(page: str) -> None:
    assert "(evidence: normality, r1)" in page
    assert not re.search(r"\br1\.f\d", page)


def test_a_one_sided_interval_has_no_bound(page: str) -> None:
    assert re.search(r"<td>ci_high</td><td>no bound</td>", page)


def test_no_backtick_is_left(page: str) -> None:
    assert "`" not in page and "<code>strength</code>" in page


def test_both_axes_of_the_figure_are_named(shipped: Path) -> None:
    from havoc_pipeline.dsl.execute import execute
    from havoc_pipeline.dsl.parse import parse_plan
    from havoc_pipeline.tables import Table

    table = Table.read(shipped / "resin.csv")
    asked = (("RUN_TTEST response=strength group=resin", "resin"),
             ("RUN_ANOVA response=strength factor=resin", "levels of resin"))  # fmt: skip
    for text, rows in asked:
        (done,) = execute(parse_plan(text), table)  # type: ignore[arg-type]
        figure = done.result.figure()
        assert figure is not None
        (ax,) = figure.axes
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("strength", rows)
