"""The grammar that constrains a text model: commands over one table's own headers and levels.

The text form of `lm/plan_grammar.py`, from the same registry: each column terminal is one of the
headers that fit the parameter, each number one that the question names. Written in the part of
Lark's notation that llguidance and xgrammar read alike: rules and strings, no regular expressions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from havoc_pipeline.dsl.check import qualifying
from havoc_pipeline.dsl.command import ALPHA_WORDS, quote
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import Parameter, Tool
from havoc_pipeline.tools.samples import Factor, Numeric, Order

MOST_LEVELS, MOST_LISTED = 40, 8
REASONS = ("missing_column", "ambiguous", "off_topic", "unsupported", "impossible")
FUNCTIONS = ("mean", "range", "sum", "min", "max", "sd", "log", "sqrt", "log10", "exp", "abs")
TRANSFORMS = ("log", "log10", "sqrt", "box_cox")
_UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class Literals:
    """What the question itself names, as the DSL writes it: a model never makes up a number."""

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Quoted texts, and bracketed lists of them."""


def decoding_grammar(tools: Iterable[Tool], table: Table | None, literals: Literals) -> str:
    """Lark grammar of every plan of one or two commands over the table, in text.

    Parameters
    ----------
    tools : iterable of Tool
        Commands on offer.
    table : Table or None
        Its headers and levels are the terminals; commands that need a table are left out without.
    literals : Literals
        Numbers, dates and texts of the question.

    Returns
    -------
    str
        Grammar whose start symbol is `start`; every sentence of it parses, and names columns that
        exist and qualify.
    """
    return _Builder(table, literals).grammar(list(tools))


class _Builder:
    def __init__(self, table: Table | None, literals: Literals) -> None:
        self._table, self._literals = table, literals
        self._rules: dict[str, str] = {}

    def grammar(self, tools: list[Tool]) -> str:
        heads = [head for tool in tools if (head := self._tool(tool))]
        plan = ['step ( " ; " step )?'] if heads else []
        self._rules["refusal"] = f'"REFUSE reason=" ( {_any(REASONS)} )'
        if heads:
            self._rules["step"] = " | ".join(heads)
        lines = ["start: " + " | ".join([*plan, "refusal"])]
        return "\n".join(lines + [f"{name}: {body}" for name, body in self._rules.items()]) + "\n"

    def _tool(self, tool: Tool) -> str | None:
        """Rule of a command over this table, or None when a required parameter cannot be filled."""
        if tool.needs_table and self._table is None:
            return None
        parts = [_string(tool.name)]
        for parameter in tool.parameters.values():
            if parameter.kinds == ("alpha",):
                continue
            value = self._value(parameter)
            if value is None and parameter.required:
                return None
            if value is not None:
                part = f"{_string(f' {parameter.name}=')} ( {value} )"
                parts.append(part if parameter.required else f"( {part} )?")
        parts += self._common(tool)
        name = f"c_{tool.name.lower()}"
        self._rules[name] = " ".join(parts)
        return name

    def _common(self, tool: Tool) -> list[str]:
        parts = []
        if tool.needs_table and self._where():
            parts.append('( " where=(" condition ( " and " condition )? ")" )?')
        factors = self._headers((Factor,))
        if tool.needs_table and factors:
            parts.append(f'( " by=" {factors} )?')
        if tool.transforms:
            parts.append(f'( " transform=" ( {_any(TRANSFORMS)} ) )?')
        if tool.has_alpha:
            parts.append(f'( " " ( {_any(ALPHA_WORDS.values())} ) )?')
        return parts

    def _value(self, parameter: Parameter) -> str | None:
        options = [o for kind in parameter.kinds if (o := self._option(parameter, kind))]
        return " | ".join(dict.fromkeys(options)) or None

    def _option(self, parameter: Parameter, kind: str) -> str | None:
        if kind == "column":
            return self._columns(parameter)
        if kind == "word":
            return _any(parameter.words)
        if kind == "level":
            return self._levels()
        if kind == "flag":
            return _string("true")
        if kind == "text":
            return _any(text for text in self._literals.texts if parameter.many or not text.startswith("["))
        return self._numbers(parameter)

    def _numbers(self, parameter: Parameter) -> str | None:
        whole = "number" not in parameter.kinds
        single = _any(n for n in self._literals.numbers if n.isdigit() or not whole)
        if not single or not parameter.many:
            return single
        name = "whole" if whole else "number"
        self._rules.setdefault(name, single)
        return f"{name} | {_listed(name, MOST_LISTED)}"

    def _headers(self, samples: tuple[type, ...]) -> str | None:
        """Name of the rule of all headers that one of the column types accepts."""
        fitting = qualifying(samples, self._table)
        if not fitting:
            return None
        name = "h_" + "_".join(sorted(sample.__name__.lower() for sample in samples))
        self._rules.setdefault(name, _any(map(quote, fitting)) or "")
        return name

    def _columns(self, parameter: Parameter) -> str | None:
        single = self._headers(parameter.samples)
        options = [single] if single else []
        if parameter.many and single:
            options.append(_listed(single, len(qualifying(parameter.samples, self._table))))
        if any(sample.__name__ in ("Numeric", "Wide") for sample in parameter.samples) and self._derived():
            options.append("derived")
        return " | ".join(options) or None

    def _derived(self) -> bool:
        numeric = self._headers((Numeric,))
        if numeric and "derived" not in self._rules:
            signs = _any((" + ", " - ", " * ", " / "))
            inside = f'{numeric} ( {signs} ) {numeric} | ( {_any(FUNCTIONS)} ) "(" {numeric} ( ", " {numeric} )? ")"'
            self._rules["derived"] = f'"(" ( {inside} ) ")"'
        return numeric is not None

    def _levels(self) -> str | None:
        columns = self._factor_levels()
        if columns:
            self._rules.setdefault(
                "level", _any(dict.fromkeys(quote(v) for levels in columns.values() for v in levels)) or ""
            )
        return "level" if columns else None

    def _factor_levels(self) -> dict[str, tuple[str, ...]]:
        columns = self._table.columns if self._table is not None else ()
        return {c.header: c.levels for c in columns if Factor.accepts(c) and c.distinct <= MOST_LEVELS}

    def _where(self) -> bool:
        """Whether a row filter can be written; a level only stands against the column that has it."""
        conditions = []
        for header, levels in self._factor_levels().items():
            one = f"( {_any(map(quote, levels))} )"
            conditions.append(f"{_string(quote(header))} ( {_any((' == ', ' != '))} ) {one}")
            conditions.append(f'{_string(quote(header))} " in " {_listed(one, len(levels))}')
        compare = _any((" == ", " != ", " < ", " <= ", " > ", " >= "))
        for sample, literals in ((Numeric, self._literals.numbers), (Order, self._literals.dates)):
            headers = self._headers((sample,)) if literals else None
            conditions += [f"{headers} ( {compare} ) ( {_any(literals)} )"] if headers else []
        if conditions:
            self._rules.setdefault("condition", " | ".join(conditions))
        return bool(conditions)


def _listed(entry: str, most: int) -> str:
    """A bracketed list of at least one entry, bounded, since a weak model would go on for ever."""
    return f'"[" {entry} ' + f'( ", " {entry} )? ' * (min(most, MOST_LISTED) - 1) + '"]"'


def _string(text: str) -> str:
    """A terminal; JSON lets some control characters stand that a grammar's reader refuses."""
    return _UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _any(texts: Iterable[str]) -> str | None:
    """Alternatives of these texts, or None when there is none."""
    return " | ".join(_string(text) for text in texts) or None
