"""The shipped tokenizer: its terms, its numbers, its marks, and that nothing is lost."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.symbols import ALPHA_SYMBOLS, all_symbols, pointers
from havoc_pipeline.tokenizer.domain import HavocTokenizer, shipped
from havoc_pipeline.tokenizer.pieces import any_of, pieces
from havoc_pipeline.tokenizer.vocabulary import STAGES, vocabulary
from havoc_pipeline.tools.registry import all_tools

HAVOC = HavocTokenizer()
DECREED = vocabulary(all_symbols())
ISSUE = ("ANOVA", "p-value", "Cpk", "Ppk", "Box-Behnken", "control_chart", "factorial_doE", *ALPHA_SYMBOLS)
ANY_TEXT = st.text(st.characters(codec="utf-8"))
LIKELY = st.lists(st.sampled_from([*"aeE01.,-_=%' \n\tσ²", "the ", "of ", " a", "ANOVA", "<plan>", "é"])).map("".join)


@pytest.fixture(scope="module")
def library() -> Any:
    """The same file, run by `tokenizers`, marks read as plain text."""
    tokenizer = Tokenizer.from_file(str(shipped()))
    tokenizer.encode_special_tokens = True
    return tokenizer


def test_the_vocabulary_has_76800_entries_numbered_without_a_gap(library: Any) -> None:
    assert HAVOC.size == library.get_vocab_size() == 76_800
    assert set(library.get_vocab().values()) == set(range(76_800))


def test_the_shipped_file_is_of_todays_recipe() -> None:
    assert HAVOC.pattern == pieces(DECREED.names) and tuple(HAVOC.special) == DECREED.special


@given(st.lists(st.text("ab.-", min_size=1), min_size=1), st.text("ab.-"))
def test_any_of_matches_exactly_its_words(words: list[str], other: str) -> None:
    assert all(re.fullmatch(any_of(words), word) for word in words)
    assert bool(re.fullmatch(any_of(words), other)) == (other in words)
    assert re.match(any_of(words), max(words, key=len) + "#").end() == len(max(words, key=len))  # type: ignore[union-attr]


@pytest.mark.parametrize("term", [*ISSUE, *DECREED.terms])
def test_a_term_is_one_token_alone_and_after_a_blank(term: str) -> None:
    for text in (term, f" {term}"):
        assert HAVOC.encode(text) == [HAVOC.number(text)]


def test_a_term_stays_whole_in_a_sentence() -> None:
    words = [term for term in DECREED.terms if re.fullmatch(r"[A-Za-z][\w-]{2,}", term)]
    split = [term for term in words if not _whole(f"Here {term}, then ({term}) or another {term} was seen.", term)]
    assert len(words) > 500 and split == []


def _whole(text: str, term: str) -> bool:
    parts = [part.decode("utf-8", "replace") for _, part in HAVOC.parts(text)]
    return sum(term in part for part in parts) == text.count(term)


def test_every_command_and_parameter_of_the_registry_is_one_token() -> None:
    tools = all_tools()
    names = [*tools, *(name for tool in tools.values() for name in tool.parameters)]
    assert [name for name in names if len(HAVOC.encode(name)) != 1 or len(HAVOC.encode(f" {name}")) != 1] == []
    assert len(HAVOC.encode("RUN_TTEST response=strength")) == 3


@pytest.mark.parametrize("mark", [*(f"<{stage}>" for stage in STAGES), *pointers(), "<pad>", "<end>", "<assistant>"])
def test_a_mark_is_one_token_where_asked_and_text_elsewhere(mark: str) -> None:
    text = f"is{mark}it"
    assert HAVOC.encode(text, special=True).count(HAVOC.special[mark]) == 1
    plain = HAVOC.encode(text)
    assert not set(plain) & set(HAVOC.special.values()) and HAVOC.decode(plain) == text


@given(st.integers(0, 10**12).map(str), LIKELY.filter(lambda t: not t[-1:].isdigit() and "ALPHA" not in t), LIKELY)
def test_a_number_is_its_digits_wherever_it_stands(number: str, before: str, after: str) -> None:
    digits = [HAVOC.number(digit) for digit in number]
    numbers = HAVOC.encode(f"{before}{number} {after}")
    begin = len(HAVOC.encode(before))
    found = [i for i in range(len(numbers)) if numbers[i : i + len(digits)] == digits]
    assert any(abs(i - begin) <= 2 for i in found)


def test_no_token_holds_a_digit_beside_anything_but_a_name_of_the_language() -> None:
    begun = {name[:end] for name in DECREED.names for end in range(1, len(name) + 1) if name[end - 1].isdigit()}
    named = re.compile("|".join(map(re.escape, sorted(begun, key=len, reverse=True))))
    vocab = json.loads(shipped().read_text(encoding="utf-8"))["model"]["vocab"]
    assert [token for token in vocab if len(token) > 1 and re.search("[0-9]", named.sub("", token))] == []


@given(st.binary())
@example(bytes(range(256)))
@example("σ² ≤ 3 µm".encode()[:-1])
def test_any_bytes_come_back(data: bytes) -> None:
    assert HAVOC.decode_bytes(HAVOC.encode(data)) == data


@given(ANY_TEXT | LIKELY)
@settings(max_examples=500)
@example("a\udcffb")
@example("<plan> x̄ = 0.05\r\n\u0085\u2028 \x1c")
def test_any_text_comes_back(text: str) -> None:
    assert HAVOC.decode(HAVOC.encode(text)) == text
    assert HAVOC.decode(HAVOC.encode(text, special=True)) == text


@given(ANY_TEXT | LIKELY)
@settings(max_examples=1000)
def test_both_engines_agree_and_the_library_gives_the_text_back(library: Any, text: str) -> None:
    numbers = library.encode(text, add_special_tokens=False).ids
    assert HAVOC.encode(text) == numbers
    assert library.decode(numbers, skip_special_tokens=False) == text


def test_both_engines_agree_on_our_pages(library: Any) -> None:
    for page in sorted((Path(__file__).parents[2] / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        assert HAVOC.encode(text) == library.encode(text, add_special_tokens=False).ids, page.name


def test_tokens_that_overlap_themselves_merge_alike_in_both_engines(library: Any) -> None:
    """A merge by rank is ambiguous only where two pairs give one token: `a+b` and `b+c` the same text."""
    known = [part for part in HAVOC._ranks if part.isascii()]
    doubled = [t.decode() for t in known for i in range(1, len(t)) if t[:i] == t[-i:] and t[i:] in HAVOC._ranks]
    assert len(doubled) > 50
    for text in doubled:
        for twice in (text * 2, text + text[1:], text + text[-1:] * 3):
            assert HAVOC.encode(twice) == library.encode(twice, add_special_tokens=False).ids, twice


def test_half_a_surrogate_pair_is_refused_with_its_place() -> None:
    with pytest.raises(ModelError, match="character 2 is half of a surrogate pair"):
        HAVOC.encode("ab\ud800")


def test_a_number_beyond_the_vocabulary_is_refused() -> None:
    with pytest.raises(ModelError, match="not below 76800"):
        HAVOC.decode([76_800])


@pytest.mark.parametrize("content", ["", "{}", '{"added_tokens": []}'])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="train one anew"):
        HavocTokenizer(tmp_path / "t.json")


def test_the_file_is_no_larger_than_it_need_be() -> None:
    assert shipped().stat().st_size < 4_000_000
