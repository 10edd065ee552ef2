"""What SOLVE asks of SymPy; runs inside the worker.

Roots of a polynomial come from its factors over the rationals, with their multiplicity; other
equations go to SymPy's solver without its own check. Every candidate is then put into the equation as
it was written: one that does not satisfy it, or at which it is not defined, is dropped and reported.
"""

from __future__ import annotations

from typing import Any

import sympy

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.algebra.symbolic import difference, digits, spell, symbol
from havoc_pipeline.tools.mathematics.parser import parse_equation
from havoc_pipeline.tools.mathematics.tree import Call, walk

MOST_DEGREE = 100
MOST_FORM = 80
"""Longest exact form that is shown; longer ones (Cardano's, Ferrari's) are given as decimals."""
TOLERANCE = 1e-12
MOST_DOUBLE = 1.7e308

STEPPED = ("abs", "sign", "floor", "ceil", "min", "max", "cbrt")
"""Functions for which SymPy needs to know that the unknown is real."""

Reply = dict[str, Any]


def solve(request: Reply) -> Reply:
    """Solutions of one equation in one unknown.

    Returns `kind`: `some`, `none`, `all`, `formula` (in terms of other variables) or `open` (no closed
    form), with `solutions`, `dropped` and `period`.
    """
    equation = parse_equation(request["equation"])
    stepped = any(isinstance(node, Call) and node.function in STEPPED for node in walk(equation))
    x, gap = symbol(request["variable"], real=stepped), difference(equation, real=stepped)
    top = sympy.fraction(sympy.together(gap))[0]
    if x not in sympy.simplify(top).free_symbols:
        flat = sympy.simplify(top)
        return {"kind": "all" if flat == 0 else "none" if flat.is_number else "formula", "solutions": []}
    found = _candidates(top, x)
    if found is None:
        return {"kind": "open", "solutions": []}
    kept, dropped = _checked(gap, x, found)
    kind = "formula" if gap.free_symbols != {x} else "some" if kept else "none"
    return {"kind": kind, "solutions": kept, "dropped": dropped, "period": _period(gap, x)}


def _candidates(top: Any, x: Any) -> list[tuple[Any, int]] | None:
    """Candidates with their multiplicity (0 where it is not known); None without a closed form."""
    if top.is_polynomial(x) and not top.free_symbols - {x}:
        exact = sympy.Poly(top, x)
        if all(c.is_Rational for c in exact.all_coeffs()):
            return _roots_of(exact, x)
    try:
        found = sympy.solve(top, x, check=False)
    except NotImplementedError:
        return None
    plain = [root for root in found if not isinstance(root, sympy.ConditionSet) and not root.has(sympy.Integral)]
    return [(root, 0) for root in plain] if len(plain) == len(found) else None


def _roots_of(polynomial: Any, x: Any) -> list[tuple[Any, int]]:
    if polynomial.degree() > MOST_DEGREE:
        raise ExpressionError(
            f"the polynomial has degree {polynomial.degree()}; the limit is {MOST_DEGREE}: divide out a factor"
        )
    found = list[tuple[Any, int]]()
    for factor, multiplicity in polynomial.factor_list()[1]:
        found += [(root, multiplicity) for root in _roots_of_irreducible(factor)]
    return found


def _roots_of_irreducible(factor: Any) -> list[Any]:
    """Exact roots where they are short, else decimals of thirty digits."""
    degree = factor.degree()
    if degree <= 8:
        exact = sympy.roots(factor)
        if len(exact) == degree and (degree <= 2 or all(len(str(root)) <= MOST_FORM for root in exact)):
            return list(exact)
    return list(factor.nroots(n=30, maxsteps=300))


def _checked(gap: Any, x: Any, found: list[tuple[Any, int]]) -> tuple[list[Reply], list[Reply]]:
    kept, dropped = list[Reply](), list[Reply]()
    for root, multiplicity in found:
        entry = _entry(root, multiplicity)
        reason = _fault(gap, {x: root}, entry)
        if reason is None:
            kept.append(entry)
        else:
            dropped.append(entry | {"reason": reason})
    return _ordered(kept), dropped


