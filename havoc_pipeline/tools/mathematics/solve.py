"""SOLVE: one equation or a system, exactly where that is possible, every solution put back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.algebra.desk import Unanswered, desk
from havoc_pipeline.tools.mathematics.arithmetic import evaluate
from havoc_pipeline.tools.mathematics.domain import restrictions
from havoc_pipeline.tools.mathematics.newton import system_roots
from havoc_pipeline.tools.mathematics.parser import parse_equation
from havoc_pipeline.tools.mathematics.places import as_double
from havoc_pipeline.tools.mathematics.reading import notes_on_reading
from havoc_pipeline.tools.mathematics.roots import DENSE, REACH, Root, real_roots
from havoc_pipeline.tools.mathematics.sentence import MOST_SHOWN, sentence
from havoc_pipeline.tools.mathematics.solutions import (
    Coordinate,
    Found,
    Solution,
    Solved,
    coordinate,
    table_of,
    values_of,
)
from havoc_pipeline.tools.mathematics.tree import Equation, Power, variables, walk, write
from havoc_pipeline.tools.registry import Level, tool
from havoc_pipeline.tools.result import Finding

REFERENCES = (
    "Meurer et al. (2017), SymPy: symbolic computing in Python, PeerJ Comput. Sci. 3:e103",
    "Brent (1973), Algorithms for Minimization without Derivatives (numeric roots)",
)
CONVENTIONS = {
    "numbers": "decimals are exact fractions", "solutions": "real ones first, then complex ones",
    "log": "natural logarithm", "angles": "radians",
}  # fmt: skip
MOST_EQUATIONS = 10
MOST_EXPONENT = 1_000
SECONDS = 8.0


@tool("SOLVE", family="mathematics", needs_table=False)
def solve(equation: list[str], variable: Level | None = None) -> Solved:
    """Solve an equation or a system of equations; every solution is put back into them.

    Parameters
    ----------
    equation : text or list of texts
        Such as `x^2 - 5*x + 6 = 0`; an expression without `=` is set equal to zero.
    variable : name
        Unknown of a single equation; the only one, or `x`, when left out.

    Returns
    -------
    Solved

    Raises
    ------
    ExpressionError
        When an equation does not parse, or there are too many.

    References
    ----------
    Meurer et al. (2017), PeerJ Computer Science 3:e103; Brent (1973), ch. 4 and 5.

    In words
    --------
    Solve {equation}

    Example
    -------
    SOLVE equation="x^2 - 5*x + 6 = 0" variable=x
    """
    if not 1 <= len(equation) <= MOST_EQUATIONS:
        raise ExpressionError(
            f"{len(equation)} equations are given; the limit is {MOST_EQUATIONS}: solve a part of them first"
        )
    equations = tuple(parse_equation(text) for text in equation)
    for tree in equations:
        _check_size(tree)
    names = tuple(dict.fromkeys(n for tree in equations for n in variables(tree)))
    if not names:
        raise ExpressionError(
            f"`{write(equations[0])[:60]}` has no unknown; write one such as `x^2 = 4`, or use EVALUATE"
        )
    if len(equations) == 1:
        return _one(equations[0], _unknown(names, variable), equation[0])
    return _several(equations, names, variable)


def _check_size(tree: Equation) -> None:
    """Work out every part without variables once, so that hostile powers are refused here."""
    for node in walk(tree):
        if isinstance(node, Power) and variables(node.base) and not variables(node.exponent):
            _check_exponent(node)
        if not variables(node):
            try:
                evaluate(node)
            except ArithmeticError:
                continue


def _check_exponent(node: Power) -> None:
    exponent = as_double(node.exponent)
    if abs(exponent) > MOST_EXPONENT:
        raise ExpressionError(
            f"the exponent of `{write(node)[:60]}` is {exponent:g}; the limit is {MOST_EXPONENT}: take a root first"
        )


def _unknown(names: tuple[str, ...], given: str | None) -> str:
    if given is not None and given not in names:
        raise ExpressionError(f"the equation has no variable `{given}`; it has {', '.join(names)}")
    if given is not None:
        return given
    if len(names) > 1 and "x" not in names:
        raise ExpressionError(
            f"the equation has {len(names)} variables ({', '.join(names[:8])}); say which to solve for with variable="
        )
    return "x" if "x" in names else names[0]


def _one(tree: Equation, name: str, text: str) -> Solved:
    only = variables(tree) == (name,)
    try:
        reply = desk().ask("solve", seconds=SECONDS, equation=write(tree), variable=name)
    except Unanswered:
        reply = {"kind": "open", "solutions": []}
    found = _numeric(tree, name) if reply["kind"] == "open" else _exact(reply, name)
    if reply["kind"] == "open" and not only:
        raise ExpressionError(
            f"`{write(tree)[:60]}` cannot be solved for {name} in closed form; put numbers in place of "
            f"{', '.join(v for v in variables(tree) if v != name)}"
        )
    if only and not found.numeric and not reply.get("period") and found.kind in ("some", "none"):
        found = _with_missed(tree, name, found)
    notes = notes_on_reading(tree, write(tree))
    if "=" not in text:
        notes.append(Finding("reading", "note", f"no equals sign is given: `{text[:60]}` is set equal to zero"))
    return _result((tree,), (name,), found, notes)


def _exact(reply: Mapping[str, Any], name: str) -> Found:
    """The worker's solutions with what became of the dropped ones."""
    kept = tuple(
        Solution({name: coordinate(entry)}, float(entry["residual"]), int(entry["multiplicity"]))
        for entry in reply["solutions"]
    )
    findings = [_dropped(name, entry) for entry in reply.get("dropped", ())]
    period = reply.get("period")
    if period and kept:
        findings.append(Finding("periodicity", "note", f"the solutions repeat: add any whole multiple of {period}"))
    return Found(str(reply["kind"]), kept, tuple(findings))


