"""The symbols of HAVOC's vocabulary that are no words: pointers, marks, and the command language.

Each is one token. The command language's come from the registry, so a new tool brings its own.
"""

from __future__ import annotations

from havoc_pipeline.linking.mentions import ROLES
from havoc_pipeline.lm.pointers import MOST_COLUMNS, MOST_LEVELS, MOST_NUMBERS, MOST_OTHERS
from havoc_pipeline.lm.reading import KINDS, PARTS, SIZES
from havoc_pipeline.tools.registry import FAMILIES, all_tools

PAD, END = "<pad>", "<end>"
TASKS = ("<plan>", "<mode>", "<argue>", "<arbiter>", "<answer>")
MARKS = (
    "<profile>",
    "<cmd>",
    "<none>",
    "<e>",
    "<or>",
    "<lost>",
    "<eq>",
    "<unit>",
    "<small>",
    "<a01>",
    "<a05>",
    "<a10>",
)
OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "in", "and")
PUNCTUATION = ("[", "]", "(", ")", ",", ";", "+", "-", "*", "/", "^")
ACROSS = ("mean", "range", "sum", "min", "max", "sd")
"""Functions of several columns of one row, as of a wide block."""
OF_ONE = ("log", "sqrt", "log10", "exp", "abs")
FUNCTIONS = (*ACROSS, *OF_ONE)
REASONS = ("missing_column", "ambiguous", "off_topic", "unsupported", "impossible")
COMMON = ("where=", "by=", "transform=", "reason=", "REFUSE")
ALPHA_SYMBOLS = ("ALPHA_0_01", "ALPHA_0_05", "ALPHA_0_10")
TRANSFORMS = ("log", "log10", "sqrt", "box_cox")
LEVELS = ("low", "medium", "high")
STATUSES = ("pass", "warn", "fail", "note")
VERDICTS = ("stands", "weakened", "falls")
DECISIONS = ("supported", "not_supported", "inconclusive", "informative")


def pointers() -> list[str]:
    """Every pointer, in order."""
    many = {"C": MOST_COLUMNS, "L": MOST_LEVELS, "N": MOST_NUMBERS, "D": MOST_OTHERS, "F": MOST_OTHERS,
            "X": MOST_OTHERS, "K": 16}  # fmt: skip
    return [f"<{letter}{i}>" for letter, count in many.items() for i in range(1, count + 1)]


def command_symbols() -> list[str]:
    """Commands, parameters and words of every registered tool."""
    tools = all_tools().values()
    names = [tool.name for tool in tools]
    parameters = [f"{p}=" for tool in tools for p in tool.parameters if p != "alpha"]
    words = [word for tool in tools for p in tool.parameters.values() for word in p.words]
    return [*names, *parameters, *words, "true"]


def all_symbols() -> list[str]:
    """Every symbol once, in a fixed order."""
    marks = [
        PAD,
        END,
        *TASKS,
        *MARKS,
        *(f"<s{i}>" for i in range(5)),
        *(f"<{x}>" for x in (*PARTS, *SIZES, *KINDS, *ROLES)),
    ]
    stages = [*(f"<{x}>" for x in (*FAMILIES, *LEVELS, *STATUSES, *VERDICTS, *DECISIONS)), "<pro>", "<con>", "<check>"]
    language = [
        *command_symbols(),
        *COMMON,
        *ALPHA_SYMBOLS,
        *TRANSFORMS,
        *OPERATORS,
        *PUNCTUATION,
        *FUNCTIONS,
        *REASONS,
    ]
    return list(dict.fromkeys([*marks, *pointers(), *stages, *language]))
