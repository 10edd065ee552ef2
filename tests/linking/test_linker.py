"""The linker on a table that stands in no bank: everyday words, levels, blocks, and nothing at all."""

import os
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from havoc_pipeline.errors import HavocError, ModelError
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.mentions import ColumnMention
from havoc_pipeline.lm.reading import WEAKEST
from havoc_pipeline.tables import Table

ROWS = 40
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.load()


@pytest.fixture(scope="module")
def table() -> Table:
    """Headers of the brief: abbreviations, codes, units, a subgroup in wide layout."""
    draw = random.Random(3)

    def levels(*codes: str) -> list[str]:
        return [codes[row % len(codes)] for row in draw.sample(range(ROWS), ROWS)]

    def numbers(mean: float, spread: float, digits: int) -> list[float]:
        return [round(draw.gauss(mean, spread), digits) for _ in range(ROWS)]

    columns: dict[str, list[object]] = {
        "Teil": [f"P{row:03}" for row in range(ROWS)],
        "HRC": [*numbers(58, 1, 1)],
        "sex": [*levels("M", "F")],
        "adh_wt_mg": [*numbers(12, 1, 2)],
        "SUPP": [*levels("Alco", "Borg")],
        "shift": [*levels("D", "N")],
        "thk_e [µm]": [*numbers(80, 3, 1)],
        "thk_c [µm]": [*numbers(85, 3, 1)],
        **{f"r{at}": [*numbers(10, 0.1, 3)] for at in range(1, 6)},
        "n_def": [draw.randint(0, 25) for _ in range(ROWS)],
    }
    return Table.from_columns(columns, name="glue_line4")


def found(linker: Linker, question: str, table: Table) -> set[tuple[tuple[str, ...], str | None]]:
    links = linker.link(question, table)
    held = [m for m in links.mentions if isinstance(m, ColumnMention)]
    return {(m.best.headers, m.best.level) for m in held}


READINGS = tuple(f"r{at}" for at in range(1, 6))


@pytest.mark.parametrize(
    ("question", "headers", "level"),
    [
        ("how hard are they", ("HRC",), None),
        ("is hardness different", ("HRC",), None),
        ("did the glue job vary too much", ("adh_wt_mg",), None),
        ("what about the two vendors", ("SUPP",), None),
        ("what does the supplier change", ("SUPP",), None),
        ("are the men different", ("sex",), "M"),
        ("too much scatter on nights", ("shift",), "N"),
        ("look at thickness at the edge", ("thk_e [µm]",), None),
        ("is reading 1 to 5 in control", READINGS, None),
        ("are r1 - r5 stable", READINGS, None),
        ("r1, r2, r3, r4 and r5 in a chart", READINGS, None),
        ("only for Borg", ("SUPP",), "Borg"),
        ("normality of thk_c [µm] please", ("thk_c [µm]",), None),
        ("many defects lately?", ("n_def",), None),
    ],
)
def test_everyday_words_link(
    linker: Linker, table: Table, question: str, headers: tuple[str, ...], level: str | None
) -> None:
    assert (headers, level) in found(linker, question, table)


@pytest.mark.parametrize("question", ["", "   ", "???", "what is the weather in the alps", "DROP TABLE users; --"])
def test_words_about_nothing_link_to_nothing(linker: Linker, table: Table, question: str) -> None:
    held = [m for m in linker.link(question, table).mentions if isinstance(m, ColumnMention)]
    assert [m.text for m in held if m.best.score >= WEAKEST] == []  # What the model is not shown is no link.


def test_blocked_places_link_to_nothing(linker: Linker, table: Table) -> None:
    question = "is hardness higher"
    assert linker.link(question, table, blocked=[(3, 11)]).mentions == ()


def test_mentions_are_spans_of_the_question_in_order(linker: Linker, table: Table) -> None:
    question = "does the hardness depend on the supplier and the edge thickness"
    held = [m for m in linker.link(question, table).mentions if isinstance(m, ColumnMention)]
    assert [question[m.start : m.end] for m in held] == [m.text for m in held]
    assert all(one.end <= other.start for one, other in pairwise(held))
    assert all(list(m.candidates) == sorted(m.candidates, key=lambda c: -c.score) for m in held)
    assert all(0 < c.score <= 1 for m in held for c in m.candidates)


