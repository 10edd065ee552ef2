"""What a run trains on: the steps of its token data, as windows or as whole documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

from training.noise import Mentions
from training.pretrain.batches import Batches, Counts, Micro
from training.pretrain.documents import DocumentData
from training.pretrain.drawn import DocumentBatches
from training.pretrain.failure import PretrainError
from training.pretrain.recipe import Recipe
from training.pretrain.shards import Opened, TokenData
from training.pretrain.world import World


class Steps(Protocol):
    """The steps of a run, as one process sees them."""

    def counts(self, step: int) -> Counts:
        """Return what the whole step holds."""

    def micro(self, step: int) -> Iterator[Micro]:
        """Yield this process's passes of a step."""


@dataclass(frozen=True)
class Feed:
    """The steps, the fingerprint of their data, the tokens that answers can hold where the head is cut to them."""

    steps: Steps
    fingerprint: str
    answers: list[int] | None


def feed(recipe: Recipe, folder: Path, world: World) -> Feed:
    """Return what `recipe` trains on from the token data in `folder`.

    Raises `PretrainError` when the data do not fit the recipe.
    """
    share = recipe.seed, world.rank, world.size
    steps: Steps
    if recipe.documents.tokens:
        data = DocumentData(folder)
        opened, mentions = data.opened, Mentions(tokenizer(folder)) if recipe.documents.noise else None
        steps = DocumentBatches(data, recipe.documents, recipe.batch.length, *share, mentions)
    else:
        windows = TokenData(folder, recipe.batch.length)
        opened, steps = windows.opened, Batches(windows, recipe.batch, *share)
    _require_fit(opened, recipe)
    return Feed(steps, opened.fingerprint, opened.answers if recipe.loss.answers else None)


def tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer beside token data; raises `PretrainError` when there is none."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise PretrainError(f"There is no {path}: make token data with python -m training.pretrain.prepare.")
    return Tokenizer.from_file(str(path))


def _require_fit(data: Opened, recipe: Recipe) -> None:
    vocabulary = recipe.config().vocab_size
    if data.vocabulary > vocabulary:
        raise PretrainError(
            f"The data's vocabulary has {data.vocabulary} tokens, the model's {vocabulary}: "
            "set vocab_size under [model] to at least the first."
        )
    if recipe.loss.answers and data.answers is None:
        raise PretrainError("loss.answers is set, and the data hold no answers: prepare them with --answers.")
