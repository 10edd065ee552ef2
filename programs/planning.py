"""From the text of a plan, as a model wrote it, to a plan that is parsed and fits the table."""

from __future__ import annotations

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.command import Command, Refusal
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError
from havoc_pipeline.lm.engine import SEPARATOR
from havoc_pipeline.programs.case import Planned
from havoc_pipeline.programs.views import command_view
from havoc_pipeline.programs.words import command_words
from havoc_pipeline.signatures.types import CommandView, Plan, Step
from havoc_pipeline.tables import Table


def planned(text: str, table: Table | None, probability: float | None = None) -> Planned:
    """Parse a plan and hold it against the table.

    Parameters
    ----------
    text : str
        Commands with `;` between them, or `REFUSE reason=…`.
    table : Table or None
    probability : float, optional
        Its share among the readings.

    Returns
    -------
    Planned

    Raises
    ------
    CommandError
        When it does not parse, does not fit, or mixes commands with a refusal.
    """
    steps = parse_plan(text)
    refusals = [step for step in steps if isinstance(step, Refusal)]
    if refusals:
        if len(steps) > 1:
            raise CommandError("a plan either has commands or is one REFUSE; leave one of them out")
        return Planned(str(refusals[0]), Plan(refusal=refusals[0].reason, probability=probability), ())
    commands = tuple(step for step in steps if isinstance(step, Command))
    for place, command in enumerate(commands):
        check(command, table, steps=place)
    made = tuple(Step(purpose=command_words(command), command=command_view(command)) for command in commands)
    return Planned(SEPARATOR.join(map(str, commands)), Plan(steps=made, probability=probability), commands)


def of_views(views: tuple[CommandView, ...], table: Table | None) -> Planned:
    """The plan of an alternative that was offered."""
    return planned(SEPARATOR.join(view.text for view in views), table)
