"""The lexicon: files and compiled form agree; entries are found by phrase, header, unit and initials."""

import json
from pathlib import Path

import pytest

from havoc_pipeline.errors import HavocError
from havoc_pipeline.linking.dimensions import dimension_of
from havoc_pipeline.linking.entries import entry_of, listed, read_entries
from havoc_pipeline.linking.lexicon import COMPILED, FOLDER, Lexicon, header_key
from havoc_pipeline.linking.words import header_words, phrase_key, stem, tokens


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


def test_the_compiled_lexicon_is_current() -> None:
    compiled = json.loads((FOLDER / COMPILED).read_text(encoding="utf-8"))
    fresh = json.loads(Lexicon.from_files().to_json())
    for part in compiled.keys() - {"ordinary"}:
        assert compiled[part] == fresh[part], f"run python -m training.linker.compile_lexicon ({part})"


def test_it_survives_being_written_and_read(lexicon: Lexicon) -> None:
    assert Lexicon.from_json(lexicon.to_json()).to_json() == lexicon.to_json()


def test_it_stays_small() -> None:
    """Reading a megabyte of it takes about 25 ms at every start; `benchmarks/startup.py` measures the whole."""
    assert (FOLDER / COMPILED).stat().st_size < 6e6


@pytest.mark.parametrize("phrase", ["how hard it is", "harder", "Rockwell", "hardness"])
def test_words_for_hardness_lead_to_it(lexicon: Lexicon, phrase: str) -> None:
    postings = lexicon.postings[phrase_key(phrase)]
    assert "hardness" in {lexicon.names[entry] for entry in postings[::2]}


def test_headers_initials_and_short_forms(lexicon: Lexicon) -> None:
    assert "hardness" in {lexicon.names[entry] for entry in lexicon.headings["hrc"]}
    assert "body mass index" in {lexicon.names[entry] for entry in lexicon.initials["bmi"]}
    assert "thickness" in lexicon.spelt("thk")
    assert "hardness" in lexicon.spelt("kernhaerte")
    assert lexicon.spelt("xyzzyplugh") == []


def test_general_comparatives_name_no_quantity(lexicon: Lexicon) -> None:
    assert not {"high", "low", "more", "better"} & set(lexicon.postings)


def test_there_are_quantities_enough(lexicon: Lexicon) -> None:
    entries = read_entries(FOLDER / "quantities.toml")
    assert len(entries) >= 300
    assert all(entry.phrases["says"] for entry in entries)
    assert len(lexicon.families) >= 30


@pytest.mark.parametrize("wrong", [{"sayz": "x"}, {"role": "boss"}])
def test_a_malformed_entry_is_refused_by_name(wrong: dict[str, str]) -> None:
    with pytest.raises(HavocError, match="flumph"):
        entry_of("flumph", wrong, "measurement")


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[a\n")
    with pytest.raises(HavocError, match=r"bad\.toml"):
        read_entries(tmp_path / "bad.toml")


def test_units_have_dimensions() -> None:
    assert dimension_of("µm") == dimension_of("in") == "length"
    assert dimension_of("furlong") is None


def test_lists_may_be_texts_with_commas() -> None:
    assert listed("a b, c ,") == ("a b", "c")
    assert listed(["x", 1]) == ("x", "1")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("BondForce_N", ("bond", "force", "n")),
        ("thk_e [µm]", ("thk", "e", "um")),
        ("Härte", ("harte",)),
        ("Reading 1", ("reading", "1")),
        ("ΔP", ("delta", "p")),
        ("t_ha", ("t", "ha")),
        ("pH after", ("ph", "after")),
        ("pHStart", ("ph", "start")),
        ("mAh_cap", ("mah", "cap")),
        ("pOut", ("p", "out")),
    ],
)
def test_headers_are_cut_into_words(header: str, words: tuple[str, ...]) -> None:
    assert header_words(header) == words


def test_header_keys_leave_the_unit_out() -> None:
    assert header_key("Pull force (N)") == "pull force"


@pytest.mark.parametrize(
    ("one", "other"),
    [("harder", "hardness"), ("heavier", "heavy"), ("suppliers", "supplier"), ("thicker", "thickness")],
)
def test_words_of_one_family_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_tokens_know_their_place() -> None:
    text = "Women’s grip-strength, 3x"
    assert [text[t.start : t.end] for t in tokens(text)] == [t.text for t in tokens(text)]
    assert tokens("women")[0].lemma == "woman"
