"""The grammar of one question: whatever walk it allows parses, names columns that exist, and fits."""

import random
from functools import cache

import numpy as np
import pytest
from llguidance import LLMatcher, LLTokenizer

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.linking.mentions import Candidate, ColumnMention, Links, NumberMention
from havoc_pipeline.lm.plan_grammar import plan_grammar
from havoc_pipeline.lm.planner import SHIPPED
from havoc_pipeline.lm.reading import Reading, read
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.tables import Table
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from havoc_pipeline.tools.registry import all_tools

TABLE = Table.from_columns(
    {
        "strength (N)": [50.1, 51.2, 49.8, 52.3, 50.9, 51.1] * 4,
        "resin": ["new", "old"] * 12,
        "line": ["A", "B", "C"] * 8,
        "made": [f"2024-03-{i + 1:02d}" for i in range(24)],
        "p1": [1.1, 1.2, 1.35] * 8,
        "p2": [1.2, 1.1, 1.02] * 8,
        "p3": [1.3, 1.2, 1.11] * 8,
    }
)
QUESTION = "is strength of new above 50 on line A not B"


@cache
def tokenizer() -> MiniTokenizer:
    return MiniTokenizer(SHIPPED / "tokenizer.json")


def reading() -> Reading:
    def names(start: int, text: str, header: str, level: str | None = None) -> ColumnMention:
        return ColumnMention(start, start + len(text), text, (Candidate((header,), 0.9, level),))

    links = Links(QUESTION, (names(3, "strength", "strength (N)"), names(15, "new", "resin", "new"),
                             NumberMention(25, 27, "50", 50.0), names(31, "line A", "line", "A"),
                             names(42, "B", "line", "B")), {})  # fmt: skip
    return read(links, TABLE)


def walk(seed: int) -> str:
    """A random sentence of the grammar, as symbols."""
    made, ids = tokenizer(), tokenizer().ids
    constraint = LLTokenizer(made.inner.to_str(), n_vocab=made.size, eos_token=ids[END])
    matcher = LLMatcher(constraint, LLMatcher.grammar_from_lark(plan_grammar(all_tools().values(), reading(), ids)))
    assert not matcher.is_error(), matcher.get_error()
    random_, taken = random.Random(seed), list[int]()
    while len(taken) < 200:
        allowed = np.flatnonzero(np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8)).tolist()
        token = random_.choice(allowed)
        if token == ids[END]:
            return made.spell(taken)
        matcher.consume_token(token)
        taken.append(token)
    raise AssertionError("a walk of 200 symbols found no end")


@pytest.mark.parametrize("seed", range(300))
def test_every_walk_parses_and_fits_the_table(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tool itself says of arguments together is no part of a grammar; the planner asks the check for that."""
    symbols = walk(seed)
    monkeypatch.setattr("havoc_pipeline.dsl.check._check_together", lambda command, tool: None)
    for place, step in enumerate(parse_plan(reading().spell(symbols))):
        if isinstance(step, Command):
            check(step, TABLE, steps=place)


def test_only_columns_that_fit_are_offered() -> None:
    text = plan_grammar(all_tools().values(), reading(), tokenizer().ids)
    before = next(rule for rule in text.splitlines() if rule.startswith("c_run_ttest"))
    resin = next(p for p, c in reading().columns.items() if c.headers == ("resin",))
    response = before.split(f"<[{tokenizer().ids['response=']}]>")[1].split(f"<[{tokenizer().ids['group=']}]>")[0]
    assert str(tokenizer().ids[resin]) not in response.replace("[", ",").replace("]", ",").split(",")


def test_without_a_table_only_tools_that_need_none_remain() -> None:
    text = plan_grammar(all_tools().values(), read(Links("solve", (), {}), None), tokenizer().ids)
    assert "c_run_ttest" not in text and "refusal" in text


def test_every_command_can_be_planned_over_a_table_with_all_kinds_of_column() -> None:
    rules = plan_grammar(all_tools().values(), reading(), tokenizer().ids)
    lacking = [t.name for t in all_tools().values() if t.needs_table and f"c_{t.name.lower()}:" not in rules]
    assert lacking == []


def test_no_rule_goes_on_for_ever() -> None:
    assert " )*" not in plan_grammar(all_tools().values(), reading(), tokenizer().ids)


def test_what_is_no_character_is_read_as_a_question_mark() -> None:
    assert tokenizer().encode("is \udcff high") == tokenizer().encode("is ? high")
