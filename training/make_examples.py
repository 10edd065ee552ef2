"""Write training examples: tables, questions over them, and what the linker makes of both.

python -m training.make_examples --count 60000 --seed 1 --out training/runs/train1.jsonl [--development]
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from havoc_pipeline.linking.ground import the_linker
from havoc_pipeline.linking.linker import Linker
from training.bank import authors, domains, half_of, phrases, readings
from training.examples import Example, example
from training.linker.train_roles import hidden_entries
from training.questions import Writer
from training.slots import is_group, is_measure
from training.stages import debate_examples, mode_examples
from training.studies import studied, studies, study_authors
from training.tables import Made, MadeTable, make_table

QUESTIONS_A_TABLE, STUDIES_A_TABLE = 24, 9
"""Questions of the phrase bank over one table, and studies drawn along with it."""
WEIGHTS = {"ttest.": 1.6, "spc.": 1.2, "cap.": 1.6, "anova.one": 3.0, "anova.two": 2.0, "corr.two": 3.0, "reg.one": 2.0,
           "reg.drivers": 2.5, "reg.many": 1.5, "chi2.two": 3.5, "var.diff": 2.0, "norm.one": 2.0, "describe.": 1.2,
           "spc.plain": 4.0, "cap.plain": 5.0, "cap.spc": 3.0, "doe.": 0.7, "eval.": 0.6, "solve.": 0.8, "edoe.": 0.8,
           "refuse.missing": 7.0, "refuse.ambiguous": 4.0, "refuse.off_topic": 3.0, "refuse.unsupported": 4.0,
           "refuse.impossible": 2.0, "ttest.diff": 3.0, "ttest.greater": 2.5, "ttest.less": 2.5}  # fmt: skip


def weight(reading: str) -> float:
    """How often a reading is drawn; the longest matching prefix decides."""
    found = [prefix for prefix in WEIGHTS if reading.startswith(prefix)]
    return WEIGHTS[max(found, key=len)] if found else 1.0


def examples(count: int, seed: int, *, development: bool, linkers: Sequence[Linker] | None = None) -> Iterator[Example]:
    """Draw `count` examples; the same seed gives the same ones.

    Parameters
    ----------
    count : int
    seed : int
    development : bool
        Of the development authors instead of the others.
    linkers : two Linkers, optional
        Which learned from the first and from the second half of the authors; each links the tables of the
        other half. The shipped linker when left out.
    """
    random_ = random.Random(seed)
    writer = Writer(phrases(authors("phrases", development=development)), random_)
    free_authors = study_authors(development=development)
    known = domains(authors("domains", development=development)) + studies(free_authors)
    free = studied(free_authors, random_)
    names = [r for r in readings() if not r.startswith(("mod.", "derive.", "frame"))]
    weights = [weight(name) for name in names]
    made = 0
    while made < count:
        for made_table, asked in islice(free, STUDIES_A_TABLE):
            linker = hide_domain(made_table, random_, linkers)
            for free_example in filter(None, (example(episode, random_, linker) for episode in asked)):
                made += 1
                yield free_example
        table = thinned(make_table(random_.choice(known), random_), random_)
        linker = hide_domain(table, random_, linkers)
        foreign: list[Made] = [m for d in random_.sample(known, 3) for m in make_table(d, random_).columns]
        for reading in random_.choices(names, weights, k=QUESTIONS_A_TABLE):
            episode = writer.episode(table, reading, foreign)
            drawn = example(episode, random_, linker) if episode else None
            if drawn is not None and made < count:
                made += 1
                yield drawn
                yield from _stages(drawn, random_)


def hide_domain(made: MadeTable, random_: random.Random, linkers: Sequence[Linker] | None) -> Linker:
    """The linker that has not seen the table's author, mostly without the lexicon entries that this table brought."""
    linker = linkers[1 - half_of(made.domain["author"])] if linkers else the_linker()
    linker.prepare(made.table, hidden_entries(made, linker.lexicon, random_))
    return linker


def _stages(drawn: Example, random_: random.Random) -> Iterator[Example]:
    """Now and then examples for the other stages."""
    draw = random_.random()
    if draw < 0.05:
        yield from mode_examples(drawn, random_)
    elif draw < 0.09:
        yield from debate_examples(random_)


def thinned(made: MadeTable, random_: random.Random) -> MadeTable:
    """In some tables one measurement only, or one group only, as small tables have."""
    draw = random_.random()
    drop = set[str]()
    if draw < 0.4:
        drop |= _all_but_one([m for m in made.columns if is_measure(m) or m.kind == "wide"], random_)
    if draw < 0.2 or draw > 0.85:
        drop |= _all_but_one([m for m in made.columns if is_group(m)], random_)
    kept = [h for h in made.table.headers if h not in drop]
    if not drop or not kept:
        return made
    columns = {h: list(made.table.column(h).text) for h in kept}
    table = type(made.table).from_columns(columns, name=made.table.name)
    return MadeTable(table, tuple(m for m in made.columns if not drop & set(m.headers)), made.domain)


def _all_but_one(columns: list[Made], random_: random.Random) -> set[str]:
    if len(columns) < 2:
        return set()
    kept = random_.choice(columns)
    return {header for made in columns if made is not kept for header in made.headers}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--development", action="store_true")
    parser.add_argument(
        "--halves", type=Path, nargs=2, help="weights of linkers that learned from one half of the authors"
    )
    given = parser.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", encoding="utf-8") as file:
        linkers = [Linker.load(path) for path in given.halves] if given.halves else None
        for drawn in examples(given.count, given.seed, development=given.development, linkers=linkers):
            file.write(json.dumps(drawn.__dict__, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
