"""What the vocabulary holds whatever the texts say: the field's terms, the command language, special tokens."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from havoc_pipeline.tools.registry import all_tools

SPECIAL = re.compile(r"<[^<>=\s]+>")
STAGES = ("mode", "ground", "plan", "execute", "argue", "arbiter", "audit", "answer")
SPEAKERS = ("begin", "system", "user", "assistant", "tool", "result")
LEVELS = ("001", "005", "01", "02", "025", "05", "10", "15", "20")
"""Levels of significance that are one token: their digits after `ALPHA_0_`."""
SPECIAL_SLOTS = 256
"""Numbers kept for special tokens at the vocabulary's end; those not named yet are `<reservedN>`."""


@dataclass(frozen=True)
class Vocabulary:
    """Tokens that are there by decree.

    Attributes
    ----------
    terms : tuple of str
        One token each, alone and after a blank; text like any other.
    names : tuple of str
        Those of the terms that hold digits, as `ALPHA_0_05`.
    special : tuple of str
        Marks, pointers and stages; text is never read as one of them unless the caller asks.
    """

    terms: tuple[str, ...]
    names: tuple[str, ...]
    special: tuple[str, ...]


def vocabulary(symbols: Iterable[str]) -> Vocabulary:
    """The decreed tokens, given the symbols of the model's language.

    Parameters
    ----------
    symbols : iterable of str
        As `havoc_pipeline.lm.symbols.all_symbols` gives them: marks in angle brackets, and words.

    Returns
    -------
    Vocabulary
    """
    symbols = list(symbols)
    marks = [s for s in symbols if SPECIAL.fullmatch(s)]
    marks += [f"<{word}>" for word in (*STAGES, *SPEAKERS)]
    words = [s for s in symbols if not SPECIAL.fullmatch(s)]
    words += [word.removesuffix("=") for word in words if len(word) > 1]
    words += [f"ALPHA_0_{digits}" for digits in LEVELS]
    words += [name for tool in all_tools().values() for name in tool.parameters]
    terms = list(dict.fromkeys([*words, *field_terms()]))
    return Vocabulary(tuple(terms), tuple(t for t in terms if re.search(r"[0-9]", t)), tuple(_filled(marks)))


def field_terms() -> list[str]:
    """The terms of `terms.toml`, words before phrases."""
    groups = tomllib.loads(files("havoc_pipeline.tokenizer").joinpath("terms.toml").read_text("utf-8")).values()
    words = [word for group in groups for word in group.get("words", "").split()]
    return words + [line for group in groups for line in group.get("phrases", "").splitlines() if line]


def _filled(marks: Sequence[str]) -> list[str]:
    named = list(dict.fromkeys(marks))
    return named + [f"<reserved{i}>" for i in range(SPECIAL_SLOTS - len(named))]
