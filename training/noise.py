"""Noise on a reading's words, so that the model leans on pointers and not on a domain's vocabulary."""

from __future__ import annotations

import random
import re

from tokenizers import Tokenizer

DROPPED, SWAPPED = 0.3, 0.1
"""Share of mentions that lose their words, and that get the words of another mention."""
_OPENS, _CLOSES = re.compile(r"<s\d>"), "<e>"


class Mentions:
    """Finds and varies the words of mentions, which stand between a link's strength and `<e>`.

    Parameters: `tokenizer` whose added tokens are the symbols of readings.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        symbols = {number: token.content for number, token in tokenizer.get_added_tokens_decoder().items()}
        # Some symbols are words too, as "-" and "in": only those in angles end a mention.
        self._borders = {number for number, text in symbols.items() if "<" in text}
        self._opens = {number for number, text in symbols.items() if _OPENS.fullmatch(text)}
        self._closes = {number for number, text in symbols.items() if text == _CLOSES}

    def spans(self, tokens: list[int]) -> list[tuple[int, int]]:
        """Return where each mention's words begin and end among these token numbers."""
        found, begin = list[tuple[int, int]](), -1
        for place, token in enumerate(tokens):
            if token in self._opens:
                begin = place + 1
            elif token in self._borders:
                if begin >= 0 and token in self._closes:
                    found.append((begin, place))
                begin = -1
        return found

    def varied(self, tokens: list[int], random_: random.Random) -> list[int]:
        """Return the prompt with some mentions' words left out, or replaced by words of another mention in it."""
        spans = self.spans(tokens)
        words = [tokens[begin:end] for begin, end in spans]
        kept, place = list[int](), 0
        for (begin, end), own in zip(spans, words, strict=True):
            draw = random_.random()
            said = [] if draw < DROPPED else random_.choice(words) if draw < DROPPED + SWAPPED else own
            kept += [*tokens[place:begin], *said]
            place = end
        return kept + tokens[place:]
