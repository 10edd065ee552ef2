"""The recipe of HAVOC-mini in miniature: a toy learns in under a minute, or the recipe has rotted."""

import json
import math
import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from havoc_pipeline.lm.symbols import END, all_symbols
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from training.bank import DEVELOPMENT_AUTHORS, authors, phrases, readings
from training.embeddings import start_from_vectors
from training.examples import canonical
from training.export import export
from training.make_examples import examples
from training.noise import Mentions
from training.pretrain.build import learner
from training.pretrain.journal import LOG, entries
from training.pretrain.prepare import prepare
from training.pretrain.recipe import Recipe, read
from training.pretrain.trainer import train
from training.pretrain.world import joined
from training.stages import difficulty, verdict
from training.tokenizer.mini import train as train_tokenizer

ROOT = Path(__file__).parents[2]
RECIPES, SHIPPED = ROOT / "training" / "pretrain" / "recipes", ROOT / "havoc_pipeline" / "model" / "mini"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tokenizer, training and development examples of a tiny run, as text and as token data."""
    folder: Path = tmp_path_factory.mktemp("recipe")
    train_tokenizer(1500).save(str(folder / "tokenizer.json"))
    for name, count, development in (("train", 1200, False), ("dev", 120, True)):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for drawn in examples(count, 5, development=development):
                file.write(json.dumps(drawn.__dict__) + "\n")
        prepare([folder / f"{name}.jsonl"], folder / "tokenizer.json", END, folder / name, answers=True)
    return folder


@pytest.fixture(scope="module")
def toy(folder: Path) -> Recipe:
    """The recipe of HAVOC-mini at a toy's size and pace."""
    mini = read(RECIPES / "havoc-mini.toml")
    size = MiniTokenizer(folder / "tokenizer.json").size
    sizes = {"vocab_size": size, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    sizes |= {"num_attention_heads": 4, "head_dim": 16}
    return replace(
        mini,
        steps=120,
        model=mini.model | sizes,
        optimizer=replace(mini.optimizer, rate=4e-3, warmup=10),
        keep=replace(mini.keep, every=60),
    )


@pytest.mark.slow
def test_a_toy_learns_and_is_exported(folder: Path, toy: Recipe) -> None:
    train(toy, folder / "train", folder / "run", folder / "dev")
    log = entries(folder / "run" / LOG)
    losses = [entry["loss"] for entry in log if "loss" in entry]
    symbols = len(MiniTokenizer(folder / "tokenizer.json").ids)
    assert losses[0] == pytest.approx(math.log(symbols), abs=0.3)  # a fresh model knows nothing
    assert losses[0] - sum(losses[-10:]) / 10 > 2.5, (losses[0], losses[-10:])
    assert not any(entry.get("skipped") for entry in log)
    assert [entry["step"] for entry in log if "exact" in entry] == [60, 120]
    export(toy, [folder / "run"], folder / "train", folder / "out")
    assert json.loads((folder / "out" / "havoc.json").read_text(encoding="utf-8"))["tokens"] == log[-1]["tokens"]
    exported = HavocForCausalLM.from_pretrained(folder / "out")
    assert exported.dtype == torch.bfloat16 and exported.config.vocab_size == toy.config().vocab_size


def test_known_words_start_from_their_vectors_and_symbols_do_not(folder: Path, toy: Recipe) -> None:
    tokenizer = MiniTokenizer(folder / "tokenizer.json")
    with joined(False) as world:
        fresh, started = (
            learner(toy, world, start=start).model.model.embed_tokens.weight.detach()
            for start in (None, partial(start_from_vectors, tokenizer=tokenizer.inner))
        )
    changed = (fresh != started).any(dim=1)
    assert 100 < int(changed.sum()) < len(fresh) - len(tokenizer.ids)
    assert not changed[list(tokenizer.ids.values())].any()
    assert float(started[changed].std()) == pytest.approx(float(fresh.std()), rel=0.05)


def test_the_recipe_has_the_shape_that_ships() -> None:
    shipped = json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))
    made = read(RECIPES / "havoc-mini.toml").config().to_dict()
    names = [name for name in shipped if name not in ("architectures", "dtype", "transformers_version", "use_cache")]
    assert {name: made[name] for name in names} == {name: shipped[name] for name in names}
    assert MiniTokenizer(SHIPPED / "tokenizer.json").size == made["vocab_size"]


def test_no_development_author_is_trained_on() -> None:
    for folder in ("phrases", "domains"):
        assert not set(authors(folder, development=False)) & DEVELOPMENT_AUTHORS
        assert set(authors(folder, development=True)) <= DEVELOPMENT_AUTHORS


def test_every_phrase_stands_under_a_reading_with_enough_words() -> None:
    bank = phrases(authors("phrases", development=False))
    assert {phrase.reading for phrase in bank} <= set(readings())
    counts = {r: sum(p.reading == r for p in bank) for r in readings() if r != "refuse.missing"}
    assert min(counts.values()) >= 60, min(counts, key=lambda r: counts[r])


def test_every_symbol_is_one_token(folder: Path) -> None:
    tokenizer = MiniTokenizer(folder / "tokenizer.json")
    for symbol in all_symbols():
        assert tokenizer.encode(f"a {symbol} b").count(tokenizer.ids[symbol]) == 1, symbol
    assert {"ALPHA_0_05", "RUN_TTEST", "DESIGN_DOE", "CHECK_SPC"} <= set(tokenizer.ids)


def test_answers_are_written_in_one_order() -> None:
    written = "RUN_CORRELATION method= pearson y= <C1> x= <C3> where= ( <C2> == <L1> ) ALPHA_0_01".split()
    expected = "RUN_CORRELATION x= <C1> y= <C3> method= pearson where= ( <C2> == <L1> ) ALPHA_0_01".split()
    assert sorted(canonical(written)) == sorted(expected)
    assert canonical(written)[:6] == expected[:6]
    assert canonical(canonical(written)) == canonical(written)


def test_noise_takes_or_swaps_the_words_of_mentions_and_nothing_else(folder: Path) -> None:
    tokenizer = MiniTokenizer(folder / "tokenizer.json")
    mentions = Mentions(tokenizer.inner)
    prompt = "<plan> is <C1> <s4>{} <e> above <N1> for <C2> <s1> <or> <C3> <s0>{} <e> <profile> <C1> <cmd>"
    tokens = tokenizer.encode(prompt.format(*SAID[:2]))
    noisy = {tuple(mentions.varied(tokens, random.Random(seed))) for seed in range(3000)}
    # Each mention keeps its words, loses them or takes the other's; a symbol that is a word ends no mention.
    assert noisy == {tuple(tokenizer.encode(prompt.format(first, second))) for first in SAID for second in SAID}


SAID = (" pull force", " add-in", "")


def test_the_stated_teachers() -> None:
    assert verdict(["pass", "fail"]) == "<falls>"
    assert verdict(["warn", "warn"]) == "<weakened>"
    assert verdict(["warn"]) == "<stands>"
    assert difficulty("RUN_TTEST response= <C1> mu= <N1>") == "<low>"
    assert difficulty("RUN_TTEST response= ( <C1> - <C2> ) mu= <N1> where= ( <C3> == <L1> )") == "<high>"
