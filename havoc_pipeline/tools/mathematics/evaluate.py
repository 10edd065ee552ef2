"""EVALUATE: work out, simplify, differentiate, integrate, factor or expand an expression."""

from __future__ import annotations

import math
from typing import Any, Literal

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics import verification
from havoc_pipeline.tools.mathematics.algebra.desk import Unanswered, desk
from havoc_pipeline.tools.mathematics.domain import divisors, restrictions
from havoc_pipeline.tools.mathematics.evaluation import Evaluation
from havoc_pipeline.tools.mathematics.number_of import Answer, number_of
from havoc_pipeline.tools.mathematics.parser import parse_expression
from havoc_pipeline.tools.mathematics.places import as_double, place
from havoc_pipeline.tools.mathematics.quadrature import Area, has_pole, integrate_numerically
from havoc_pipeline.tools.mathematics.reading import notes_on_reading
from havoc_pipeline.tools.mathematics.tree import Node, substitute, variables, write
from havoc_pipeline.tools.registry import Level, tool
from havoc_pipeline.tools.result import Finding

Operation = Literal["value", "simplify", "differentiate", "integrate", "factor", "expand"]

REFERENCES = (
    "Meurer et al. (2017), SymPy: symbolic computing in Python, PeerJ Comput. Sci. 3:e103",
    "Piessens et al. (1983), QUADPACK; Takahasi and Mori (1974), Publ. RIMS 9, 721-741 (numeric integrals)",
)
CONVENTIONS = {
    "numbers": "decimals are exact fractions", "variables": "real", "log": "natural logarithm",
    "angles": "radians",
}  # fmt: skip
LONGEST_EXACT = 60
LONGEST_FORMULA = 300
CLOSED_SECONDS = 4.0


@tool("EVALUATE", family="mathematics", needs_table=False)
def evaluate(
    expression: str,
    operation: Operation = "value",
    variable: Level | None = None,
    at: float | str | None = None,
    lower: float | str | None = None,
    upper: float | str | None = None,
) -> Evaluation:
    """Work out an expression exactly, or simplify, differentiate, integrate, factor or expand it.

    Parameters
    ----------
    expression : text
        Such as `3*x^2 + 1`, `sin(x)/x` or `17.5/4 + 3^2`; `2x` and `3(x + 1)` are understood.
    operation : word
        What to do with it.
    variable : name
        Variable of the operation; the only one, or `x`, when left out.
    at : number or text
        Value of the variable at which the result is wanted, such as `2` or `"pi/2"`.
    lower, upper : number or text
        Bounds of a definite integral, such as `0`, `"pi"` or `"inf"`.

    Returns
    -------
    Evaluation

    Raises
    ------
    ExpressionError
        When the expression does not parse, is not defined, or is larger than the limits; and when
        there is no answer within the deadline.

    References
    ----------
    Meurer et al. (2017), PeerJ Computer Science 3:e103; Piessens et al. (1983), QUADPACK.

    In words
    --------
    Evaluate {expression}

    Example
    -------
    EVALUATE expression="x^2 + 3*x" operation=differentiate variable=x at=2
    """
    tree = parse_expression(expression)
    _refuse_misfits(operation, at, lower, upper)
    name = _variable(tree, variable, operation, at is not None)
    if operation == "integrate" and lower is not None and upper is not None:
        return _definite(tree, name or "x", place(lower, "lower"), place(upper, "upper"))
    where = None if at is None else place(at, "at")
    if operation == "value":
        return _value(tree, name, where)
    return _formula(tree, operation, name, where)


def _refuse_misfits(operation: str, at: Any, lower: Any, upper: Any) -> None:
    if (lower is None) != (upper is None):
        raise ExpressionError("only one of lower= and upper= is given; a definite integral needs both")
    if lower is not None and operation != "integrate":
        raise ExpressionError(f"lower= and upper= do not fit operation={operation}; use operation=integrate")
    if lower is not None and at is not None:
        raise ExpressionError("at= does not fit a definite integral; leave out at=, or lower= and upper=")


