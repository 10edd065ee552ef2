"""Words: questions cut into tokens, headers cut into words, and words brought to their stem."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|[%°#µΔØ]+", re.UNICODE)
UNITS_IN_ONE = "mAh|kWh|kVA|[kMGhm]Pa|[kMG]Hz|dBm"
HEADER_PIECE = re.compile(
    rf"(?:{UNITS_IN_ONE}|[a-z][A-Z])(?=[A-Z][a-z]|[^A-Za-z]|$)|[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|\d+|[^\W\d_]+|[%#]",
    re.UNICODE,
)
SYMBOL_WORDS = {
    "δ": "delta", "Δ": "delta", "ø": "diameter", "Ø": "diameter", "⌀": "diameter", "µ": "u",
    "μ": "u", "σ": "sigma", "η": "viscosity", "ρ": "density", "λ": "lambda", "%": "percent",
    "#": "number", "°": "degree", "ß": "ss", "æ": "ae", "ł": "l", "Ł": "L",
}  # fmt: skip
STOP = frozenset(
    "a an the of in on at by for to from with and or is are was were be been it its our my your "
    "their his her we i you they this that these those there than as does do did done has have had "
    "having can could will would should may might must any some all each every per if so not no "
    "what which who whose where when why how much many more less most least very just only into "
    "out up down over under between across among within without about against after before during "
    "via vs versus then also both either please me us him them am im let get got one ones other "
    "others same s t d ll re ve don doesn didn isn aren wasn weren".split()
)
ARTICLES = frozenset("a an the our my your their his her this that these those its".split())
IRREGULAR = {
    "men": "man", "women": "woman", "people": "person", "children": "child", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "dies": "die", "lice": "louse", "axes": "axis",
    "knives": "knife", "halves": "half", "leaves": "leaf", "shelves": "shelf", "lives": "life",
    "indices": "index", "matrices": "matrix", "batteries": "battery", "analyses": "analysis",
    "series": "series", "lens": "lens", "gas": "gas", "bus": "bus", "ageing": "age", "dyes": "dye",
    "heavier": "heavy", "wider": "wide", "wt": "weight", "weighs": "weigh", "weighed": "weigh",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A word of the question at its place; `lemma` has lost its plural, `stem` its endings."""

    start: int
    end: int
    text: str
    lower: str
    lemma: str
    stem: str

    @property
    def is_stop(self) -> bool:
        """Whether the word carries no meaning of its own."""
        return self.lower in STOP


def folded(text: str) -> str:
    """Return a text in lower case without accents, Greek and other symbols spelt out."""
    if text.isascii():
        return text.lower()
    spelt = "".join(SYMBOL_WORDS.get(character, character) for character in text)
    plain = unicodedata.normalize("NFKD", spelt)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=20000)
def lemma(word: str) -> str:
    """Return a lower-case word without its plural ending."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or word[-1] != "s" or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=20000)
def stem(word: str) -> str:
    """Return a lower-case word without plural, `-ing`, `-ed`, `-ness`, `-er`, `-est`, `-ly`."""
    base = lemma(word)
    for ending in ("nesses", "ness", "ingly", "iest", "ier", "ing", "est", "ed", "er", "ly"):
        rest = base[: -len(ending)]
        if base.endswith(ending) and len(rest) >= 3 and re.search("[aeiouy]", rest):
            base = rest + ("i" if ending in {"ier", "iest"} else "")
            break
    cut = base != lemma(word)
    if cut and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        base = base[:-1]
    if len(base) > 3 and base[-1] == "e":
        base = base[:-1]
    return base[:-1] + "i" if len(base) > 2 and base[-1] == "y" else base


def tokens(question: str) -> list[Token]:
    """Cut a question into its words and signs, in order."""
    return [_token(match) for match in TOKEN.finditer(question)]


def _token(match: re.Match[str]) -> Token:
    text = match.group()
    lower = re.sub(r"['’](s|S)?$", "", folded(text)) or folded(text)
    lower = re.sub(r"['’]", "", lower)
    return Token(match.start(), match.end(), text, lower, lemma(lower), stem(lower))


@lru_cache(maxsize=20000)
def header_words(header: str) -> tuple[str, ...]:
    """Cut a header into lower-case words at signs, `camelCase` and digits.

    Args:
        header: such as `BondForce_N`, `thk_e`, `Reading 1`.

    Returns:
        Its words: `bond force n`, `thk e`, `reading 1`.
    """
    spelt = "".join(f" {SYMBOL_WORDS[c]} " if c in "ΔØ⌀%#" else SYMBOL_WORDS.get(c, c) for c in header)
    return tuple(folded(piece) for piece in HEADER_PIECE.findall(spelt) if piece)


def key(words: tuple[str, ...] | list[str]) -> str:
    """Return the form under which a phrase stands in the lexicon: stems of its telling words."""
    telling = [stem(word) for word in words if word not in STOP]
    return " ".join(telling or [stem(word) for word in words])


@lru_cache(maxsize=60000)
def phrase_key(phrase: str) -> str:
    """Return the lexicon form of a written phrase."""
    return key([token.lower for token in tokens(phrase)])
