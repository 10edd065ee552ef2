"""Whether text made to break the language model's output ever does: 1,000 hostile questions over hostile tables.

python -m havoc_pipeline.evals.adversarial [--prompts 1000] [--seed 0] [--model DIR]
python -m havoc_pipeline.evals.adversarial --api-base http://127.0.0.1:8000/v1 [--lm havoc-mini] [--together 16]

Each question is answered in four ways: by HAVOC-mini's plans, by its likeliest answer before anything is
checked, and by models of pure chance under the grammar of pointers and under that of text models. Whatever
comes out has to parse, name columns of the table alone, and end. With `--api-base` the probabilities of the
plans come from a server (`havoc serve`, llama.cpp's), several questions at once.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from llguidance import LLMatcher, LLTokenizer

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.named_columns import named_columns
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, HavocError
from havoc_pipeline.evals.hostile import hostile_question, hostile_table
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.lm.engine import SEPARATOR
from havoc_pipeline.lm.general import plan_constraint
from havoc_pipeline.lm.plan_grammar import plan_grammar
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.lm.reading import read
from havoc_pipeline.lm.search import likeliest
from havoc_pipeline.lm.served import served_planner
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.model.runtime import HavocRuntime
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.tables import Table
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from havoc_pipeline.tools.registry import all_tools

TABLES = 25
MOST_BYTES = 20_000
"""No plan of two commands is longer; an answer that is counts as endless."""


@dataclass(frozen=True)
class Outcome:
    """One answer: who gave it, and what is wrong with it ("" when nothing is)."""

    by: str
    fault: str
    answer: str

    @property
    def verdict(self) -> str:
        """The fault; else whether HAVOC declined in one sentence or gave a sound answer."""
        return self.fault or ("declined" if self.answer.startswith(DECLINED) else "sound")


DECLINED = "declined: "


class Answerers:
    """The ways in which a question is answered: all four, or only plans when they are a server's."""

    def __init__(self, folder: Path, served: Planner | None = None) -> None:
        self._planner = served or Planner.load(folder)
        self._runtime, self._tokenizer = HavocRuntime.load(folder), MiniTokenizer(folder / "tokenizer.json")
        self._end = self._tokenizer.ids[END]
        size = self._runtime.vocab_size
        self._symbols = LLTokenizer(self._tokenizer.inner.to_str(), n_vocab=size, eos_token=self._end)
        self._bytes = LLTokenizer("byte")
        self.ways: dict[str, Way] = {"plans": self._plans, "likeliest raw answer": self._likeliest,
                                     "chance over pointers": self._pointers, "chance over text": self._text}  # fmt: skip
        if served is not None:
            self.ways = {"served plans": self._plans}

    def _plans(self, links: Links, table: Table | None, draw: Random) -> list[str]:
        """Every plan that HAVOC-mini offers, since each may be shown."""
        return [SEPARATOR.join(plan.commands) for plan in self._planner.propose(links.question, table, links)]

    def _likeliest(self, links: Links, table: Table | None, draw: Random) -> list[str]:
        """The model's likeliest answer before anything is checked."""
        reading = read(links, table)
        grammar = plan_grammar(all_tools().values(), reading, self._tokenizer.ids)
        prompt = self._tokenizer.encode(reading.text)[-(self._runtime.max_length - 64) :]
        found = next(likeliest(self._runtime, self._symbols, prompt, grammar, self._end), None)
        return [reading.spell(self._tokenizer.spell(found.ids))] if found else []

    def _pointers(self, links: Links, table: Table | None, draw: Random) -> list[str]:
        """A model of pure chance under HAVOC-mini's grammar: every allowed symbol is as likely."""
        reading = read(links, table)
        grammar = plan_grammar(all_tools().values(), reading, self._tokenizer.ids)
        return [reading.spell(self._tokenizer.spell(_walked(self._symbols, grammar, self._end, draw)))]

    def _text(self, links: Links, table: Table | None, draw: Random) -> list[str]:
        """The same under the grammar of text models: every allowed byte is as likely."""
        grammar = plan_constraint(Subject.of(links.question, table, links))
        return [bytes(_walked(self._bytes, grammar, self._bytes.eos_token, draw)).decode("utf-8", "replace")]


