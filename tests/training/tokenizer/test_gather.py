"""The corpus of the domain tokenizer: what is read, what is kept, what the manifest says."""

import json
import tomllib
import zipfile
from pathlib import Path

from havoc_pipeline.tokenizer.compare import held_out_pages
from training.bank import DEVELOPMENT_AUTHORS, phrases
from training.tokenizer import gather
from training.tokenizer.docstrings import documents_of_wheel

FREE = ("MIT", "BSD", "Apache", "GPL", "LGPL", "AGPL", "GFDL", "MPL", "CC-BY", "NCSA", "WordNet", "public", "unlimited")
MANIFEST = json.loads((gather.HERE / "manifest.json").read_text(encoding="utf-8"))


def test_docstrings_and_readme_of_a_wheel_are_read_and_nothing_is_run(tmp_path: Path) -> None:
    wheel = tmp_path / "x-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("x/a.py", '"""Top."""\nraise SystemExit\ndef f():\n    """Within.\n\n    More."""\n')
        archive.writestr("x/old.py", "print 1")
        archive.writestr("x/tests/b.py", '"""Left out."""')
        archive.writestr("x-1.dist-info/METADATA", "Name: x\n\nRead this µ.\n")
    assert sorted(filter(None, documents_of_wheel(wheel))) == ["Read this µ.\n", "Top.\n\nWithin.\n\nMore."]


def test_what_was_trained_on_is_not_measured(tmp_path: Path) -> None:
    row = {"from": "PyPI", "licence": "MIT"}
    held = ({**row, "package": "h", "use": "quality"}, "shared text\n\nown text\n\nown  text")
    trained = ({**row, "package": "t", "use": "train", "repeat": 2}, "shared text")
    rows = gather.write([held, trained], tmp_path)
    assert (tmp_path / "held/quality/h-PyPI.txt").read_text() == "own text\n"
    assert (tmp_path / "train/t-PyPI.txt").read_text() == "shared text\n" * 2
    assert [row["bytes"] for row in rows] == [12, 9]


def test_a_text_is_cut_at_a_line() -> None:
    assert gather.cut("ab\ncd\nef", 7e-6) == "ab\ncd" and gather.cut("ab\ncd", 1) == "ab\ncd"


def test_the_manifest_names_every_source_with_version_licence_and_bytes() -> None:
    sources = tomllib.loads((gather.HERE / "sources.toml").read_text(encoding="utf-8"))
    wanted = {*sources["debian"], *sources["corpus"], *sources["pypi"], *(page.stem for page in held_out_pages())}
    assert wanted <= {row["package"] for row in MANIFEST}
    for row in MANIFEST:
        assert row["bytes"] > 0 or row["package"] == "libaiksaurus-1.2-data", row
        assert any(name in row["licence"] for name in FREE), row
        assert row["version"] or row["from"] == "this repository", row


def test_whole_packages_are_held_out() -> None:
    use: dict[tuple[str, str], set[str]] = {}
    for row in MANIFEST:
        use.setdefault((row["from"], row["package"]), set()).add(row["use"] == "train")
    mixed = [key for key, uses in use.items() if len(uses) > 1]
    assert mixed == [("this repository", "questions")]
    assert {"statistics", "quality", "handbook", "mathematics"} <= {row["use"] for row in MANIFEST}


def test_no_development_authors_question_is_trained_on() -> None:
    trained = set(gather.questions(development=False).split("\n\n"))
    theirs = {phrase.text for phrase in phrases(sorted(DEVELOPMENT_AUTHORS)) if "{" not in phrase.text}
    assert len(trained) > 1000 and {text for text in theirs & trained if len(text) > 40} == set()