def _entry(root: Any, multiplicity: int) -> Reply:
    """A solution as text and as doubles."""
    entry: Reply = {"multiplicity": multiplicity}
    decimal = root.has(sympy.Float)
    near = sympy.N(root, 15, maxn=400)
    if not root.free_symbols:
        real, imaginary = near.as_real_imag()
        small = abs(imaginary) <= 1e-13 * (abs(real) + 1)
        shown = real if small else near
        if abs(near) > MOST_DOUBLE:
            raise ExpressionError("a solution is beyond 1.8e308, the limit of double precision; rescale the unknown")
        entry |= {
            "decimal": digits(sympy.N(shown, 15)),
            "real": float(real),
            "imaginary": 0.0 if small else float(imaginary),
        }
    return entry | {"exact": None if decimal else spell(_neat(root))}


def _neat(root: Any) -> Any:
    simple = sympy.simplify(root)
    return min((root, simple), key=lambda form: len(str(form)))


def _fault(gap: Any, given: dict[Any, Any], entry: Reply) -> str | None:
    """Why a candidate is no solution, or None; writes the residual into its entry."""
    placed = gap.subs(given)
    if placed.has(sympy.zoo, sympy.nan) or placed.is_infinite:
        return "the equation is not defined there"
    if placed.free_symbols:
        entry["residual"] = 0.0
        return None if sympy.simplify(placed) == 0 or _vanishes(placed) else "it does not satisfy the equation"
    residual = abs(complex(sympy.N(placed, 30, maxn=400)))
    terms = [term.subs(given) for term in sympy.Add.make_args(gap)]
    scale = max([1.0, *(abs(complex(sympy.N(term, 15))) for term in terms if not term.free_symbols)])
    entry["residual"] = residual
    return None if residual <= TOLERANCE * scale else "it does not satisfy the equation"


def _vanishes(expression: Any) -> bool:
    """Whether an expression in further variables is zero at three arbitrary places."""
    names = sorted(expression.free_symbols, key=str)
    places = (0.731, 1.417, 2.293)
    values = [
        abs(complex(sympy.N(expression.subs({n: place + i / 7 for i, n in enumerate(names)}), 15))) for place in places
    ]
    return all(value < 1e-9 for value in values)


def _ordered(solutions: list[Reply]) -> list[Reply]:
    """Real solutions from small to large, then the complex ones."""
    return sorted(solutions, key=lambda s: (s.get("imaginary", 0) != 0, s.get("real", 0), s.get("imaginary", 0)))


def _period(gap: Any, x: Any) -> str | None:
    if not gap.has(sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc):
        return None
    real = sympy.Symbol("x", real=True)
    try:
        period = sympy.periodicity(gap.subs(x, real), real)
    except (NotImplementedError, ValueError):
        return None
    return spell(period) if period is not None and period != 0 else None


def solve_system(request: Reply) -> Reply:
    """Solutions of several equations in several unknowns.

    Returns `kind` as `solve` does, `formula` when some unknowns stay free; each solution's `values`
    map a name to an entry.
    """
    equations = [parse_equation(text) for text in request["equations"]]
    gaps = [sympy.fraction(sympy.together(difference(e)))[0] for e in equations]
    raw = [difference(e) for e in equations]
    unknowns = [symbol(name, real=False) for name in request["variables"]]
    try:
        found = sympy.solve(gaps, unknowns, dict=True, check=False)
    except NotImplementedError:
        return {"kind": "open", "solutions": []}
    if not found:
        everywhere = all(sympy.simplify(gap) == 0 for gap in gaps)
        return {"kind": "all" if everywhere else "none", "solutions": []}
    kept, dropped = list[Reply](), list[Reply]()
    free = False
    for solution in found:
        values = {str(name): _entry(root, 0) for name, root in solution.items()}
        reasons = [r for gap in raw if (r := _fault(gap, solution, {}))]
        free = free or len(solution) < len(unknowns) or any(v.free_symbols for v in solution.values())
        residual = _largest(raw, solution)
        (dropped if reasons else kept).append({"values": values, "residual": residual, "reason": (reasons or [""])[0]})
    kind = "none" if not kept else "formula" if free else "some"
    return {"kind": kind, "solutions": _ordered_systems(kept), "dropped": dropped}


def _largest(gaps: list[Any], solution: dict[Any, Any]) -> float:
    placed = [gap.subs(solution) for gap in gaps]
    if any(p.free_symbols or p.has(sympy.zoo, sympy.nan) for p in placed):
        return 0.0
    return max(abs(complex(sympy.N(p, 30, maxn=400))) for p in placed)


def _ordered_systems(solutions: list[Reply]) -> list[Reply]:
    def key(solution: Reply) -> tuple[bool, list[float]]:
        entries = solution["values"].values()
        return any(e.get("imaginary", 0) != 0 for e in entries), [e.get("real", 0.0) for e in entries]

    return sorted(solutions, key=key)
