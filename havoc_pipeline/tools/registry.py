"""The one registry: a tool is one typed function with one decorator.

`@tool("RUN_TTEST", family="hypothesis")` reads the function's signature and docstring, and from them
come the DSL's grammar, the checker, the JSON schema, `dspy.Tool`, `havoc tools` and `docs/TOOLS.md`.
A tool lives in `havoc_pipeline/tools/<family>/<command in lower case>.py`, so one command loads one
module.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, NewType

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.lists import Refuses
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Sample

Alpha = NewType("Alpha", float)
"""Significance level, 0 < alpha < 1; written `ALPHA_0_05` or `alpha=0.05` in the DSL."""
Level = NewType("Level", str)
"""A level of a factor, written as it stands in the table."""
Alternative = Literal["two-sided", "less", "greater"]

ValueKind = Literal["column", "number", "integer", "word", "text", "level", "flag", "alpha"]
FAMILIES = ("describe", "hypothesis", "regression", "doe", "spc", "capability", "mathematics")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a command, as read from the tool's annotation.

    `kinds` are the forms a value may take; `samples` the column types when a column is one of them;
    `many` whether a bracketed list is allowed (a bare value then stands for a list of one).
    """

    name: str
    kinds: tuple[ValueKind, ...]
    samples: tuple[type[Sample], ...]
    words: tuple[str, ...]
    many: bool
    required: bool
    default: Any
    doc: str

    @property
    def takes(self) -> str:
        """What the parameter takes, in words."""
        if "column" in self.kinds:
            return " or ".join(sample.takes for sample in self.samples)
        if "word" in self.kinds:
            return "one of " + ", ".join(self.words)
        return " or ".join(self.kinds) + (" or a list in brackets" if self.many else "")


@dataclass(frozen=True)
class Tool:
    """A registered command: call it as a function, or let the DSL do so.

    Attributes
    ----------
    name, family : str
        The DSL command, and the shelf it stands on.
    summary, example : str
        First line of the docstring, and the command from its `Example` section.
    words : tuple of str
        Lines of its `In words` section: what the command does, in a sentence with `{parameter}`s.
    parameters : mapping of str to Parameter
        In the order of the signature.
    transforms : tuple of str
        Parameters (columns or numbers on the same scale) that `transform=` rescales.
    refuses : callable, optional
        Which arguments do not go together, lists of columns above all.
    """

    name: str
    family: str
    function: Callable[..., Result]
    summary: str
    example: str
    words: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    transforms: tuple[str, ...]
    needs_table: bool
    refuses: Refuses | None = None

    @property
    def has_alpha(self) -> bool:
        """Whether the command takes a significance level."""
        return "alpha" in self.parameters

    def __call__(self, table: Any = None, /, **arguments: Any) -> Result:
        """Run the tool on `table` with columns given by header.

        Parameters
        ----------
        table : Table or None
            Table the columns stand in; not needed for designs and mathematics.
        **arguments
            As in the DSL: headers, lists of headers, numbers, words.

        Returns
        -------
        Result

        Raises
        ------
        CommandError
            When an argument does not fit the parameter or the table.
        """
        from havoc_pipeline.dsl.execute import run_tool

        return run_tool(self, table, arguments)

    def json_schema(self) -> dict[str, Any]:
        """JSON schema of the command's arguments, as tool-calling interfaces take it."""
        properties = {p.name: _json_type(p) for p in self.parameters.values()}
        required = [p.name for p in self.parameters.values() if p.required]
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


_tools: dict[str, Tool] = {}


def tool(
    name: str,
    *,
    family: str,
    transforms: tuple[str, ...] = (),
    needs_table: bool = True,
    refuses: Refuses | None = None,
) -> Callable[[Callable[..., Result]], Tool]:
    """Register a function as the DSL command `name`.

    The function's first parameter is the table (left out when `needs_table` is false); the others
    become the command's parameters. Its docstring has a `Parameters` section and an `Example`
    section with one command.
    """

    def register(function: Callable[..., Result]) -> Tool:
        made = replace(_tool_of(function, name, family, transforms, needs_table), refuses=refuses)
        _tools[name] = made
        return made

    return register


def find_tool(name: str) -> Tool:
    """The tool of command `name`, loading only its own module.

    Raises
    ------
    CommandError
        When there is no such command; the message names the nearest ones.
    """
    if name not in _tools:
        module = _modules().get(name.lower())
        if module is not None:
            importlib.import_module(module)
    if name not in _tools:
        near = get_close_matches(name.upper(), [m.upper() for m in _command_names()], n=1, cutoff=0.5)
        hint = f"; did you mean `{near[0]}`?" if near else "; `havoc tools` lists them"
        raise CommandError(f"no command `{name}`{hint}")
    return _tools[name]


