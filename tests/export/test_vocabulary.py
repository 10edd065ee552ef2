"""The tokenizer in GGUF: every token, its type, the merges and the way text is split."""

import json
from pathlib import Path
from typing import Any

import pytest

from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.checkpoint import Checkpoint
from havoc_pipeline.export.vocabulary import CONTROL, NORMAL, UNUSED, USER_DEFINED, splitting, vocabulary

DIGITS = {"type": "Digits", "individual_digits": True}
BYTES = {"type": "ByteLevel", "add_prefix_space": True, "use_regex": True}


def test_every_row_of_the_embedding_has_a_token_and_a_type(checkpoint: Path) -> None:
    words, read = vocabulary(Checkpoint(checkpoint)), Checkpoint(checkpoint)
    assert len(words.tokens) == len(words.types) == 320
    assert len(set(words.tokens)) == 320, "llama.cpp refuses a token that stands twice"
    assert set(words.types[len(read.tokens) :]) == {UNUSED}
    for number, text in read.tokens.items():
        assert words.tokens[number].lstrip(" \u0120") == text.lstrip("\u0120")


@pytest.mark.parametrize(
    ("symbol", "token", "kind"),
    [
        ("<end>", "<end>", CONTROL),
        ("<pad>", "<pad>", CONTROL),
        ("<C1>", " <C1>", USER_DEFINED),
        ("RUN_TTEST", " RUN_TTEST", USER_DEFINED),
        ("response=", " response=", USER_DEFINED),
        ("exp", "\u0120exp", NORMAL),
        ("<reserved0>", "<reserved0>", UNUSED),
        ("(", "(", NORMAL),
    ],
)
def test_a_symbol_is_written_with_its_blank_unless_it_looks_like_a_word(
    checkpoint: Path, symbol: str, token: str, kind: int
) -> None:
    read = Checkpoint(checkpoint)
    words, number = vocabulary(read), read.number(symbol)
    assert (words.tokens[number], words.types[number]) == (token, kind)


def test_merges_are_those_of_the_tokenizer(checkpoint: Path) -> None:
    merges = json.loads((checkpoint / "tokenizer.json").read_text(encoding="utf-8"))["model"]["merges"]
    assert [tuple(merge.split(" ")) for merge in vocabulary(Checkpoint(checkpoint)).merges] == list(map(tuple, merges))


@pytest.mark.parametrize(
    ("stages", "named"),
    [(BYTES, "gpt-2"), ({"type": "Sequence", "pretokenizers": [DIGITS, BYTES]}, "smollm")],
)
def test_splitting_has_llama_cpps_name(stages: dict[str, Any], named: str) -> None:
    assert splitting({"model": {"type": "BPE"}, "normalizer": None, "pre_tokenizer": stages}) == named


@pytest.mark.parametrize(
    "changes",
    [
        {"pre_tokenizer": BYTES | {"use_regex": False}},
        {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "x"}}},
        {"pre_tokenizer": None},
        {"normalizer": {"type": "NFC"}},
        {"model": {"type": "Unigram"}},
    ],
)
def test_splitting_that_llama_cpp_does_not_know_is_refused(changes: dict[str, Any]) -> None:
    tokenizer = {"model": {"type": "BPE"}, "normalizer": None, "pre_tokenizer": BYTES} | changes
    with pytest.raises(ModelError, match="--format hf"):
        splitting(tokenizer)
