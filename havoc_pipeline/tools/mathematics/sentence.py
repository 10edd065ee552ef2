"""The sentence that says what SOLVE found."""

from __future__ import annotations

from havoc_pipeline.tools.mathematics.solutions import Found, Solution
from havoc_pipeline.tools.mathematics.tree import Equation, write

MOST_SHOWN = 6
LONGEST_ASKED = 160


def sentence(equations: tuple[Equation, ...], names: tuple[str, ...], found: Found) -> str:
    """The solutions of the equations in words; all digits come from them."""
    asked = " and ".join(write(tree) for tree in equations)
    asked = asked if len(asked) <= LONGEST_ASKED else f"{asked[: LONGEST_ASKED - 3]}…"
    if found.kind == "all":
        return f"{asked} holds for every {' and '.join(names)} for which both sides are defined."
    if not found.solutions:
        searched = "No solution was found for" if found.numeric else "There is no solution of"
        return f"{searched} {asked}."
    real = [s for s in found.solutions if s.is_real or s.is_formula]
    lead = f"The solution{'s' * (len(found.solutions) > 1)} of {asked} {'are' if len(found.solutions) > 1 else 'is'} "
    if not real:
        lead = f"{asked} has no real solution; the complex ones are "
    shown = [_shown(s) for s in found.solutions[:MOST_SHOWN]]
    more = f" and {len(found.solutions) - MOST_SHOWN} more" if len(found.solutions) > MOST_SHOWN else ""
    free = [n for n in names if len(equations) > 1 and n not in found.solutions[0].values]
    ending = f", for every {' and '.join(free)} for which both sides are defined" if free else ""
    return f"{lead}{'; '.join(shown)}{more}{' (numeric)' if found.numeric else ''}{ending}."


def _shown(solution: Solution) -> str:
    point = ", ".join(f"{name} = {value.shown}" for name, value in solution.values.items())
    times = {2: " (double)", 3: " (triple)"}.get(solution.multiplicity, "")
    if solution.multiplicity > 3:
        times = f" ({solution.multiplicity}-fold)"
    return point + times
