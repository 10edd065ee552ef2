"""One self-contained HTML page of an answer or of a run: no script, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havoc_pipeline import __version__
from havoc_pipeline.errors import HavocError
from havoc_pipeline.reports.answer_text import confidence_words, source, understood
from havoc_pipeline.reports.drawing import Drawing, inline_svg
from havoc_pipeline.reports.page_style import STYLE
from havoc_pipeline.reports.render import Shown, cell_text, filled, shown_of_answer, written
from havoc_pipeline.reports.style import MARKS
from havoc_pipeline.tools.result import Finding, ResultTable

if TYPE_CHECKING:
    from havoc_pipeline.signatures.types import Answer, Claim
    from havoc_pipeline.tables import Table

WORDS = {"pass": "passed", "warn": "warning", "fail": "failed", "note": "note"}
CODE = re.compile(r"`([^`\n]+)`")
LEADS = {"answered": "", "unsure": "Unsure what was meant. ", "refused": "Not answered. "}


def write_page(path: Path, html: str) -> None:
    """Write the page.

    Raises
    ------
    HavocError
        When the file cannot be written.
    """
    try:
        path.write_text(html, encoding="utf-8", newline="\n")
    except OSError as error:
        raise HavocError(
            f"`{path}` cannot be written ({error.strerror}); name a file in a folder that exists"
        ) from None


def run_report(views: Sequence[Shown], drawn: Sequence[Drawing], table: Table | None) -> str:
    """The page of `havoc run --report`."""
    finding = " ".join(view.statement for view in views)
    title = f"Analysis of {table.name}" if table is not None else "Analysis"
    return _page(title, finding, [*_results(views, drawn), _data(table, views)])


def answer_report(answer: Answer, drawn: Sequence[Drawing], table: Table | None) -> str:
    """The page of `havoc ask --report`.

    Parameters
    ----------
    answer : Answer
    drawn : sequence of Drawing
        Figures of its results.
    table : Table or None

    Returns
    -------
    str
        A whole HTML document.
    """
    views = shown_of_answer(answer)
    sure = [f"<p class=sure>{escape(confidence_words(answer.confidence))}</p>"] if answer.status == "answered" else []
    body = [*sure, *_results(views, drawn), *_both_sides(answer)]
    body.append(_list("Audit", (f"{i.rule} ({i.severity}): {i.statement} {i.mend}" for i in answer.audit.issues)))
    body.append(_list("What was understood", understood(answer.grounding.links)))
    body.append(_list("Other readings", (f"{a.words} ({100 * a.probability:.0f}%)" for a in answer.alternatives)))
    body += [_list("Caveats", answer.caveats), _list("What to do next", answer.next_steps)]
    body += [_list("Sources", map(source, answer.citations)), _data(table, views)]
    return _page(answer.question or "Answer", LEADS[answer.status] + answer.summary, body)


def _page(title: str, finding: str, body: Iterable[str]) -> str:
    content = "\n".join(part for part in body if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
        f'<p class="finding">{_marked(finding)}</p>\n{content}\n</main>\n</body>\n</html>\n'
    )


def _results(views: Sequence[Shown], drawn: Sequence[Drawing]) -> Iterator[str]:
    for view in views:
        yield f"<section>\n<h2>Result {escape(view.name)}</h2>\n<p><code>{escape(view.command)}</code></p>"
        yield f"<p>{escape(view.statement)}</p>" if len(views) > 1 else ""
        yield from (_table(table) for table in view.tables)
        for place, drawing in enumerate(drawn):
            if drawing.name == view.name:
                yield _figure(drawing, place, view)
        yield _checks(view.findings)
        yield _values(view)
        yield _list("Conventions", (f"{name}: {text}" for name, text in view.conventions.items()), 3)
        yield _list("References", view.references, 3) + "\n</section>"


def _figure(drawing: Drawing, place: int, view: Shown) -> str:
    label = escape(f"Figure of {drawing.command}: {view.statement}", quote=True)
    return f'<figure role="img" aria-label="{label}">\n{inline_svg(drawing, place)}</figure>'


def _table(table: ResultTable) -> str:
    table = filled(table)
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in table.columns)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    return f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _cell(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"<td{' class=number' if number else ''}>{escape(cell_text(value))}</td>"


def _values(view: Shown) -> str:
    rows = tuple((name, written(name, value)) for name, value in view.values.items())
    table = _table(ResultTable("", ("name", "value"), rows))
    return (
        f"<details open><summary>All values, under the names they have in --json and in the trace</summary>\n{table}</details>"
        if rows
        else ""
    )


def _checks(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    items = "\n".join(
        f'<li class="{f.status}"><span class="mark" role="img" aria-label="{WORDS[f.status]}">{MARKS[f.status]}</span> '
        f"<b>{escape(f.check)}</b>: {_marked(f.statement)}{_mend(f)}</li>"
        for f in findings
    )
    return f'<h3>Checks</h3>\n<ul class="checks">\n{items}\n</ul>'


def _mend(finding: Finding) -> str:
    told = f"<br>What to do: {_marked(finding.mend)}" if finding.mend else ""
    return told + (f"<br><small>{escape(finding.reference)}</small>" if finding.reference else "")


def _both_sides(answer: Answer) -> Iterator[str]:
    if answer.debate is not None and (answer.debate.pro or answer.debate.con):
        yield "<section>\n<h2>Both sides</h2>"
        checks = {f.id: f"{f.check}, {f.id.partition('.')[0]}" for f in answer.findings}
        yield _list("For the conclusion", (_claim(claim, checks) for claim in answer.debate.pro), 3)
        yield _list("Against it", (_claim(claim, checks) for claim in answer.debate.con), 3) + "\n</section>"
    if answer.verdict is not None and answer.results:
        yield _list("Verdict", (f"The conclusion {answer.verdict.decision}.", *answer.verdict.reasons))


def _claim(claim: Claim, checks: Mapping[str, str]) -> str:
    """A claim with its evidence by name: `r1.f2` says nothing to a reader."""
    named = "; ".join(checks.get(key, key) for key in claim.evidence)
    return f"{claim.text} (evidence: {named})" if named else claim.text


def _list(title: str, entries: Iterable[str], level: int = 2) -> str:
    items = "\n".join(f"<li>{_marked(entry.strip())}</li>" for entry in entries)
    return f"<h{level}>{title}</h{level}>\n<ul>\n{items}\n</ul>" if items else ""


def _marked(text: str) -> str:
    """Text with what stands in backticks set as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def _data(table: Table | None, views: Sequence[Shown]) -> str:
    entries = [] if table is None else [
        f"Table: {table.source.name if table.source else table.name}, {table.n_rows} rows",
        f"SHA-256 of the data: {table.fingerprint}",
    ]  # fmt: skip
    used = {view.name: view.provenance for view in views if table is not None and view.provenance}
    entries += [f"{name}: {origin['rows_used']} of {origin['rows_total']} rows used" for name, origin in used.items()]
    return _list("Data and versions", [*entries, "Versions: " + _versions(views)])


def _versions(views: Sequence[Shown]) -> str:
    found: Mapping[str, str] = next((v.provenance["versions"] for v in reversed(views) if v.provenance), {})
    return ", ".join(f"{name} {version}" for name, version in ({"havoc": __version__} | dict(found)).items())
