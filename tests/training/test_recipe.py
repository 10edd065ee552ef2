"""The recipe of HAVOC-mini in miniature: a toy learns in under a minute, or the recipe has rotted."""

import json
import random
from pathlib import Path

import pytest

from havoc_pipeline.lm.symbols import all_symbols
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from training.bank import DEVELOPMENT_AUTHORS, authors, phrases, readings
from training.examples import canonical
from training.make_examples import examples
from training.noise import drop_mentions
from training.stages import difficulty, verdict
from training.tokenizer.mini import train as train_tokenizer
from training.train import Recipe, train


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tokenizer, training and development examples of a tiny run."""
    folder: Path = tmp_path_factory.mktemp("recipe")
    train_tokenizer(1500).save(str(folder / "tokenizer.json"))
    for name, count, development in (("train", 1200, False), ("dev", 120, True)):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for drawn in examples(count, 5, development=development):
                file.write(json.dumps(drawn.__dict__) + "\n")
    return folder


@pytest.mark.slow
def test_a_toy_learns_and_a_run_resumes(folder: Path) -> None:
    recipe = Recipe(
        width=64, layers=2, heads=4, groups=2, feed_forward=128, batch_tokens=4096, rate=4e-3, warmup=10, minutes=0.5
    )
    train(recipe, folder / "train.jsonl", folder / "dev.jsonl", folder, folder / "run")
    first, *_, last = _log(folder)
    assert first["loss"] - last["loss"] > 2.5, (first["loss"], last["loss"])
    train(
        Recipe(**{**recipe.__dict__, "minutes": 0.55}),
        folder / "train.jsonl",
        folder / "dev.jsonl",
        folder,
        folder / "run",
    )
    assert last["step"] < _log(folder)[-1]["step"] < 2 * last["step"]


def _log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()]


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


def test_noise_leaves_pointers_alone() -> None:
    prompt = "<plan> is <C1> <s4> pull force <e> above <N1> <profile> <C1> <numeric> <cmd>"
    noisy = {drop_mentions(prompt, random.Random(seed)) for seed in range(40)}
    assert len(noisy) > 1
    assert all("<C1> <s4>" in text and "above <N1>" in text for text in noisy)


def test_the_stated_teachers() -> None:
    assert verdict(["pass", "fail"]) == "<falls>"
    assert verdict(["warn", "warn"]) == "<weakened>"
    assert verdict(["warn"]) == "<stands>"
    assert difficulty("RUN_TTEST response= <C1> mu= <N1>") == "<low>"
    assert difficulty("RUN_TTEST response= ( <C1> - <C2> ) mu= <N1> where= ( <C3> == <L1> )") == "<high>"