Way = Callable[[Links, "Table | None", Random], list[str]]


def outcomes(
    folder: Path, prompts: int, seed: int, served: Planner | None = None, together: int = 1
) -> Iterator[Outcome]:
    """Answers to seeded hostile questions, at least one for each way.

    Parameters
    ----------
    folder : Path
        Checkpoint of a planner.
    prompts : int
        How many questions.
    seed : int
        Of the questions, the tables, and the choices of chance.
    served : Planner, optional
        One behind a server, which answers in the folder's place.
    together : int
        Questions at once; more than one needs a server.

    Yields
    ------
    Outcome
    """
    answerers = Answerers(folder, served)
    tables = [Table.from_columns(hostile_table(Random(f"{seed} table {n}"))) for n in range(min(TABLES, prompts))]

    def judged(place: int) -> list[Outcome]:
        draw = Random(f"{seed} question {place}")
        table = tables[place % len(tables)] if draw.random() < 0.9 else None
        question = hostile_question(draw, table.headers if table is not None else ())
        return list(_judged(answerers, question, table, draw))

    if together == 1:
        yield from (outcome for place in range(prompts) for outcome in judged(place))
        return
    with ThreadPoolExecutor(together) as pool:
        yield from (outcome for found in pool.map(judged, range(prompts)) for outcome in found)


def _judged(answerers: Answerers, question: str, table: Table | None, draw: Random) -> Iterator[Outcome]:
    """The outcomes of one question; the linker reads it once for all ways."""
    try:
        links = ground(question, table)
    except Exception as error:  # noqa: BLE001 - any error is what is looked for
        yield Outcome("the linker", f"raised {type(error).__name__}", str(error))
        return
    for by, way in answerers.ways.items():
        yield from _of_one_way(by, lambda way=way: way(links, table, draw), table)  # type: ignore[misc]


def _of_one_way(by: str, answer: Callable[[], list[str]], table: Table | None) -> Iterator[Outcome]:
    try:
        answers = answer()
    except HavocError as error:
        yield Outcome(by, "", DECLINED + str(error))  # One sentence of ours is an answer, too.
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        yield Outcome(by, f"raised {type(error).__name__}", str(error))
    else:
        yield from (Outcome(by, fault(text, table), text) for text in answers)


def fault(text: str, table: Table | None) -> str:
    """What is wrong with a plan's text; empty when nothing is."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return "endless"
    try:
        steps = parse_plan(text)
    except CommandError:
        return "unparsable"
    named = {header for step in steps if isinstance(step, Command) for header in named_columns(step)}
    return "unknown column" if named - set(table.headers if table is not None else ()) else ""


def _walked(tokenizer: LLTokenizer, grammar: str, end: int, draw: Random) -> list[int]:
    """Tokens of a random sentence of a grammar, without its end; cut where it counts as endless."""
    matcher, found = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar)), list[int]()
    if matcher.is_error():
        raise ValueError(matcher.get_error())
    while len(found) <= MOST_BYTES and not matcher.is_stopped():
        allowed = np.flatnonzero(np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8)).tolist()
        token = draw.choice(allowed)
        if token == end:
            break
        matcher.consume_token(token)
        found.append(token)
    return found


def main() -> None:
    """Command line; exits 1 when an answer is at fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--api-base", help="of a server that serves the planner")
    parser.add_argument("--lm", default="havoc-mini", help="its name there")
    parser.add_argument("--together", type=int, default=16, help="questions at once for a server")
    given = parser.parse_args()
    served = served_planner(given.lm, given.api_base) if given.api_base else None
    together = given.together if served is not None else 1
    started = time.perf_counter()
    found = list(outcomes(given.model or SHIPPED, given.prompts, given.seed, served, together))
    told = {"prompts": given.prompts, "seconds": round(time.perf_counter() - started),
            "longest": max(len(outcome.answer) for outcome in found),
            "answers": dict(sorted(Counter(f"{o.by}: {o.verdict}" for o in found).items()))}  # fmt: skip
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    sys.exit(any(o.fault for o in found))


if __name__ == "__main__":
    main()
