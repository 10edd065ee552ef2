"""`havoc run`: commands of the language over a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from havoc_pipeline.cli.run_options import RunOptions
from havoc_pipeline.cli.terminal import piped, say, show, show_json, style
from havoc_pipeline.dsl.command import Command, Refusal
from havoc_pipeline.dsl.execute import ToolResult, execute
from havoc_pipeline.dsl.parse import MOST_CHARACTERS, parse_plan
from havoc_pipeline.errors import CommandError
from havoc_pipeline.reports.render import Shown, finite, shown
from havoc_pipeline.reports.text import result_text
from havoc_pipeline.tables import Table


def run_commands(options: RunOptions) -> None:
    """Parse, check, run and show the commands.

    Raises
    ------
    CommandError, TableError
        When the commands do not parse or fit the table, or the file cannot be read.
    DataError
        When the data do not allow a method.
    """
    plan = _plan(options.commands)
    table = None
    if options.data is not None:
        table = Table.read(options.data, sheet=options.sheet, dictionary=options.dictionary)
    results = execute(plan, table)
    views = [shown(done) for done in results]
    if options.json:
        show_json([as_json(view) for view in views])
    else:
        looks = style()
        show("\n\n".join(result_text(view, looks) for view in views))
    _keep(options, results, views, table)


def _plan(text: str) -> list[Command]:
    if text == "-":
        text = piped(MOST_CHARACTERS)
    plan = parse_plan(text)
    if any(isinstance(step, Refusal) for step in plan):
        raise CommandError("REFUSE is how a planner declines a question and cannot be run; write a command")
    return [step for step in plan if isinstance(step, Command)]


def as_json(view: Shown) -> dict[str, Any]:
    """A result as `havoc run --json` prints it."""
    return {
        "name": view.name, "command": view.command, "level": view.level, "decision": view.decision,
        "statement": view.statement, "values": {name: finite(value) for name, value in view.values.items()},
        "tables": [{"title": t.title, "columns": t.columns, "rows": t.rows} for t in view.tables],
        "findings": [vars(finding) for finding in view.findings], "conventions": view.conventions,
        "references": view.references, "provenance": view.provenance,
    }  # fmt: skip


def _keep(options: RunOptions, results: list[ToolResult], views: list[Shown], table: Table | None) -> None:
    """Figures and report, where they were asked for."""
    if options.figure is None and options.report is None:
        return
    from havoc_pipeline.reports.drawing import drawings

    drawn = drawings(results)
    if options.figure is not None:
        _save_figures(options.figure, [d.figure for d in drawn])
    if options.report is not None:
        from havoc_pipeline.reports.page import run_report, write_page

        write_page(options.report, run_report(views, drawn, table))
        say(f"report: {options.report}")


def _save_figures(path: Path, figures: list[Any]) -> None:
    """The first under the name given, further ones numbered."""
    if not figures:
        say("no figure: these commands have nothing to draw")
    for place, figure in enumerate(figures, 1):
        target = path if place == 1 else path.with_stem(f"{path.stem}-{place}")
        try:
            figure.savefig(target, dpi=150)
        except ValueError as error:
            raise CommandError(
                f"`{target}` cannot be drawn ({error}); name a file ending in .png, .svg or .pdf"
            ) from None
        say(f"figure: {target}")
