"""The grammar of a plan in pointers, over one question's own columns, for constrained decoding.

It is the DSL's grammar with every column terminal replaced by the pointers that fit the parameter,
generated from the same registry: what comes out always parses, and names columns that exist and
qualify. Written in the Lark notation that llguidance reads, over token numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from havoc_pipeline.lm.reading import Reading
from havoc_pipeline.lm.symbols import ACROSS, ALPHA_SYMBOLS, END, OF_ONE, REASONS, TRANSFORMS
from havoc_pipeline.tools.registry import Parameter, Tool
from havoc_pipeline.tools.samples import Factor, TwoLevel

MOST_STEPS, MOST_LISTED = 2, 8
ARITHMETIC = ("+", "-", "*", "/")
GROUPS = frozenset({Factor, TwoLevel})
"""Types of the column whose levels a parameter may name."""


def plan_grammar(tools: Iterable[Tool], reading: Reading, ids: Mapping[str, int]) -> str:
    """Grammar of every plan that fits the reading, over token numbers.

    Parameters
    ----------
    tools : iterable of Tool
        Commands on offer; those without a word in the vocabulary are left out.
    reading : Reading
        Its pointers are the terminals.
    ids : mapping of str to int
        Token number of each symbol.

    Returns
    -------
    str
        Grammar whose start symbol is `start` and whose every sentence ends with `<end>`.
    """
    return _Builder(reading, ids).grammar(list(tools))


class _Builder:
    def __init__(self, reading: Reading, ids: Mapping[str, int]) -> None:
        self._reading, self._ids = reading, ids
        self._rules: dict[str, str] = {}
        self._fits = {pointer: column.fits | self._as_two(pointer) for pointer, column in reading.columns.items()}

    def grammar(self, tools: list[Tool]) -> str:
        heads = [head for tool in tools if (head := self._tool(tool))]
        self._rules["refusal"] = f"{self._id('REFUSE')} {self._id('reason=')} {self._any(REASONS)}"
        steps = f"step ({self._id(';')} step)?" if heads else ""
        if heads:
            self._rules["step"] = " | ".join(heads)
        start = " | ".join(filter(None, [steps, "refusal"]))
        lines = [f"start: ( {start} ) {self._id(END)}"]
        return "\n".join(lines + [f"{name}: {body}" for name, body in self._rules.items()])

    def _id(self, symbol: str) -> str:
        return f"<[{self._ids[symbol]}]>"

    def _any(self, symbols: Iterable[str]) -> str:
        known = sorted({self._ids[s] for s in symbols if s in self._ids})
        return f"<[{','.join(map(str, known))}]>" if known else ""

    def _tool(self, tool: Tool) -> str | None:
        """Rule of a command over this reading, or None when a required parameter cannot be filled."""
        if tool.name not in self._ids or (tool.needs_table and not self._reading.columns):
            return None
        parts = dict[str, str]()
        for parameter in tool.parameters.values():
            value = self._value(tool, parameter)
            if parameter.kinds == ("alpha",):
                continue
            if value is None and parameter.required:
                return None
            if value is not None:
                part = f"{self._id(parameter.name + '=')} {value}"
                parts[parameter.name] = part if parameter.required else f"( {part} )?"
        sequence = [self._id(tool.name), *self._with_levels(tool, parts), *self._common(tool)]
        name = f"c_{tool.name.lower()}"
        self._rules[name] = " ".join(sequence)
        return name

    def _with_levels(self, tool: Tool, parts: dict[str, str]) -> list[str]:
        """The parameters in order; a level only after the group that has it."""
        level = next((p.name for p in tool.parameters.values() if "level" in p.kinds), "")
        group = next((p.name for p in tool.parameters.values() if not p.many and set(p.samples) & GROUPS), "")
        names = list(parts)
        if group not in parts or level not in tool.parameters:
            return [parts[name] for name in names if name != level]
        first = names.index(group)
        last = names.index(level) if level in names else first
        between = [parts[name] for name in names[first + 1 : last]]
        options = [" ".join([f"{self._id(group + '=')} {self._id(pointer)}", *between, self._own_level(level, pointer)])
                   for pointer in self._fitting(frozenset(s.__name__ for s in tool.parameters[group].samples))]  # fmt: skip
        if not tool.parameters[group].required:
            options.append(" ".join(between))
        grouped = f"( {' | '.join(option for option in options if option)} )" + ("" if all(options) else "?")
        return [*(parts[name] for name in names[:first]), grouped, *(parts[name] for name in names[last + 1 :])]

    def _own_level(self, parameter: str, pointer: str) -> str:
        levels = self._levels_of(pointer)
        return f"( {self._id(parameter + '=')} {levels} )?" if levels else ""

    def _levels_of(self, pointer: str) -> str:
        header = self._reading.columns[pointer].headers[0]
        return self._any(p for p, (owner, _) in self._reading.levels.items() if owner == header)

    def _common(self, tool: Tool) -> list[str]:
        parts = []
        where, factors = self._where(), self._pointers(frozenset({"Factor"}))
        if tool.needs_table and where:
            parts.append(f"( {self._id('where=')} {where} )?")
        if tool.needs_table and factors:
            parts.append(f"( {self._id('by=')} {factors} )?")
        if tool.transforms:
            parts.append(f"( {self._id('transform=')} {self._any(TRANSFORMS)} )?")
        if tool.has_alpha:
            parts.append(f"( {self._any(ALPHA_SYMBOLS)} )?")
        return parts

    def _value(self, tool: Tool, parameter: Parameter) -> str | None:
        if parameter.name + "=" not in self._ids:
            return None
        options = [o for kind in parameter.kinds if (o := self._option(parameter, kind))]
        return f"( {' | '.join(dict.fromkeys(options))} )" if options else None

    def _option(self, parameter: Parameter, kind: str) -> str | None:
        if kind == "column":
            return self._columns(parameter)
        if kind == "word":
            return self._any(parameter.words) or None
        if kind == "level":
            return self._any(self._reading.levels) or None  # Narrowed to the group's own by `_with_levels`.
        if kind == "flag":
            return self._id("true")
        letters = "FX" if kind == "text" else "N" if kind in ("number", "integer") else ""
        fitting = (p for p in self._reading.literals if p[1] in letters)
        return self._any(p for p in fitting if parameter.many or not self._reading.literals[p].startswith("[")) or None

    def _pointers(self, fits: frozenset[str]) -> str:
        return self._any(self._fitting(fits))

    def _fitting(self, fits: frozenset[str]) -> list[str]:
        return [pointer for pointer, fitting in self._fits.items() if fitting & fits]

    def _as_two(self, pointer: str) -> frozenset[str]:
        """A factor of which the question names a level, and a filter can name two, may stand for a two-level column."""
        column = self._reading.columns[pointer]
        own = [p for p, (owner, _) in self._reading.levels.items() if owner == column.headers[0]]
        named = len(own) >= 2 and any(p in self._reading.spans for p in own)
        return frozenset({"TwoLevel"} if "Factor" in column.fits and named else ())

    def _columns(self, parameter: Parameter) -> str | None:
        """Pointers, lists of them and derived columns that the parameter takes."""
        kinds = frozenset(sample.__name__ for sample in parameter.samples)
        single = self._pointers(kinds | ({"Wide"} if parameter.many else frozenset()))
        listed = self._pointers(kinds - {"Wide"})
        options = [single] if single else []
        if parameter.many and listed:
            comma = self._id(",")
            options.append(f"{self._id('[')} {listed} ( {comma} {listed} ){{1,{MOST_LISTED - 1}}} {self._id(']')}")
        if kinds & {"Numeric", "Wide"} and self._derived():
            options.append("derived")
        return f"( {' | '.join(options)} )" if options else None

    def _derived(self) -> bool:
        numeric, blocks = self._pointers(frozenset({"Numeric"})), self._pointers(frozenset({"Wide"}))
        bodies = [f"{numeric} {self._any(ARITHMETIC)} {numeric}"] if numeric else []
        opened, closed = self._id("("), self._id(")")
        bodies += [f"{self._any(OF_ONE)} {opened} {numeric} {closed}"] if numeric else []
        bodies += [f"{self._any(ACROSS)} {opened} {blocks} {closed}"] if blocks else []
        if bodies and "derived" not in self._rules:
            self._rules["derived"] = f"{self._id('(')} ( {' | '.join(bodies)} ) {self._id(')')}"
        return bool(bodies)

    def _where(self) -> str | None:
        """`( column op literal and … )`; a level only against the column that has it."""
        conditions = []
        for pointer, column in self._reading.columns.items():
            levels = self._levels_of(pointer)
            if levels and len(column.headers) == 1:
                comma = self._id(",")
                conditions.append(f"{self._id(pointer)} {self._any(('==', '!='))} {levels}")
                conditions.append(f"{self._id(pointer)} {self._id('in')} {self._id('[')} {levels} "
                                  f"( {comma} {levels} ){{0,{MOST_LISTED - 1}}} {self._id(']')}")  # fmt: skip
        compare = self._any(("<", "<=", ">", ">=", "==", "!="))
        numbers, dates = (self._any(p for p in self._reading.literals if p[1] == letter) for letter in "ND")
        for fits, literal in (("Numeric", numbers), ("Order", dates)):
            columns = self._pointers(frozenset({fits}))
            conditions += [f"{columns} {compare} {literal}"] if columns and literal else []
        if not conditions:
            return None
        if "where" not in self._rules:
            self._rules["condition"] = " | ".join(conditions)
            self._rules["where"] = f"{self._id('(')} condition ( {self._id('and')} condition )? {self._id(')')}"
        return "where"
