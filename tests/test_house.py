"""The house: five root folders under one name, links, package list, and a wheel that imports."""

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("signatures", "programs", "datasets", "evals")
OUTSIDE = {"training", "benchmarks", "tests", "docs"}


def settings() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["setuptools"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_linked_into_the_package(room: str) -> None:
    link = ROOT / "havoc_pipeline" / room
    assert link.is_symlink() and os.readlink(link) == f"../{room}"


def packages_of_the_tree() -> set[str]:
    """Every folder that holds modules or data of the package, by its installed name."""
    found = {"havoc_pipeline"}
    for top in ("havoc_pipeline", *ROOMS):
        for folder, names, files in os.walk(ROOT / top, followlinks=False):
            names[:] = [n for n in names if not n.startswith(("__pycache__", "."))]
            inside = Path(folder).relative_to(ROOT)
            if files and not (set(inside.parts) & {"__pycache__"}):
                name = ".".join(inside.parts)
                found.add(name if top == "havoc_pipeline" else f"havoc_pipeline.{name}")
    return found


def test_every_package_is_listed_and_nothing_else() -> None:
    listed = settings()["packages"]
    assert isinstance(listed, list)
    assert set(listed) == packages_of_the_tree()
    assert listed == sorted(listed)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-serve.lock"])
def test_a_lock_names_every_package_that_havoc_runs_on(lock: str) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = {re.split(r"[<>=\[ ]", entry)[0] for entry in tomllib.load(file)["project"]["dependencies"]}
    locked = {line.partition("==")[0].lower() for line in (ROOT / lock).read_text("utf-8").splitlines()}
    assert wanted <= {name.replace("_", "-") for name in locked}, wanted - locked


def test_datasets_has_no_init_so_that_it_shadows_nobody() -> None:
    assert not (ROOT / "datasets" / "__init__.py").exists()
    code = "import importlib.util as u; s = u.find_spec('datasets'); print(s is None or s.origin is None)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"


def test_the_package_never_imports_what_is_not_installed() -> None:
    for path in (ROOT / "havoc_pipeline").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in OUTSIDE:
            assert f"from {name}" not in text and f"import {name}\n" not in text, path


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "torch dspy pandas scipy.stats matplotlib sympy lancedb transformers litellm"
    code = f"import sys, havoc_pipeline; print([m for m in '{heavy}'.split() if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_wheel_imports_in_a_clean_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    clean = tmp_path / "clean"
    venv.create(clean, with_pip=False)
    site = next(clean.glob("lib/python*/site-packages"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    code = (
        "import havoc_pipeline, havoc_pipeline.errors, importlib.resources as r;"
        "import havoc_pipeline.signatures, havoc_pipeline.programs, havoc_pipeline.evals;"
        "print(r.files('havoc_pipeline.datasets').joinpath('tables').joinpath('resin.csv').is_file(),"
        " r.files('havoc_pipeline.linking').joinpath('lexicon').is_dir(), havoc_pipeline.__file__)"
    )
    told = subprocess.run([clean / "bin" / "python", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout.split()[:2] == ["True", "True"] and str(clean) in told.stdout


def test_the_readme_shows_every_room() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("## The tree")[1]
    inside = (ROOT / "havoc_pipeline").iterdir()
    rooms = [p for p in (*ROOT.iterdir(), *inside) if p.is_dir() and not p.name.startswith((".", "__"))]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    kept = [p for p in rooms if not listed or f"{p.relative_to(ROOT)}/" in listed or p.is_symlink()]
    assert [p.name for p in kept if f"    {p.name}/" not in shown] == []