def _variable(tree: Node, given: str | None, operation: str, placed: bool) -> str | None:
    """The variable of the operation: as given, the only one, or `x`."""
    names = variables(tree)
    if given is not None:
        needed = operation == "value" or placed
        if names and given not in names and needed:
            raise ExpressionError(f"the expression has no variable `{given}`; it has {', '.join(names)}")
        return given
    if len(names) <= 1 or "x" in names:
        return "x" if "x" in names else names[0] if names else None
    if operation in ("differentiate", "integrate") or placed:
        raise ExpressionError(
            f"the expression has {len(names)} variables ({', '.join(names[:8])}); say which with variable="
        )
    return None


def _value(tree: Node, name: str | None, where: Node | None) -> Evaluation:
    reading = write(tree)
    if where is None and variables(tree):
        raise ExpressionError(
            f"`{reading[:60]}` holds {', '.join(variables(tree)[:8])}, whose value is not given; give it with at=, "
            "or ask for operation=simplify"
        )
    if where is not None and name is None:
        raise ExpressionError(f"at= is given, and `{reading[:60]}` has no variable; leave at= out")
    placed = tree if where is None or name is None else substitute(tree, name, where)
    answer = number_of(placed)
    lead = f"{reading} is " if where is None else f"At {name} = {write(where)}, {reading} is "
    findings = [*notes_on_reading(tree, reading), *answer.findings]
    return _made(tree, "value", lead, answer, findings, name, where=where)


def _formula(tree: Node, operation: str, name: str | None, where: Node | None) -> Evaluation:
    reading, chosen = write(tree), name or "x"
    exact = _asked(operation, reading, chosen)
    lead = {
        "simplify": f"{reading} simplifies to ", "expand": f"{reading} multiplied out is ",
        "factor": f"{reading} in factors is ",
        "differentiate": f"The derivative of {reading} with respect to {chosen} is ",
        "integrate": f"An antiderivative of {reading} with respect to {chosen} is ",
    }[operation]  # fmt: skip
    findings = [*notes_on_reading(tree, reading), *_domain(tree), _verified(tree, operation, exact, chosen)]
    ending = " (plus any constant)" if operation == "integrate" else ""
    if where is None:
        return _made(tree, operation, lead, Answer(exact, "", math.nan), findings, name, ending)
    made = parse_expression(exact)
    answer = number_of(substitute(made, chosen, where))
    ending += f"; at {chosen} = {write(where)} it is {_shown(answer)}"
    formula = Answer(exact, answer.decimal, answer.value)
    return _made(tree, operation, lead, formula, [*findings, *answer.findings], name, ending, where)


def _asked(operation: str, reading: str, variable: str) -> str:
    try:
        reply = desk().ask(operation, expression=reading, variable=variable)
    except Unanswered as problem:
        raise ExpressionError(
            f"operation={operation} of `{reading[:60]}` gave no result ({problem}); ask for a smaller expression"
        ) from None
    if reply.get("closed") is False:
        raise ExpressionError(
            f"`{reading[:60]}` has no antiderivative that is known in closed form; give lower= and upper= for a number"
        )
    return str(reply["exact"])


def _verified(tree: Node, operation: str, exact: str, variable: str) -> Finding:
    if operation == "differentiate":
        return verification.slope(tree, exact, variable, "the derivative")
    if operation == "integrate":
        return verification.antiderivative(tree, exact, variable)
    return verification.equality(tree, exact, "the result")


def _domain(tree: Node) -> list[Finding]:
    limits = restrictions(tree)
    if not limits or not variables(tree):
        return []
    return [Finding("domain", "note", f"it holds only where {' and '.join(limits[:6])}")]


def _definite(tree: Node, name: str, lower: Node, upper: Node) -> Evaluation:
    reading, others = write(tree), [v for v in variables(tree) if v != name]
    if others:
        raise ExpressionError(
            f"the integral over {name} would hold "
            f"{', '.join(others)}, whose value is not given; put numbers in their place"
        )
    bounds = (as_double(lower), as_double(upper))
    closed = _closed_area(reading, name, lower, upper)
    area = integrate_numerically(tree, name, *bounds)
    pole = has_pole(divisors(tree), name, *bounds)
    answer, findings = _judged_area(closed, area, reading, pole)
    lead = f"The integral of {reading} over {name} from {write(lower)} to {write(upper)} is "
    findings = [*notes_on_reading(tree, reading), *_domain(tree), *findings]
    return _made(tree, "integrate", lead, answer, findings, name, bounds=bounds)


