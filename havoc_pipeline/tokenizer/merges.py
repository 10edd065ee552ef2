"""The merges of a byte-level BPE as they are learnt: each token has a number, each merge its rank."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def signs() -> tuple[str, ...]:
    """The character that stands for each byte in a byte-level vocabulary.

    References
    ----------
    Radford et al. (2019), "Language Models are Unsupervised Multitask Learners", section 2.2: printable
    Latin-1 stands for itself, other bytes for the characters from U+0100 on.
    """
    shown = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in shown]
    return tuple(chr(byte) if byte in shown else chr(256 + hidden.index(byte)) for byte in range(256))


_SIGNS = signs()
_BYTES = {sign: byte for byte, sign in enumerate(_SIGNS)}


def bytes_as_signs(data: bytes) -> str:
    """Bytes in the vocabulary's spelling."""
    return "".join(_SIGNS[byte] for byte in data)


def signs_as_bytes(token: str) -> bytes:
    """A token of the vocabulary as the bytes it stands for."""
    return bytes(_BYTES[sign] for sign in token)


class Merges:
    """A vocabulary and the merges that build it.

    Parameters
    ----------
    vocab : dict of str to int
        Token numbers, in the vocabulary's spelling of bytes.
    pairs : list of pairs of str
        Merges, the first learnt first.
    """

    def __init__(self, vocab: dict[str, int], pairs: list[tuple[str, str]]) -> None:
        self.vocab = dict(sorted(vocab.items(), key=lambda item: item[1]))
        self.pairs = pairs
        self._ranks = {pair: rank for rank, pair in enumerate(pairs)}

    def add(self, left: str, right: str) -> None:
        """Add a merge, unless its token is there already."""
        if left + right not in self.vocab:
            self.vocab[left + right] = len(self.vocab)
            self._ranks[left, right] = len(self.pairs)
            self.pairs.append((left, right))

    def chain(self, token: str) -> None:
        """Make a token of what the merges so far leave of it, by merges from left to right."""
        first, *rest = self.apply(token)
        for part in rest:
            self.add(first, part)
            first += part

    def apply(self, token: str) -> Sequence[str]:
        """A string's parts after every merge that fits, lowest rank first and leftmost first."""
        parts = list(token)
        while len(parts) > 1:
            rank, at = min((self._ranks.get(pair, len(self.pairs)), i) for i, pair in enumerate(pairwise(parts)))
            if rank == len(self.pairs):
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return parts
