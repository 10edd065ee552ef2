"""A tiny seeded checkpoint with a tokenizer of HAVOC-mini's kind."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM

TEXTS = ["is the mean strength of line two higher than that of line one", "does the new resin raise the meaning of it"]
SYMBOLS = ["<pad>", "<end>", "<plan>", "<profile>", "<none>", "<cmd>", "<C1>", "<C2>", "<s4>", "<numeric>", "<two-level>",
           "RUN_TTEST", "response=", "group=", "mean", "exp", "(", ",", "<reserved0>"]  # fmt: skip
Maker = Callable[..., Path]


def tokenizer() -> Tokenizer:
    """Byte-level BPE with symbols that take the blanks around them, as HAVOC-mini's."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False, special_tokens=[])
    )
    single = [text.replace("_", "").isalnum() for text in SYMBOLS]
    made.add_tokens(
        [
            AddedToken(text, single_word=alone, lstrip=True, rstrip=True, normalized=False)
            for text, alone in zip(SYMBOLS, single, strict=True)
        ]
    )
    return made


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Writes a checkpoint into a folder of its own; overrides are sizes, and `dtype` of the weights."""

    def checkpoint(name: str = "checkpoint", dtype: torch.dtype = torch.float32, **overrides: Any) -> Path:
        torch.manual_seed(3)
        sizes = {"vocab_size": 320, "hidden_size": 64, "head_dim": 16, "rope_theta": 500_000.0} | overrides
        model = HavocForCausalLM(preset("toy", initializer_range=0.2, **sizes))
        for parameter in model.parameters():
            if parameter.ndim == 1:
                torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        folder = tmp_path / name
        model.to(dtype).save_pretrained(folder)
        tokenizer().save(str(folder / "tokenizer.json"))
        return folder

    return checkpoint


@pytest.fixture
def checkpoint(make: Maker) -> Path:
    """The tiny checkpoint: tied head, four query heads on two key-value heads, 320 rows, float32."""
    return make()


@pytest.fixture
def untied(make: Maker) -> Path:
    """The same with a head of its own."""
    return make("untied", tie_word_embeddings=False)


def edit(file: Path, **changes: Any) -> None:
    """Change entries of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")