def _dropped(name: str, entry: Mapping[str, Any]) -> Finding:
    shown = coordinate(entry).shown
    return Finding("dropped candidate", "note", f"{name} = {shown} is no solution: {entry['reason']}")


def _numeric(tree: Equation, name: str) -> Found:
    """Roots by bracketing, where there is no closed form."""
    if variables(tree) != (name,):
        return Found("none", (), numeric=True)
    roots = real_roots(tree, name)
    kept = tuple(Solution({name: _rounded(r.value)}, r.residual) for r in roots)
    note = Finding(
        "closed form", "note" if kept else "warn",
        f"no closed form was found; real solutions between {-REACH:z,.0f} and {REACH:z,.0f} were searched for on a grid "
        f"(finest within {DENSE:g} of zero)",
        reference=REFERENCES[1], mend="a solution outside that range, or two very close ones, may be missed",
    )  # fmt: skip
    return Found("some" if kept else "none", kept, (note,), numeric=True)


def _rounded(value: float) -> Coordinate:
    return Coordinate(None, f"{value:.15g}" if abs(value) > 1e-14 else "0", value)


def _with_missed(tree: Equation, name: str, found: Found) -> Found:
    """Add real roots that a numeric search finds and the closed form lacks."""
    known = [s.values[name].real for s in found.solutions if s.is_real]
    missed = [root for root in real_roots(tree, name) if _is_new(root, known)]
    if not missed:
        return found
    added = tuple(Solution({name: _rounded(r.value)}, r.residual) for r in missed)
    shown = ", ".join(s.values[name].decimal for s in added[:MOST_SHOWN])
    note = Finding(
        "closed form", "note", f"a numeric search found further solutions that the closed form lacks: {name} = {shown}"
    )
    merged = sorted([*found.solutions, *added], key=lambda s: (not s.is_real, s.values[name].real))
    return Found("some", tuple(merged), (*found.findings, note))


