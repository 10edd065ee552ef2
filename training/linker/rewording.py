"""Mentions said otherwise: by a plain word of the lexicon, or by running through a wide block.

The bank's authors seek words far from the headers; people in a hurry say "hardness" for `HRC` and
"r1 to r5" for a subgroup. Some mentions of generated questions are therefore replaced.
"""

from __future__ import annotations

import random
from dataclasses import replace

from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.table_links import TableLinks
from training.meaning import Episode, Meaning
from training.tables import MadeTable

PLAINLY = 0.25
"""How often a mention of a column is replaced by a word of the lexicon that surely means it."""
RUNNING = 0.5
"""How often a mention of a wide block is replaced by its columns one after the other."""
DESCRIBED = 0.9
SURE = 0.7
AHEAD = 0.3
NAMED = 0.6
READINGS = ("reading", "readings", "sample", "measurement", "value", "columns")


def describe(made: MadeTable, random_: random.Random) -> None:
    """Give most columns of a table a sentence, as a data dictionary does.

    Args:
        made: a table of the bank; its columns are changed.
        random_: where chance comes from.
    """
    things = [str(thing) for thing in made.domain.get("things") or ["parts"]]
    for column in made.columns:
        says = [str(said) for said in column.spec.get("says") or []]
        for header in column.headers if says else ():
            if random_.random() < DESCRIBED:
                said = random_.choice(says)
                form = random_.choice(("{}", "{} of the {}", "the {} as recorded for {}", "{}, see work instruction"))
                made.table.column(header).description = form.format(said, random_.choice(things))


def reworded(episode: Episode, ready: TableLinks, random_: random.Random) -> Episode:
    """Return an episode with some of its mentions said otherwise.

    Args:
        episode: a generated question with a table.
        ready: its table.
        random_: where chance comes from.

    Returns:
        A new episode; the meanings carry their new places.
    """
    places = sorted((start, end, at) for at, m in enumerate(episode.meanings) for start, end in m.spans)
    meanings = [Meaning(m.kind, m.headers, m.level, m.part) for m in episode.meanings]
    text, done = "", 0
    for start, end, at in places:
        if start < done:
            return episode
        text += episode.question[done:start]
        said = _otherwise(episode.meanings[at], ready, random_) or episode.question[start:end]
        meanings[at].spans.append((len(text), len(text) + len(said)))
        text, done = text + said, end
    return replace(episode, question=text + episode.question[done:], meanings=tuple(meanings))


def _otherwise(meaning: Meaning, ready: TableLinks, random_: random.Random) -> str | None:
    if meaning.kind == "level":
        return _level(meaning, ready, random_) if random_.random() < PLAINLY else None
    if meaning.kind != "column":
        return None
    target = next((t for t in ready.targets if t.headers == meaning.headers), None)
    if target is None:
        return None
    if target.is_block and random_.random() < RUNNING:
        return _running(target, random_)
    return _plain(target, ready, random_) if random_.random() < PLAINLY else None


def _level(meaning: Meaning, ready: TableLinks, random_: random.Random) -> str | None:
    """A name of the level that the lexicon knows, or the column's plain word and the code's end."""
    for level in ready.index.levels:
        target = ready.targets[level.target]
        if target.headers == meaning.headers and level.text == meaning.level:
            lexicon = ready.words.lexicon
            known = [name for name, sure in level.names.items() if sure >= NAMED and len(name) > 1]
            short = [name for name, sure in level.names.items() if sure >= 0.5 and len(name) < 3]
            plain = _plain(target, ready, random_)
            choices = [" ".join(lexicon.surface.get(word, word) for word in name.split()) for name in known]
            choices += [f"{word} {name}" for name in short for word in _column_words(target, plain)]
            return random_.choice(choices) if choices else None
    return None


def _column_words(target: Target, plain: str | None) -> list[str]:
    """Words before a code: "machine 3", "mach 3"."""
    return [word for word in (plain, *target.words[:1]) if word and len(word) > 2]


def _running(target: Target, random_: random.Random) -> str:
    first, last, size = target.headers[0], target.headers[-1], len(target.headers)
    joined = random_.choice((" to ", "-", " - ", " through ", "..", " till "))
    listed = ", ".join(target.headers[:-1]) + random_.choice((" and ", ", ", " & ")) + last
    counted = f"{random_.choice((str(size), _word(size)))} {random_.choice(('readings', 'columns', 'measurements'))}"
    numbered = f"{random_.choice(READINGS)} 1{joined}{size}"
    return random_.choice((f"{first}{joined}{last}", numbered, listed, counted, f"{first}{joined}{last}"))


def _word(number: int) -> str:
    words = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
    return words.get(number, str(number))


def _plain(target: Target, ready: TableLinks, random_: random.Random) -> str | None:
    lexicon = ready.words.lexicon
    entry = _sure_entry(target, ready, lexicon)
    return random_.choice(_phrases(entry, lexicon)) if entry is not None else None


def _sure_entry(target: Target, ready: TableLinks, lexicon: Lexicon) -> int | None:
    for entry in target.weights.argsort()[::-1][:8].tolist():
        weight = float(target.weights[entry])
        others = [float(t.weights[entry]) for t in ready.targets if not set(t.headers) & set(target.headers)]
        if weight < SURE:
            return None
        if not lexicon.sources[entry] and weight - max(others, default=0.0) >= AHEAD:
            return int(entry)
    return None


def _phrases(entry: int, lexicon: Lexicon) -> list[str]:
    spelt = [" ".join(lexicon.surface.get(word, word) for word in key.split()) for key in lexicon.phrases[entry]]
    return [lexicon.names[entry], *spelt]
