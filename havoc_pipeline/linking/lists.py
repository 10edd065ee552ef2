"""Enumerations of names that stand in no table: the factors of an experiment to be designed.

Three or more short names joined by commas, `and`, `&`, `+` or slashes count anywhere; two names only
in a question that speaks of a design. Articles and bracketed ranges are left out of the names, and
so are words before the first name and behind the last that belong to the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from havoc_pipeline.linking.designs import ABOUT_DESIGNS
from havoc_pipeline.linking.mentions import ListMention
from havoc_pipeline.linking.taken import Taken

MOST_NAMES = 15
MOST_WORDS = 4

_WORD = r"[^\W\d_][\w'’%°.-]{0,30}(?<![.'’-])"
_BRACKET = r"(?:\s?[(\[][^()\[\]]{0,40}[)\]])?"
_JOINT = r"(?:\s{0,2}[,;]\s{0,2}(?:(?:and|or|und)\b\s)?|\s(?:and|&|\+|und|y|et)\s|\s?&\s?)"
_NAME = rf"{_WORD}(?: {_WORD}){{0,5}}{_BRACKET}"
_LIST = re.compile(rf"(?<![\w-]){_NAME}(?:{_JOINT}{_NAME}){{1,{MOST_NAMES + 4}}}")
_SLASHED = re.compile(rf"(?<![\w/.-]){_WORD}(?:\s?/\s?{_WORD}){{2,{MOST_NAMES}}}(?![\w/])")
_SPLIT = re.compile(_JOINT)
_BRACKETED = re.compile(r"\s?[(\[][^()\[\]]*[)\]]")
_ARTICLE = re.compile(r"^(?:the|an?|my|our|your|their|its|both|of|der|die|das)\s+", re.IGNORECASE)
_SENTENCE = re.compile(
    r"^(?:.*\s)?(?:factors?|names?|variables|parameters|inputs|settings|knobs|ingredients|namely|like|design|doe|plan|"
    r"experiment\w*|trials?|fraction|factorial|factoral|fact|behnken|benken|composite|screening|screen|bbd|ccd|rsm|for|of|"
    r"in|on|with|over|by|using|vary|study|turn|test|change|(?!cooling|heating|mixing|curing|drying|stirring|feeding|"
    r"screening|welding|coating|printing|loading)\w{2,}ing|are|is|between|from|about|please|among|combinations?|combos|full|"
    r"fractional|response|surface|effects?|how|combine|investigate|optimi[sz]e|compare|does|do|check|all|set|evaluate|sheet|"
    r"frf2|jmp|minitab|crossed|need|beside|try|across|only|"
    r"on|into|out|box-behnken|bb|setting|optimise|cross|what|"
    r"composit|style|if|how|would be|everything)\s+(?=\S)",
    re.IGNORECASE,
)  # fmt: skip
"""What may stand before the first name: a sentence up to one of these words."""
_REST = re.compile(
    r"\s+(?:as|in|into|at|with|on|for|using|are|is|to|by|from|have|has|can|could|should|shall|we|I|please|full|fractional|"
    r"half|quarter|together|which|that|design|doe|affect|each|per|over|res|resolution|runs?|replicates?|were|was|under|"
    r"factorial|experiment|box|b-b|bbd|central|what|so|if|but|changed|matter|look|against|simultaneously|only|too|all|ccd|"
    r"and|an?|one|cp|laid|inside|style|not|every|via|per|reps?|do|act|bb|composite|crossed|completely|plus|max|levels?|lvls|high|box-behnken|behnken|where|when|centre|center|would|will|must|need|go|k)(?:\s.*)?$",
    re.IGNORECASE,
)  # fmt: skip
"""What may stand behind the last name: one of these words and all after it."""
_HEAD = re.compile(r"(?:factors?|names|variables|parameters|inputs)\s+\S", re.IGNORECASE)
_NO_NAME_WORDS = (
    "i we you it they he she this that these those is are was were be not no yes so but if then which what who how "
    "why when where there here do does did can could would should will please thanks hi hello ok also full "
    "fractional half quarter box box-behnken central ccd bbd screening all without need want res resolution "
    "randomized randomised runs run make take reduced part go every complete response doe design plan replicates "
    "replicate replicated fraction factorial factorials surface jmp rsm minitab use max plus corners centre center "
    "cp nothing one only done left with for in on of as at to"
)
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_ABOUT = re.compile(
    rf"{ABOUT_DESIGNS.pattern}|\b(?:full|rsm|star|screen|lvls|levels?|factor\w*|test(?:s|ed)?|fact|crossed|axial)\b",
    re.IGNORECASE,
)

Span = tuple[int, int]


def find_lists(question: str) -> list[ListMention]:
    """Enumerations of two to fifteen short names.

    Parameters
    ----------
    question : str

    Returns
    -------
    list of ListMention
        In order; the span reaches from the first name to the last, with its bracketed range.
    """
    least = 2 if _ABOUT.search(question) else 3
    found, taken = list[ListMention](), Taken(question)
    for match in _LIST.finditer(question):
        spans = _longest(question, list(_pieces(question, *match.span())))
        if len(spans) >= least:
            found.append(_mention(question, spans))
            taken.take(found[-1].start, found[-1].end)
    for match in _SLASHED.finditer(question):
        if taken.free(*match.span()):
            names = tuple(word.strip() for word in match.group().split("/"))
            found.append(ListMention(*match.span(), match.group(), names))
    return sorted(found, key=lambda mention: mention.start)


def _mention(question: str, spans: list[Span]) -> ListMention:
    start, end = spans[0][0], spans[-1][1]
    names = tuple(_bare(question[a:b]) for a, b in spans)
    return ListMention(start, end, question[start:end], names)


def _pieces(question: str, start: int, end: int) -> Iterator[Span]:
    """Spans between the joints; commas inside brackets do not part."""
    text = _BRACKETED.sub(lambda m: "·" * len(m.group()), question[start:end])
    at = 0
    for joint in _SPLIT.finditer(text):
        if joint.start() > at:
            yield start + at, start + joint.start()
        at = joint.end()
    yield start + at, end


def _longest(question: str, pieces: list[Span]) -> list[Span]:
    """The longest stretch of names: a sentence may end at its first and go on behind its last."""
    best, current = list[Span](), list[Span]()
    for start, end in pieces:
        name, goes_on = _name_span(question, start, end, 0)
        if current and name is not None and not _HEAD.match(question[start:end]):
            current.append(name)
        else:
            best = max(best, current, key=len)
            name, goes_on = _name_span(question, start, end, _lead(question[start:end]))
            current = [name] if name is not None else []
        if not goes_on:
            best, current = max(best, current, key=len), []
    return max(best, current, key=len)[:MOST_NAMES]


def _name_span(question: str, start: int, end: int, lead: int) -> tuple[Span | None, bool]:
    """The name in a piece behind its first `lead` characters, and whether it fills the rest."""
    tail = _tail(question[start + lead : end])
    span = (start + lead, end - tail)
    return (span if _is_name(_bare(question[slice(*span)])) else None), tail == 0


def _lead(piece: str) -> int:
    """How many characters of a piece belong to the sentence before its name."""
    plain = _BRACKETED.sub("", piece)
    sentence = _SENTENCE.match(plain)
    return sentence.end() if sentence else 0


def _tail(piece: str) -> int:
    """How many characters of a piece belong to the sentence behind its name."""
    rest = _REST.search(_BRACKETED.sub(lambda m: "·" * len(m.group()), piece))
    return len(piece) - rest.start() if rest else 0


def _bare(piece: str) -> str:
    """The name without article and brackets."""
    return _ARTICLE.sub("", _BRACKETED.sub("", piece).strip()).strip()


def _is_name(name: str) -> bool:
    words = name.replace("–", "-").split()
    return 1 <= len(words) <= MOST_WORDS and not any(word.lower() in _NO_NAME for word in words)
