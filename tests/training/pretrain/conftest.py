"""Token data and a recipe small enough to train in a test; no random library has a say in the data."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from training.pretrain.prepare import prepare
from training.pretrain.recipe import Batch, Compute, Documents, Loss, Recipe, read
from training.pretrain.shards import ShardWriter

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "training" / "pretrain" / "recipes"
VOCABULARY = 96
SYMBOLS = ["<end>", "<plan>", "<cmd>", "<s1>", "<e>", "RUN", "LOOK", "STOP", "<C1>"]
WORDS = [f"w{number}" for number in range(60)]
Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of 3 to 120 tokens in which a token follows from the one before, but for a few."""
    folder = tmp_path_factory.mktemp("tokens") / "data"
    writer = ShardWriter(folder, VOCABULARY, "made by the test", shard_tokens=9000)
    state = 1
    for number in range(400):
        tokens = [number % VOCABULARY]
        for _ in range(3 + number * 37 % 118):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            stray = (state >> 60) == 0
            tokens.append((state >> 33) % VOCABULARY if stray else (tokens[-1] * 5 + 7) % VOCABULARY)
        writer.add(tokens)
    writer.close()
    return folder


@pytest.fixture(scope="session")
def toy() -> Recipe:
    """The toy recipe as it ships."""
    return read(RECIPES / "toy.toml")


@pytest.fixture(scope="session")
def alone(toy: Recipe) -> Recipe:
    """The toy recipe without sharding."""
    return replace(toy, compute=replace(toy.compute, shard=False))


@pytest.fixture(scope="session")
def run_python() -> Python:
    """Run Python with arguments at the root, one thread."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Token data of 300 prompts of 6 to 40 words; the third word decides the answer."""
    folder = tmp_path_factory.mktemp("answers")
    tokenizer = Tokenizer(
        models.WordLevel(
            {word: n + len(SYMBOLS) for n, word in enumerate(WORDS)} | dict(zip(SYMBOLS, range(99), strict=False)),
            unk_token="w0",
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(SYMBOLS)
    tokenizer.save(str(folder / "tokenizer.json"))
    with (folder / "pairs.jsonl").open("w") as file:
        for number in range(300):
            said = " ".join(WORDS[(number * 7 + place * place) % 60] for place in range(number * 13 % 35))
            command = ("RUN <C1>", "LOOK", "STOP <C1> <C1>")[number % 3]
            prompt = (
                f"<plan> {command.split()[0].lower()} {WORDS[number % 3]} <s1> {WORDS[number % 5]} <e> {said} <cmd>"
            )
            file.write(json.dumps({"prompt": prompt, "answer": command}) + "\n")
    prepare([folder / "pairs.jsonl"], folder / "tokenizer.json", "<end>", folder / "data", 3000, answers=True)
    return folder / "data"


@pytest.fixture
def plain(toy: Recipe) -> Recipe:
    """The toy recipe on whole documents, by modules, nothing sharded."""
    return replace(
        toy,
        steps=8,
        batch=Batch(length=48),
        documents=Documents(tokens=400, pool=100),
        loss=Loss(smoothing=0.1, answers=True),
        compute=Compute(shard=False, head_chunk=50),
    )