def _is_new(root: Root, known: list[float]) -> bool:
    """Whether a numeric root is good and lies apart from those that are known."""
    good = root.residual <= 1e-10 * max(1.0, abs(root.value))
    return good and all(abs(root.value - k) > 1e-5 * max(1.0, abs(k)) for k in known)


def _several(equations: tuple[Equation, ...], names: tuple[str, ...], variable: str | None) -> Solved:
    if variable is not None:
        raise ExpressionError(
            f"variable={variable} is given with {len(equations)} equations; leave it out: a system is solved for all"
        )
    texts = [write(tree) for tree in equations]
    try:
        reply = desk().ask("solve_system", seconds=SECONDS, equations=texts, variables=list(names))
    except Unanswered:
        reply = {"kind": "open", "solutions": []}
    found = _system(reply) if reply["kind"] != "open" else _numeric_system(equations, names)
    notes = [note for tree in equations for note in notes_on_reading(tree, write(tree))]
    return _result(equations, names, found, notes)


def _system(reply: Mapping[str, Any]) -> Found:
    kept = tuple(
        Solution({n: coordinate(e) for n, e in entry["values"].items()}, float(entry["residual"]))
        for entry in reply["solutions"]
    )
    findings = [_dropped_point(entry) for entry in reply.get("dropped", ())]
    return Found(str(reply["kind"]), kept, tuple(findings))


def _dropped_point(entry: Mapping[str, Any]) -> Finding:
    shown = ", ".join(f"{n} = {coordinate(e).shown}" for n, e in entry["values"].items())
    return Finding("dropped candidate", "note", f"{shown} is no solution: {entry['reason']}")


def _numeric_system(equations: tuple[Equation, ...], names: tuple[str, ...]) -> Found:
    if len(equations) != len(names):
        raise ExpressionError(
            f"{len(equations)} equations with {len(names)} unknowns have no closed form; "
            "give as many equations as unknowns"
        )
    kept = tuple(
        Solution({n: _rounded(float(v)) for n, v in zip(names, place, strict=True)}, residual)
        for place, residual in system_roots(equations, names)[:20]
    )
    note = Finding(
        "closed form", "note" if kept else "warn",
        "no closed form was found; real solutions were searched for by Newton's method from 200 starting points",
        reference="Dennis and Schnabel (1996), ch. 5 and 6", mend="other solutions may exist",
    )  # fmt: skip
    return Found("some" if kept else "none", kept, (note,), numeric=True)


def _result(equations: tuple[Equation, ...], names: tuple[str, ...], found: Found, notes: list[Finding]) -> Solved:
    findings = [*notes, *_domain(equations), *found.findings, *_verified(found)]
    real = sum(solution.is_real for solution in found.solutions)
    return Solved(
        decision="informative", statement=sentence(equations, names, found), findings=tuple(findings),
        tables=(table_of(found.solutions),) if found.solutions else (), conventions=CONVENTIONS, references=REFERENCES,
        extra=values_of(found.solutions), count=len(found.solutions), real_count=real, solutions=found.solutions,
        kind=found.kind, equations=equations, unknowns=names,
    )  # fmt: skip


def _domain(equations: tuple[Equation, ...]) -> list[Finding]:
    limits = dict.fromkeys(text for tree in equations for text in restrictions(tree))
    if not limits:
        return []
    return [
        Finding("domain", "note", f"over the real numbers it is defined only where {' and '.join(list(limits)[:6])}")
    ]


def _verified(found: Found) -> list[Finding]:
    if not found.solutions:
        return []
    worst = max(solution.residual for solution in found.solutions)
    scale = max([1.0, *(abs(v.real) for s in found.solutions for v in s.values.values() if not math.isnan(v.real))])
    good = worst <= 1e-9 * scale
    text = f"every solution was put back into the equations; their sides differ by at most {worst:.1g}"
    mend = "" if good else "take the solutions as approximate"
    return [Finding("verification", "pass" if good else "warn", text, worst, None, 1e-9 * scale, mend=mend)]
