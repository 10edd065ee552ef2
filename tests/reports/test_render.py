"""Sentences, tables and pages."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import havoc_pipeline.tools
from havoc_pipeline.errors import CommandError
from havoc_pipeline.reports.page import answer_report, run_report
from havoc_pipeline.reports.render import Shown, fill
from havoc_pipeline.reports.style import Style
from havoc_pipeline.reports.text import result_text, table_text
from havoc_pipeline.signatures.types import Answer, CommandView, FindingView, ResultView, TableView
from havoc_pipeline.tools.result import Finding, ResultTable

HOSTILE = "<script>alert('x')</script> & \"quoted\""


def test_numbers_are_filled_in_as_readers_expect_them() -> None:
    told = fill("p {p_value}, {share_percent} of {n}; {{kept}}", {"p_value": 0.0002, "share_percent": 12.34, "n": 40})
    assert told == "p < 0.001, 12.3% of 40; {kept}"


def test_a_rounded_zero_has_no_sign() -> None:
    zeros = {"a": -0.0, "b_percent": -0.0, "c": -0.0004, "p_value": 0.5}
    assert fill("{a}, {b_percent}, {c}", zeros) == "0, 0%, -0.0004"


def test_sentences_of_tools_round_to_no_negative_zero() -> None:
    """A fixed number of decimals makes `-0.00` of -0.001, unless the format says `z`."""
    found = []
    for path in sorted(Path(havoc_pipeline.tools.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FormattedValue) or node.format_spec is None:
                continue
            spec = ast.unparse(node.format_spec)
            if re.search(r"\.\d+f", spec) and "z" not in spec:
                found.append(f"{path.name}:{node.lineno} {spec}")
    assert found == []


def test_a_column_that_is_empty_in_every_row_is_not_shown() -> None:
    rows = (("a", 1.5, "", None), ("b", None, "", ""))
    table = ResultTable("T", ("item", "value", "note", "other"), rows)
    html = run_report([Shown("r1", "X", None, "informative", "so", {}, tables=(table,))], [], None)
    assert re.findall(r'<th scope="col">([^<]*)', html) == ["item", "value"]
    assert html.count("<td") == 4
    text = table_text(table, Style(80))
    assert "value" in text and "note" not in text and "other" not in text
    assert "note" in table_text(ResultTable("T", ("item", "note"), ()), Style(80))


@pytest.mark.parametrize("sentence", ["{other}", "{", "a } b", "{}"])
def test_a_placeholder_that_names_nothing_is_refused(sentence: str) -> None:
    with pytest.raises(CommandError):
        fill(sentence, {"n": 1})


def test_a_wide_table_is_cut_and_repeats_its_first_column() -> None:
    names = tuple(f"column_{place}" for place in range(20))
    text = table_text(ResultTable("T", ("item", *names), (("a", *range(20)),)), Style(80))
    assert max(map(len, text.splitlines())) <= 80
    assert sum("item" in line for line in text.splitlines()) > 1
    assert all(name in text for name in names)


def test_marks_are_plain_where_the_terminal_is() -> None:
    checks = tuple(Finding(status, status, "so") for status in ("pass", "warn", "fail", "note"))
    view = Shown("r1", "X", None, "informative", "so", {"n": 1}, findings=checks)
    assert result_text(view, Style(80, unicode=False)).isascii()
    assert "✗ fail: so" in result_text(view, Style(80))
    assert "\x1b[31m" in result_text(view, Style(80, colour=True))


class Page(HTMLParser):
    """Reads a page and notes tags that are not closed, headings, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile_answer() -> Answer:
    command = CommandView(name="X", text=HOSTILE)
    table = TableView(title=HOSTILE, columns=(HOSTILE,), rows=((HOSTILE,), (3.5,), (None,)))
    result = ResultView(name="r1[<b>]", command=command, decision="informative", statement=HOSTILE, values={"n": 3.0},
                        tables=(table,), conventions={HOSTILE: HOSTILE}, references=(HOSTILE,))  # fmt: skip
    finding = FindingView(id="r1.f1", result="r1[<b>]", check=HOSTILE, status="fail", statement=HOSTILE, mend=HOSTILE)
    return Answer(status="answered", summary=HOSTILE, question=HOSTILE, results=(result,), findings=(finding,),
                  caveats=(HOSTILE,), next_steps=(HOSTILE,), confidence=0.93)  # fmt: skip


def test_a_page_escapes_everything_and_reaches_nowhere() -> None:
    html = answer_report(hostile_answer(), [], None)
    page = Page()
    page.feed(html)
    assert page.open == []
    assert page.addresses == []
    assert "script" not in page.tags
    assert "<script" not in html
    assert not re.search(r"https?://|url\(|@import", html)
    assert html.count("&lt;script&gt;") > 10


def test_the_title_is_the_question_and_the_finding_stands_first() -> None:
    html = answer_report(hostile_answer(), [], None)
    assert "<title>&lt;script&gt;" in html
    assert html.index('class="finding"') < html.index("<h2>")
    assert "high (93%)" in html
    assert 'aria-label="failed"' in html


def test_a_run_has_a_page_too() -> None:
    view = Shown("r1", "DESCRIBE", None, "informative", "Forty rows.", {"n": 40})
    html = run_report([view], [], None)
    assert "Forty rows." in html
    assert 'lang="en"' in html
