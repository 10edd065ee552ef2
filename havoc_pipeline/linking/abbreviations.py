"""How well a short form (`thk`, `BF`, `adhWt`) stands for words (`thickness`, `bond force`)."""

from __future__ import annotations

from functools import lru_cache

VOWELS = frozenset("aeiou")


@lru_cache(maxsize=100000)
def abbreviates(short: str, word: str) -> float:
    """Judge whether a short form stands for one word.

    Args:
        short: lower-case letters of a header, such as `thk`.
        word: lower-case word, such as `thickness`.

    Returns:
        0 (no) to 1: beginnings and consonant skeletons high, other letters in order lower.
    """
    size, full = len(short), len(word)
    if size < 2 or full <= size or short[0] != word[0] or not short.isalpha():
        return 0.35 if size == 1 and full > 1 and short == word[0] else 0.0
    if word.startswith(short):
        return {2: 0.55, 3: 0.85}.get(size, 0.95)
    if _in_order(short, word) is False:
        return 0.0
    skeleton = word[0] + "".join(c for c in word[1:] if c not in VOWELS)
    if skeleton.startswith(short):
        return {2: 0.6, 3: 0.85}.get(size, 0.95)
    if _in_order(short, skeleton):
        return {2: 0.35, 3: 0.7}.get(size, 0.85)
    return {2: 0.15, 3: 0.35}.get(size, 0.6)


def _in_order(short: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in short)


@lru_cache(maxsize=100000)
def initials_of(short: str, words: tuple[str, ...]) -> float:
    """Judge whether a short form is made of the beginnings of several words.

    Args:
        short: lower-case letters, such as `bf`, `uts`, `adhwt`, `tnslstr`.
        words: two or more lower-case words in order.

    Returns:
        0 (no) to 1: every word gives its first letter, and further letters in order.
    """
    if len(words) < 2 or len(short) < len(words) or not short.isalpha():
        return 0.0
    if short == "".join(word[0] for word in words if word):
        return {2: 0.7, 3: 0.9}.get(len(words), 0.95)
    return 0.8 if _split(short, words) else 0.0


def _split(short: str, words: tuple[str, ...]) -> bool:
    if not words:
        return not short
    head, rest = words[0], words[1:]
    for size in range(len(short) - len(rest), 0, -1):
        part = short[:size]
        fits = head.startswith(part) or abbreviates(part, head) >= 0.35
        if fits and _split(short[size:], rest):
            return True
    return False


def one_edit(word: str) -> set[str]:
    """Return the word and its forms with one letter left out: two words that share one are near."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
