"""Why a question is not answered, and what would be needed: one clear text a reason."""

from __future__ import annotations

from havoc_pipeline.linking.mentions import ColumnMention
from havoc_pipeline.linking.words import STOP, TOKEN, stem
from havoc_pipeline.programs.case import Case, Planned
from havoc_pipeline.programs.language import ASK_IN_ENGLISH, NOT_ENGLISH, is_english
from havoc_pipeline.programs.words import REFUSALS
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.tools.registry import Tool, all_tools, find_tool

SURE_LINK = 0.5
MOST_WORDS, MOST_NAMED = 5, 12
ASKING = frozenset(
    ("affect", "affects", "affected", "influence", "influences", "impact", "effect", "raise", "raised", "lower", "lowered",
     "improve", "improved", "change", "changed", "depend", "depends", "show", "tell", "need", "want", "know", "check",
     "data", "table", "column", "columns", "question", "answer", "please", "thanks", "hi", "hello", "thing", "things")
)  # fmt: skip
"""Words that ask and name nothing."""


def refusal_text(case: Case, planned: Planned) -> tuple[str, tuple[str, ...]]:
    """The sentence that declines, and what the user can do next.

    Parameters
    ----------
    case : Case
    planned : Planned
        The plan that refuses.

    Returns
    -------
    summary : str
    next_steps : tuple of str
    """
    reason = planned.plan.refusal
    assert reason is not None
    if not is_english(case.question):
        return NOT_ENGLISH, (ASK_IN_ENGLISH,)
    if reason == "missing_column":
        return _missing(case.subject)
    if reason == "unsupported":
        return REFUSALS[reason], _nearby(case)
    if reason == "impossible":
        return REFUSALS[reason], _needed(case)
    if reason == "off_topic":
        return REFUSALS[reason], (
            "ask about the table's columns: a comparison, a relation, a control chart, a capability",
        )
    return REFUSALS[reason], ()


def unlinked_words(subject: Subject) -> tuple[str, ...]:
    """Words of the question that no column, level, number or command explains, in order."""
    taken = [(m.start, m.end) for m in subject.links.mentions
             if not isinstance(m, ColumnMention) or (m.candidates and m.best.score >= SURE_LINK)]  # fmt: skip
    method = _method_words()
    found = [m.group(0) for m in TOKEN.finditer(subject.question)
             if m.group(0).lower() not in STOP | ASKING and stem(m.group(0).lower()) not in method
             and not any(start <= m.start() < end for start, end in taken)]  # fmt: skip
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _method_words() -> set[str]:
    """Words that the commands' own descriptions use: they name a method, not a column."""
    texts = (t for tool in all_tools().values() for t in (tool.summary, *(p.doc for p in tool.parameters.values())))
    return {stem(word.lower()) for text in texts for word in TOKEN.findall(text)}


def _missing(subject: Subject) -> tuple[str, tuple[str, ...]]:
    words = ", ".join(f"“{word}”" for word in unlinked_words(subject))
    if subject.table is None:
        return f"{REFUSALS['missing_column']} No table was given.", ("give a table with --data FILE",)
    headers = subject.table.headers
    listed = ", ".join(f"`{header}`" for header in headers[:MOST_NAMED]) + (", …" if len(headers) > MOST_NAMED else "")
    found = f"Nothing was found for {words}. " if words else ""
    steps = (
        "name the column by its header, or give a data dictionary (--dictionary FILE) that says what each column holds",
    )
    return f"{REFUSALS['missing_column']} {found}It has {listed}.", steps


def _nearby(case: Case) -> tuple[str, ...]:
    names = [method.command for method in case.grounding.methods]
    names += [command.name for planned in case.readings.planned for command in planned.commands]
    tools = [find_tool(name) for name in dict.fromkeys(names)][:3]
    return tuple(f"nearest here is {tool.name}: {tool.summary}" for tool in tools) or (
        "`havoc tools` lists what there is",
    )


def _needed(case: Case) -> tuple[str, ...]:
    """What the likeliest command would take."""
    commands = [command for planned in case.readings.planned for command in planned.commands]
    if not commands:
        return ("`havoc tools` says which kind of column each method takes",)
    tool = find_tool(commands[0].name)
    return (f"{tool.name} needs {_takes(tool)}",)


def _takes(tool: Tool) -> str:
    parameters = [p for p in tool.parameters.values() if p.required] or list(tool.parameters.values())[:3]
    return "; ".join(f"{p.name}: {p.takes}" for p in parameters)
