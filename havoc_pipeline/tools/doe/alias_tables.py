"""Tables that show what is aliased with what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from havoc_pipeline.tools.doe.assessment import Assessment, alias_matrix
from havoc_pipeline.tools.doe.defining_words import Chain, Words, alias_chains, letters, members, word_lengths
from havoc_pipeline.tools.doe.model_terms import Model
from havoc_pipeline.tools.result import ResultTable

MOST_WORDS = 31
SMALLEST_SHOWN = 0.005


def word_table(words: Words, factors: int) -> ResultTable:
    """Defining relation: the words, shortest first (at most 31), with their number by length."""
    ordered = sorted(words, key=lambda mask: (mask.bit_count(), members(mask)))
    rows = [
        (length, count, _listed(ordered, words, length))
        for length, count in enumerate(word_lengths(words, factors), 1)
        if count
    ]
    return ResultTable("Defining relation (words equal to the mean)", ("length", "words", "which"), tuple(rows))


def _listed(ordered: Sequence[int], words: Words, length: int) -> str:
    found = [mask for mask in ordered if mask.bit_count() == length]
    shown = ", ".join(f"{'-' if words[mask] < 0 else ''}{letters(mask)}" for mask in found[:MOST_WORDS])
    return shown + (", …" if len(found) > MOST_WORDS else "")


def chain_table(words: Words, names: Sequence[str]) -> ResultTable | None:
    """Main effects and two-factor interactions that share a contrast; None when none do.

    Parameters
    ----------
    words : mapping of int to int
    names : sequence of str
        Of the factors.
    """
    shared = [chain for chain in alias_chains(words, len(names)) if len(chain) > 1]
    rows = tuple((effect_name(chain[0][0], names), _others(chain, names)) for chain in shared)
    return ResultTable("Aliases up to two-factor interactions", ("effect", "aliased with"), rows) if rows else None


def _others(chain: Chain, names: Sequence[str]) -> str:
    parts = [f"{'-' if sign < 0 else '+'} {effect_name(mask, names)}" for mask, sign in chain[1:]]
    return " ".join(parts).removeprefix("+ ")


def effect_name(mask: int, names: Sequence[str]) -> str:
    """An effect by its factors' names, as terms of a model are written: `Time·Speed`."""
    return "·".join(names[factor] for factor in members(mask))


def bias_table(fitted: Assessment, larger: Model) -> ResultTable | None:
    """What each estimate picks up from terms of a larger model; None when nothing.

    Parameters
    ----------
    fitted : Assessment
    larger : Model
        Model over the same runs with the terms that may be active as well.
    """
    names = [fitted.model.names[column] for column in fitted.kept]
    places = [place for place, name in enumerate(larger.names) if name not in names]
    if not places:
        return None
    found = alias_matrix(fitted, larger.matrix[:, places])
    others = [larger.names[place] for place in places]
    rows = tuple(
        (name, _sum(found[row], others)) for row, name in enumerate(names) if np.abs(found[row]).max() >= SMALLEST_SHOWN
    )
    title = "Aliases: what an estimate picks up from terms left out"
    return ResultTable(title, ("estimate of", "also holds"), rows) if rows else None


def _sum(row: np.ndarray[tuple[int, ...], np.dtype[np.float64]], others: Sequence[str]) -> str:
    parts = [
        f"{'-' if value < 0 else '+'} {_factor(abs(value))}{name}"
        for value, name in zip(row, others, strict=True)
        if abs(value) >= SMALLEST_SHOWN
    ]
    return " ".join(parts).removeprefix("+ ")


def _factor(value: float) -> str:
    return "" if abs(value - 1) < SMALLEST_SHOWN else f"{value:z.2f} "