def all_tools() -> dict[str, Tool]:
    """Every registered tool by command, ordered by family and then by name."""
    for module in _modules().values():
        importlib.import_module(module)
    ordered = sorted(_tools.values(), key=lambda t: (FAMILIES.index(t.family), t.name))
    return {entry.name: entry for entry in ordered}


@cache
def _modules() -> dict[str, str]:
    root = Path(__file__).parent
    found = {}
    for family in FAMILIES:
        for module in pkgutil.iter_modules([str(root / family)]):
            found[module.name] = f"havoc_pipeline.tools.{family}.{module.name}"
    return found


def _command_names() -> list[str]:
    return list(all_tools())


def _tool_of(
    function: Callable[..., Result],
    name: str,
    family: str,
    transforms: tuple[str, ...],
    needs_table: bool,
) -> Tool:
    if family not in FAMILIES:
        raise ValueError(f"family {family!r} of {name} is not one of {FAMILIES}")
    sections = _sections(inspect.getdoc(function) or "")
    hints = typing.get_type_hints(function)
    signature = list(inspect.signature(function).parameters.values())[1 if needs_table else 0 :]
    docs = _parameter_docs(sections.get("Parameters", ""))
    parameters = {p.name: _parameter(p, hints[p.name], docs.get(p.name, "")) for p in signature}
    undocumented = [p.name for p in parameters.values() if not p.doc]
    words = tuple(line.strip() for line in sections.get("In words", "").split("\n") if line.strip())
    if undocumented or not words or not sections.get("Example"):
        raise ValueError(f"{name} lacks docstring entries: {undocumented or 'In words, Example'}")
    return Tool(
        name, family, function, sections["Summary"].split("\n")[0], sections["Example"].strip(), words, parameters,
        transforms, needs_table,
    )  # fmt: skip


def _sections(doc: str) -> dict[str, str]:
    found, title, lines = {}, "Summary", list[str]()
    rows = doc.split("\n")
    for row, after in zip(rows, [*rows[1:], ""], strict=True):
        if set(after.strip()) == {"-"} and row.strip():
            found[title] = "\n".join(lines).strip()
            title, lines = row.strip(), []
        elif not (set(row.strip()) == {"-"} and not lines):
            lines.append(row)
    found[title] = "\n".join(lines).strip()
    return found


def _parameter_docs(section: str) -> dict[str, str]:
    docs: dict[str, str] = {}
    current: list[str] = []
    for row in section.split("\n"):
        if row and not row.startswith(" "):
            current = [entry.strip() for entry in row.split(":")[0].split(",")]
        for entry in current if row.startswith(" ") else ():
            docs[entry] = f"{docs.get(entry, '')} {row.strip()}".strip()
    return docs


def _parameter(raw: inspect.Parameter, hint: Any, doc: str) -> Parameter:
    options = [o for o in _options(hint) if o is not type(None)]
    listed = [o for o in options if typing.get_origin(o) is list]
    inner = [o for o in options if o not in listed]
    inner += [i for o in listed for i in _options(typing.get_args(o)[0])]
    words = tuple(str(w) for o in inner if typing.get_origin(o) is Literal for w in typing.get_args(o))
    samples = tuple(dict.fromkeys(o for o in inner if inspect.isclass(o) and issubclass(o, Sample)))
    kinds = tuple(dict.fromkeys(_kind(o) for o in inner))
    wide = any(sample.__name__ == "Wide" for sample in samples)
    required = raw.default is inspect.Parameter.empty
    default = None if required else raw.default
    return Parameter(raw.name, kinds, samples, words, bool(listed) or wide, required, default, doc)


def _options(hint: Any) -> tuple[Any, ...]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return typing.get_args(hint)
    return (hint,)


def _kind(option: Any) -> ValueKind:
    named: dict[Any, ValueKind] = {
        Alpha: "alpha", Level: "level", bool: "flag", int: "integer", float: "number", str: "text"
    }  # fmt: skip
    if typing.get_origin(option) is Literal:
        return "word"
    if inspect.isclass(option) and issubclass(option, Sample):
        return "column"
    if option not in named:
        raise TypeError(f"a tool parameter cannot be annotated with {option!r}")
    return named[option]


def _json_type(parameter: Parameter) -> dict[str, Any]:
    types_ = {"number": "number", "alpha": "number", "integer": "integer", "flag": "boolean"}
    forms = list[dict[str, Any]]()
    for kind in parameter.kinds:
        words = {"enum": list(parameter.words)} if kind == "word" else {}
        form = {"type": types_.get(kind, "string")} | words
        forms += [form] if form not in forms else []
    forms += [{"type": "array", "items": form, "minItems": 1} for form in forms] if parameter.many else []
    shape = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return shape | {"description": parameter.doc}
