"""What the decoding grammar lets through parses, and names columns that exist and fit."""

from __future__ import annotations

import random

import llguidance
import numpy as np
import pytest

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.command import Command, quote
from havoc_pipeline.dsl.decoding import Literals, decoding_grammar
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import find_tool

TABLE = Table.from_columns({"Bond (N)": [1.5, 2.25, 3.0, 4.5], 'resin "x"': ["new", "old", "new", "old"]})
LITERALS = Literals(("18", "-2.5"), ("2024-03-01",), ('"x^2 = 4"',))


class Bytes:
    """A vocabulary of single bytes, so that any text can be held against the grammar."""

    eos_token_id, bos_token_id, unk_token_id = 256, None, None
    tokens = (*(bytes([i]) for i in range(256)), b"<end>")
    special_token_ids = (256,)

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text.encode() if isinstance(text, str) else text)


def matcher(grammar: str) -> llguidance.LLMatcher:
    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Bytes()))
    return llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_lark(grammar))


def admits(grammar: str, text: str) -> bool:
    held = matcher(grammar)
    return bool(held.try_consume_tokens(list(text.encode())) == len(text.encode()) and held.is_accepting())


@pytest.fixture(scope="module")
def grammar() -> str:
    return decoding_grammar([find_tool("RUN_TTEST")], TABLE, LITERALS)


@pytest.mark.parametrize(
    "text",
    ['RUN_TTEST response="Bond (N)" group="resin \\"x\\"" first="new" alternative=greater',
     'RUN_TTEST response="Bond (N)" mu=-2.5 where=("resin \\"x\\"" in ["new", "old"])', "REFUSE reason=ambiguous"],
)  # fmt: skip
def test_plans_over_this_table_pass(grammar: str, text: str) -> None:
    assert admits(grammar, text)
    assert parse_plan(text)


@pytest.mark.parametrize(
    "text",
    ['RUN_TTEST response="resin \\"x\\""', 'RUN_TTEST response="Bond (N)" mu=19', 'RUN_TTEST response="Force"',
     'RUN_TTEST response=["Bond (N)", "Bond (N)"]', "REFUSE reason=tired", "RUN_ANOVA"],
)  # fmt: skip
def test_other_columns_numbers_and_commands_do_not(grammar: str, text: str) -> None:
    assert not admits(grammar, text)


def test_whatever_is_drawn_parses_and_fits(grammar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tool itself says of arguments together is no part of a grammar: the check tells the model."""
    monkeypatch.setattr("havoc_pipeline.dsl.check._check_together", lambda command, tool: None)
    draw = random.Random(4)
    for _ in range(60):
        held, text = matcher(grammar), bytearray()
        while not held.is_stopped() and len(text) < 2000:
            allowed = np.flatnonzero(np.frombuffer(held.compute_logit_bias(), dtype=np.uint8)).tolist()
            token = draw.choice(allowed)
            if token == 256:
                break
            held.consume_token(token)
            text.append(token)
        for place, step in enumerate(parse_plan(text.decode())):
            if isinstance(step, Command):
                check(step, TABLE, steps=place)


def test_without_a_table_only_table_free_commands_are_left() -> None:
    grammar = decoding_grammar([find_tool("RUN_TTEST")], None, Literals())
    assert grammar.startswith("start: refusal")


def test_control_characters_of_a_header_do_not_break_the_grammar() -> None:
    header = "force\x7f\x1b[31m\u2028\ufeff\t"
    table = Table.from_columns({header: [1.5, 2.25, 3.0]})
    grammar = decoding_grammar([find_tool("DESCRIBE")], table, Literals())
    (named,) = table.headers
    assert admits(grammar, f"DESCRIBE columns={quote(named)}")


def test_a_list_stands_only_where_several_texts_may() -> None:
    tools = [find_tool("EVALUATE"), find_tool("DESIGN_DOE")]
    grammar = decoding_grammar(tools, None, Literals(texts=('["a", "b"]', '"x + 1"')))
    assert admits(grammar, 'DESIGN_DOE factors=["a", "b"]')
    assert admits(grammar, 'EVALUATE expression="x + 1"')
    assert not admits(grammar, 'EVALUATE expression=["a", "b"]')
