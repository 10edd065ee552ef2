"""Token data and a recipe small enough to train in a test; no random library has a say in the data."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.pretrain.recipe import Recipe, read
from training.pretrain.shards import ShardWriter

RECIPES = Path(__file__).parents[3] / "training" / "pretrain" / "recipes"
VOCABULARY = 96


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
