"""Which characters of a question already belong to a mention."""

from __future__ import annotations


class Taken:
    """A mark for every character of a question: taken, or still free."""

    def __init__(self, question: str) -> None:
        self._marks = bytearray(len(question))

    def free(self, start: int, end: int) -> bool:
        """Whether no character of `[start, end)` is taken."""
        return self._marks.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        """Take the characters of `[start, end)`."""
        self._marks[start:end] = b"\x01" * (end - start)