def _closed_area(reading: str, name: str, lower: Node, upper: Node) -> dict[str, Any] | None:
    """The worker's closed form, or None."""
    fields = {"expression": reading, "variable": name, "lower": write(lower), "upper": write(upper)}
    try:
        reply = desk().ask("integrate_between", seconds=CLOSED_SECONDS, **fields)
    except Unanswered:
        return None
    return reply if reply.get("closed") else None


def _judged_area(closed: dict[str, Any] | None, area: Area, reading: str, pole: bool) -> tuple[Answer, list[Finding]]:
    """The closed form where quadrature bears it out, else quadrature's number."""
    if closed is not None and "imaginary" in closed:
        closed = None
    if closed is None and not area.defined and not pole:
        raise ExpressionError(
            f"`{reading[:60]}` has no finite real value somewhere between these bounds; keep to where it is defined"
        )
    lost = pole or not area.converges or not math.isfinite(area.value)
    if (closed and closed.get("infinite")) or (closed is None and lost):
        raise ExpressionError(
            f"the integral of `{reading[:60]}` between these bounds is not finite, or converges too slowly; "
            "keep the bounds away from its poles"
        )
    if closed is None:
        return _numeric_area(area)
    real = float(closed["real"])
    gap = abs(real - area.value)
    reach = 10 * area.error + 1e-8 * max(1.0, abs(real))
    if gap <= reach and area.converges:
        text = f"numeric quadrature agrees with the closed form (difference {gap:.1g}, estimate {area.error:.1g})"
        status: Literal["pass", "fail", "note"] = "pass"
    elif area.reliable and not pole:
        text = (
            f"the closed form and numeric quadrature differ by {gap:.2g}, more than the error estimate {area.error:.1g}"
        )
        status = "fail"
    else:
        text, status = "numeric quadrature does not settle here and cannot check the closed form", "note"
    mend = "do not rely on this result; split the interval" if status == "fail" else ""
    finding = Finding("verification", status, text, gap, None, reach, REFERENCES[1], mend)
    return Answer(str(closed["exact"]), str(closed["decimal"]), real), [finding]


def _numeric_area(area: Area) -> tuple[Answer, list[Finding]]:
    finding = Finding(
        "closed form", "note" if area.reliable else "warn",
        f"no closed form was found; the number comes from adaptive quadrature "
        f"with an error estimate of {area.error:.1g}",
        area.error, None, None, REFERENCES[1],
        "" if area.reliable else "the routine is not content: split the interval and add the parts",
    )  # fmt: skip
    digits = max(1, min(15, int(-math.log10(max(area.error, 1e-16) / max(abs(area.value), 1e-300)))))
    text = f"{area.value:.{digits}g}"
    return Answer(text, text, area.value), [finding]


def _shown(answer: Answer) -> str:
    """The result as a sentence shows it: exact where that is short, and the decimal."""
    if not answer.decimal or answer.exact == answer.decimal:
        return answer.exact
    if len(answer.exact) > LONGEST_EXACT or not answer.closed:
        return f"{answer.decimal} (to 15 digits)"
    return f"{answer.exact}, which is {answer.decimal}" + ("" if answer.terminates else " to 15 digits")


def _cut(text: str) -> str:
    """A formula as a sentence holds it; the whole of it is in `exact`."""
    return text if len(text) <= LONGEST_FORMULA else f"{text[:LONGEST_FORMULA]}… ({len(text)} characters)"


def _made(
    tree: Node, operation: str, lead: str, answer: Answer, findings: list[Finding], name: str | None,
    ending: str = "", where: Node | None = None, bounds: tuple[float, float] | None = None,
) -> Evaluation:  # fmt: skip
    formula = operation not in ("value",) and bounds is None
    statement = lead + (_cut(answer.exact) if formula else _shown(answer)) + ending + "."
    return Evaluation(
        decision="informative", statement=statement, findings=tuple(findings), conventions=CONVENTIONS,
        references=REFERENCES, value=answer.value, exact=answer.exact, decimal=answer.decimal, reading=write(tree),
        operation=operation, tree=tree, variable=name, bounds=bounds, place=None if where is None else as_double(where),
    )  # fmt: skip