def test_the_other_thickness_is_kept_as_a_rival(linker: Linker, table: Table) -> None:
    held = linker.link("thickness, is it capable", table).mentions
    headers = {c.headers for m in held if isinstance(m, ColumnMention) for c in m.candidates}
    assert {("thk_e [µm]",), ("thk_c [µm]",)} <= headers


def test_a_user_lexicon_teaches_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [round(0.3 * row % 7, 1) for row in range(ROWS)]
    table = Table.from_columns({"ZQX": values, "line": ["A", "B"] * (ROWS // 2)}, name="data")
    asked = ("is the flumph in control", "does flumph differ by line")
    assert [q for q in asked if (("ZQX",), None) in found(Linker.load(), q, table)] == []
    monkeypatch.setenv("HAVOC_HOME", str(tmp_path))
    (tmp_path / "lexicon.toml").write_text('[flumph]\nheaders = "ZQX"\nsays = "flumph, flumphiness"\n')
    assert [q for q in asked if (("ZQX",), None) not in found(Linker.load(), q, table)] == []


def test_a_user_lexicon_that_is_not_toml_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVOC_HOME", str(tmp_path))
    (tmp_path / "lexicon.toml").write_text("[flumph\n")
    with pytest.raises(HavocError, match=r"lexicon\.toml"):
        Linker.load()


def test_unreadable_weights_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "linker.npz").write_bytes(b"rubbish")
    with pytest.raises(ModelError, match="install HAVOC anew"):
        Linker.load(tmp_path / "linker.npz")


def test_a_data_dictionary_speaks_for_a_cryptic_header(linker: Linker, tmp_path: Path) -> None:
    rows = [f"{round(5 + row * 0.37 % 3, 2)},{row % 9 + 0.5},{'AB'[row % 2]}" for row in range(ROWS)]
    (tmp_path / "x.csv").write_text("\n".join(["qa,zk,vv", *rows]))
    (tmp_path / "d.csv").write_text("column,description\nqa,adhesion of the lacquer\nzk,humidity in the booth\n")
    table = Table.read(tmp_path / "x.csv", dictionary=tmp_path / "d.csv")
    assert (("qa",), None) in found(linker, "did lacquer adhesion change", table)


def test_linking_is_fast_and_needs_numpy_only(linker: Linker, table: Table) -> None:
    linker.link("is hardness different for the two vendors", table)
    began = time.process_time()
    for at in range(10):
        linker.link(f"is hardness different for the two vendors on nights, number {at}", table)
    assert (time.process_time() - began) / 10 < 0.030  # 3 ms on the machine that it was written on
    code = (
        "import sys, havoc_pipeline.linking.linker; print([m for m in ('torch','scipy','pandas') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_long_question_does_not_hang(linker: Linker, table: Table) -> None:
    began = time.process_time()
    linker.link("is the hardness of men and women the same? " * 50, table)
    assert time.process_time() - began < 5


def test_a_header_without_letters_or_digits_does_not_stop_the_linker() -> None:
    table = Table.from_columns(
        {"***": ["1.5", "2.5", "3.5"], "–": ["a", "b", "a"], "force": ["1", "2", "4"]}, name="odd"
    )
    mentions = ground("is the force stable", table).mentions
    assert [m.best.headers for m in mentions if isinstance(m, ColumnMention)] == [("force",)]


def test_links_do_not_depend_on_pythons_hash_seed() -> None:
    code = (
        "import hashlib; from havoc_pipeline.tables import Table; from havoc_pipeline.linking.ground import ground, the_linker;"
        "t = Table.read('datasets/tables/bond.csv'); q = 'how hard do the wires hold for each operator, lot by lot';"
        "found = [ground(q, t), [list(x.bag) for x in the_linker().prepare(t).targets]];"
        "print(hashlib.sha256(repr(found).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True,
            text=True, cwd=ROOT,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(seen) == 1


def test_ordinary_verbs_name_no_yes_or_no() -> None:
    table = Table.from_columns(
        {"time (s)": ["27.1", "30.2", "28.8"] * 8, "flag": ["yes", "no", "no"] * 8}, name="pours"
    )
    found = [
        m for m in ground("does it take long, and does it stay so", table).mentions if isinstance(m, ColumnMention)
    ]
    assert all(m.best.level is None for m in found)
