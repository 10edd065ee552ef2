"""Training: the same texts give the same file, in any process."""

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tokenizers import pre_tokenizers

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.symbols import all_symbols
from havoc_pipeline.tokenizer.domain import HavocTokenizer
from havoc_pipeline.tokenizer.merges import Merges, bytes_as_signs, signs, signs_as_bytes
from havoc_pipeline.tokenizer.recipe import train
from havoc_pipeline.tokenizer.vocabulary import SPECIAL_SLOTS, Vocabulary, vocabulary

ROOT = Path(__file__).parents[2]
SMALL = 12_288
TRAIN = """
import sys
from pathlib import Path
from havoc_pipeline.lm.symbols import all_symbols
from havoc_pipeline.tokenizer.recipe import train
from havoc_pipeline.tokenizer.vocabulary import vocabulary
pages = [p.read_text(encoding="utf-8") for p in sorted(Path("datasets/handbook").glob("*.md"))]
sys.stdout.buffer.write(train(lambda: pages, vocabulary(all_symbols()), int(sys.argv[1])).encode())
"""


def trained() -> bytes:
    run = [sys.executable, "-c", TRAIN, str(SMALL)]
    return subprocess.run(run, cwd=ROOT, capture_output=True, check=True).stdout


def test_two_trainings_give_the_same_file_and_exactly_so_many_tokens(tmp_path: Path) -> None:
    first, second = trained(), trained()
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    (tmp_path / "tokenizer.json").write_bytes(first)
    tokenizer = HavocTokenizer(tmp_path / "tokenizer.json")
    assert tokenizer.size == SMALL and len(tokenizer.special) == SPECIAL_SLOTS
    assert len(tokenizer.encode(" Box-Behnken")) == 1
    merges = json.loads(first)["model"]["merges"]
    assert any("Ġ" in pair.split()[1] for pair in merges), "no phrase was learnt"


def test_too_little_text_is_refused() -> None:
    with pytest.raises(ModelError, match="give more text or a smaller --size"):
        train(lambda: ["a short text"], Vocabulary(("ANOVA",), (), ("<pad>",)), 1000)


def test_a_term_that_cannot_be_one_token_is_refused() -> None:
    with pytest.raises(ModelError, match="the term `R 2` is not one piece"):
        train(lambda: ["a short text"], Vocabulary(("R 2",), (), ()), 300)


def test_the_decreed_tokens_are_listed_once() -> None:
    decreed = vocabulary(all_symbols())
    assert len(decreed.special) == SPECIAL_SLOTS == len(set(decreed.special))
    assert len(decreed.terms) == len(set(decreed.terms)) > 800
    assert {"ALPHA_0_05", "RUN_CHI2"} <= set(decreed.names)


def test_bytes_are_spelt_as_the_library_spells_them() -> None:
    assert sorted(signs()) == sorted(pre_tokenizers.ByteLevel.alphabet())
    spelt = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str("é ±\n")[0][0]
    assert bytes_as_signs("é ±\n".encode()) == spelt and signs_as_bytes(spelt).decode() == "é ±\n"


def test_merges_apply_by_rank_and_a_chain_leaves_earlier_ones_whole() -> None:
    merges = Merges({"a": 0, "b": 1, "c": 2}, [])
    merges.add("b", "c")
    merges.chain("abc")
    assert merges.apply("abc") == ["abc"] and merges.apply("bcab") == ["bc", "a", "b"]
    merges.chain("ab")
    assert merges.apply("abc") == ["abc"] and merges.apply("ab") == ["ab"]
    numbers = list(merges.vocab.values())
    assert numbers == list(range(len(numbers))) and all(x < y for x, y in pairwise(numbers))
