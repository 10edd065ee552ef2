"""Words as the model reads them."""

from __future__ import annotations

import re

_MARK = re.compile(r"<(?=/?[A-Za-z])")


def plain(text: str) -> str:
    """Return words in lower case, without anything that looks like a symbol."""
    return " ".join(_MARK.sub("< ", text).lower().split())
