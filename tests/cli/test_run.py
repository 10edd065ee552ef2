"""`havoc run`, `describe` and `tools` as a shell sees them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Havoc, surroundings

TTEST = "RUN_TTEST response=strength group=resin alternative=greater ALPHA_0_05"


@pytest.fixture
def resin(shipped: Path) -> str:
    return str(shipped / "resin.csv")


def test_statement_values_checks_and_references_are_shown(havoc: Havoc, resin: str) -> None:
    done = havoc("run", TTEST, "--data", resin)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "The mean strength of new is above that of old" in text
    for part in ("Values", "Samples", "Checks", "✓ normality", "Conventions", "References", "Welch (1947)"):
        assert part in text
    assert "{" not in text


@pytest.mark.parametrize("arguments", [["run", TTEST], ["describe"]])
def test_eighty_columns_and_no_colour_in_a_pipe(havoc: Havoc, resin: str, arguments: list[str]) -> None:
    text = havoc(*arguments, "--data", resin, COLUMNS="80", NO_COLOR="1", TERM="dumb").stdout.decode()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_windows_code_page_gets_plain_characters(havoc: Havoc, resin: str) -> None:
    done = havoc("run", TTEST, "--data", resin, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("cp1252")
    assert "+ normality" in text
    assert "✓" not in text


def test_several_commands_from_the_pipe(havoc: Havoc, resin: str) -> None:
    text = havoc("run", "-", "--data", resin, stdin=f"{TTEST}; DESCRIBE columns=[strength]".encode()).stdout.decode()
    assert "\nr2  DESCRIBE" in text


def test_json_is_whole_and_finite(havoc: Havoc, resin: str) -> None:
    (result,) = json.loads(havoc("run", TTEST, "--data", resin, "--json").stdout)
    assert result["decision"] == "supported"
    assert result["values"]["n_new"] == 24
    assert result["values"]["ci_high"] is None
    assert len(result["provenance"]["fingerprint"]) == 64


def test_describe_tells_kinds_units_and_roles(havoc: Havoc, shipped: Path) -> None:
    told = json.loads(havoc("describe", "--data", str(shipped / "bond.csv"), "--json").stdout)
    force = next(column for column in told["columns"] if column["header"] == "Bond force (N)")
    assert (force["kind"], force["unit"], force["missing"]) == ("numeric", "N", 0)
    assert told["roles"]["Operator"]["role"] == "operator"


def test_tools_list_every_command(havoc: Havoc) -> None:
    from havoc_pipeline.tools.registry import all_tools

    text = havoc("tools").stdout.decode()
    assert all(f"  {name} " in text for name in all_tools())


def test_a_tools_page_and_schema(havoc: Havoc) -> None:
    text = havoc("tools", "run_ttest").stdout.decode()
    assert "equal_variances: flag (default false)" in text
    assert "Welch (1947)" in text
    schema = json.loads(havoc("tools", "RUN_TTEST", "--json").stdout)
    assert schema["parameters"]["properties"]["alternative"]["enum"] == ["two-sided", "less", "greater"]


def test_run_loads_only_what_it_needs(resin: str) -> None:
    heavy = "typer rich dspy torch pandas matplotlib pydantic"
    code = (
        "import sys, atexit; from havoc_pipeline.cli.main import run\n"
        f"atexit.register(lambda: sys.stderr.write(repr([m for m in '{heavy}'.split() if m in sys.modules])))\n"
        f"run(['run', {TTEST!r}, '--data', {resin!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings(), capture_output=True, check=True)
    assert done.stderr == b"[]"


def test_version_and_help(havoc: Havoc) -> None:
    from havoc_pipeline import __version__

    assert havoc("--version").stdout.decode().strip() == f"havoc {__version__}"
    text = havoc("--help").stdout.decode()
    assert all(name in text for name in ("run", "describe", "tools", "ask", "replay", "ingest"))
    assert "docs" not in text
    assert "--figure" in havoc("run", "--help").stdout.decode()
