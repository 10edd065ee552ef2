"""The grammar of the command language, generated from the registry.

`grammar_text(tools)` is Lark's notation: one rule a command, one alternative a parameter, typed
values. `docs/havoc.lark` is this text for all tools; a test keeps it current. The parser builds the
grammar of just the commands that a text names, so that a hundred tools cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from havoc_pipeline.tools.registry import Parameter, Tool

VALUES = r"""
column: name | result_column | "(" expression ")"
columns: "[" column ("," column)* "]"
name: NAME | QUOTED
result_column: RESULT
number: "-"? NUMBER
numbers: "[" number ("," number)* "]"
text: QUOTED
texts: "[" QUOTED ("," QUOTED)* "]"
level: NAME | QUOTED | "-"? NUMBER
flag: TRUE | FALSE

?expression: product | expression "+" product -> add | expression "-" product -> subtract
?product: power | product "*" power -> multiply | product "/" power -> divide
?power: atom | atom "^" power -> raise_to
?atom: name | result_column | NUMBER -> constant | "-" atom -> negate | "(" expression ")"
     | FUNCTION "(" expression ("," expression)* ")" -> apply
     | FUNCTION "(" columns ")" -> apply_to_list

conditions: condition ("and" condition)*
condition: name OPERATOR literal | name "in" "[" literal ("," literal)* "]" -> membership
literal: QUOTED | DATE | "-"? NUMBER | NAME

common: "where" "=" "(" conditions ")" -> where | "by" "=" name -> by
rescale: "transform" "=" TRANSFORM
alpha: ALPHA | "alpha" "=" NUMBER

TRANSFORM: "log10" | "log" | "sqrt" | "box_cox"
ALPHA.4: /ALPHA_0_[0-9]+/
TRUE: "true"
FALSE: "false"
OPERATOR: "==" | "!=" | "<=" | ">=" | "<" | ">"
FUNCTION.3: /(log10|log|sqrt|exp|abs|mean|min|max|sum|range|sd)(?=\s*\()/
DATE.3: /[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?/
RESULT.2: /r[0-9]+\.[a-z_]+/
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
NAME: /[^\W\d][\w.]*/
QUOTED: /"(\\.|[^"\\\n])*"/
COMMENT: /#[^\n]*/
%ignore /[ \t\r\n]+/
%ignore COMMENT
"""


def grammar_text(tools: Iterable[Tool]) -> str:
    """Lark grammar (LALR) of a plan over `tools`.

    Parameters
    ----------
    tools : iterable of Tool
        Commands that the grammar knows.

    Returns
    -------
    str
        Grammar whose start symbol is `plan`.
    """
    tools = list(tools)
    heads = [rule_name(tool) for tool in tools] + ["refusal"]
    lines = ["// Generated from the registry of tools; do not edit.", 'plan: step (";" step)* ";"?']
    lines += [f"?step: {' | '.join(heads)}", 'refusal: "REFUSE" "reason" "=" REASON', _REASONS]
    for tool in tools:
        lines += _rules(tool)
    return "\n".join(lines) + "\n" + VALUES


_REASONS = 'REASON: "missing_column" | "ambiguous" | "off_topic" | "unsupported" | "impossible"'


def rule_name(tool: Tool) -> str:
    """Name of the grammar rule of a command."""
    return f"command_{tool.name.lower()}"


def _rules(tool: Tool) -> list[str]:
    parts = [f"{rule_name(tool)}_{p.name}" for p in tool.parameters.values() if p.kinds != ("alpha",)]
    common = (["common"] if tool.needs_table else []) + ["rescale"] * bool(tool.transforms)
    common += ["alpha"] * tool.has_alpha
    head = f'{rule_name(tool)}: "{tool.name}" ({" | ".join(parts + common)})*'
    return [head] + [r for p in tool.parameters.values() if p.kinds != ("alpha",) for r in _parameter(tool, p)]


def _parameter(tool: Tool, parameter: Parameter) -> list[str]:
    rule = f"{rule_name(tool)}_{parameter.name}"
    values = list(dict.fromkeys(v for kind in parameter.kinds for v in _values(parameter, kind, rule)))
    rules = [f'{rule}: "{parameter.name}" "=" ({" | ".join(values)}) -> argument__{parameter.name}']
    if parameter.words:
        rules.append(f"{rule.upper()}.2: " + " | ".join(f'"{word}"' for word in parameter.words))
    return rules


def _values(parameter: Parameter, kind: str, rule: str) -> list[str]:
    single, many = {
        "column": ("column", "columns"), "number": ("number", "numbers"), "integer": ("number", "numbers"),
        "text": ("text", "texts"), "level": ("level", "level"), "flag": ("flag", "flag"),
        "word": (rule.upper(), rule.upper()), "alpha": ("number", "number"),
    }[kind]  # fmt: skip
    return [single] + [many] * parameter.many
