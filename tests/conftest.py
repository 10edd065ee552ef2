"""Fixtures that every test may use; nothing here reaches the network."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def isolated_user_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep caches and the user's index out of the real home folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HAVOC_HOME", str(home))
    monkeypatch.setenv("DSPY_CACHEDIR", str(home / "dspy"))
    monkeypatch.delenv("HAVOC_LM", raising=False)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of certified values that stands beside the repository; the test skips without it."""
    folder = ROOT.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip("the reference folder ../shared/reference is not here")
    return folder


@pytest.fixture(scope="session")
def shipped() -> Path:
    """Folder of the tables that ship with the package."""
    return ROOT / "datasets" / "tables"
