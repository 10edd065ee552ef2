"""Findings on what a design can tell apart: resolution, aliases, balance, orthogonality, estimability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from havoc_pipeline.tools.doe.assessment import ZERO, Assessment
from havoc_pipeline.tools.doe.defining_words import Words, alias_chains, roman
from havoc_pipeline.tools.result import Finding, Status

UNEVEN = 0.1
"""Imbalance up to which a factor is nearly balanced."""
CORRELATED = 0.3
"""Correlation of two terms from which their estimates visibly depend on each other."""
INFLATED, SEVERE = 5.0, 10.0
"""Variance inflation factors of concern."""

MONTGOMERY = "Montgomery (2019), Design and Analysis of Experiments"


def resolution_finding(resolution: int | None) -> Finding:
    """What the resolution of a regular two-level design means; None is a full factorial."""
    reference = "Box and Hunter (1961), Technometrics 3, 311-351"
    if resolution is None:
        text = "every combination is run, so no effect is aliased with another"
        return Finding("resolution", "pass", text, reference=reference)
    text = f"resolution {roman(resolution)}: {_meaning(resolution)}"
    status: Status = "fail" if resolution < 3 else "warn" if resolution == 3 else "note" if resolution == 4 else "pass"
    mend = "" if resolution > 4 else "add runs (fold over the design) where an interaction may matter"
    return Finding("resolution", status, text, float(resolution), None, 5.0, reference, mend)


def _meaning(resolution: int) -> str:
    if resolution <= 2:
        return "main effects are aliased with each other"
    return {
        3: "main effects are aliased with two-factor interactions",
        4: "main effects are free of two-factor interactions, which are aliased with each other",
    }.get(resolution, "main effects and two-factor interactions are free of each other")


def partial_aliasing_finding(generalized: float) -> Finding:
    """What the generalised resolution of a two-level design says that is no regular fraction."""
    reference = "Deng and Tang (1999), Statistica Sinica 9, 1071-1082"
    text = f"no regular fraction: effects are partly aliased, generalised resolution {generalized:z.2f}"
    mend = "read the correlations of the terms, which take the place of alias chains"
    return Finding("resolution", "note" if generalized >= 4 else "warn", text, generalized, None, 4.0, reference, mend)


def aliasing_finding(words: Words, factors: int) -> Finding:
    """How many main effects and two-factor interactions stand alone.

    Parameters
    ----------
    words : mapping of int to int
        Defining relation.
    factors : int
    """
    reference = "Wu and Chen (1992), Technometrics 34, 162-175 (clear effects)"
    alone = [chain[0][0].bit_count() for chain in alias_chains(words, factors) if len(chain) == 1]
    single, pairs, all_pairs = alone.count(1), alone.count(2), factors * (factors - 1) // 2
    text = f"{single} of {factors} main effects and {pairs} of {all_pairs} two-factor interactions are clear, that is, "
    text += "aliased with no other effect of one or two factors"
    status: Status = "warn" if single < factors else "note" if pairs < all_pairs else "pass"
    mend = (
        ""
        if status == "pass"
        else "see the table of aliases; where an interaction may matter, choose the letters by it or add runs"
    )
    return Finding("aliasing", status, text, float(pairs), None, float(all_pairs), reference, mend)


def balance_finding(imbalance: Mapping[str, float]) -> Finding:
    """Whether every factor's settings occur equally often.

    Parameters
    ----------
    imbalance : mapping of str to float
        By name; 0 for a balanced factor.
    """
    reference = "Box, Hunter and Hunter (2005), Statistics for Experimenters, chapter 5"
    name, worst = max(imbalance.items(), key=lambda entry: entry[1])
    if worst < ZERO:
        text = "checked: the settings of every factor occur equally often, or evenly about the middle"
        return Finding("balance", "pass", text, 0.0, None, UNEVEN, reference)
    uneven = sum(value >= ZERO for value in imbalance.values())
    text = f"{uneven} of {len(imbalance)} factors are not balanced (most of all {name}, imbalance {worst:z.2f})"
    mend = "run the combinations that are missing, or rely on least squares, which allows for it"
    return Finding("balance", "note" if worst <= UNEVEN else "warn", text, worst, None, UNEVEN, reference, mend)


def orthogonality_finding(fitted: Assessment, squares: Sequence[int]) -> Finding:
    """Whether the estimable terms are uncorrelated; `squares` are the columns of squared terms."""
    reference = f"{MONTGOMERY}, chapters 6 and 11"
    everything = range(1, len(fitted.model.names))
    largest, pair = _largest(fitted, everything)
    straight, _ = _largest(fitted, [column for column in everything if column not in squares])
    if largest < ZERO:
        text = "checked: no two terms of the model are correlated"
        return Finding("orthogonality", "pass", text, 0.0, None, CORRELATED, reference)
    ending = "; main effects and interactions are not correlated" if squares and straight < ZERO else ""
    text = f"the largest correlation of two terms is {largest:z.2f} ({pair}){ending}"
    slight = largest <= CORRELATED or straight < ZERO
    mend = "" if slight else "read the effects jointly; add runs that separate them"
    return Finding("orthogonality", "note" if slight else "warn", text, largest, None, CORRELATED, reference, mend)


def _largest(fitted: Assessment, columns: Iterable[int]) -> tuple[float, str]:
    """Largest correlation between two of the estimable columns, and their names."""
    estimable = set(fitted.kept.tolist())
    kept = [column for column in columns if column in estimable]
    best, pair = 0.0, ""
    for place, a in enumerate(kept):
        for b in kept[place + 1 :]:
            value = abs(float(fitted.correlations[a - 1, b - 1]))
            if value > best:
                best, pair = value, f"{fitted.model.names[a]} and {fitted.model.names[b]}"
    return best, pair


def inflation_finding(fitted: Assessment) -> Finding:
    """Whether correlation between terms inflates the variance of their estimates."""
    reference = "Montgomery, Peck and Vining (2012), Linear Regression Analysis, section 9.4.2"
    largest = fitted.largest_inflation
    name = fitted.model.names[int(fitted.kept[1 + int(fitted.vif.argmax())])]
    status: Status = "fail" if largest > SEVERE else "warn" if largest > INFLATED else "pass"
    text = f"the largest variance inflation factor is {largest:.3g} ({name})"
    mend = "" if status == "pass" else "add runs that break the correlation, or drop a term"
    return Finding("variance inflation", status, text, largest, None, INFLATED, reference, mend)


def estimable_finding(fitted: Assessment) -> Finding:
    """Whether the runs can estimate every term of the model."""
    reference, terms = f"{MONTGOMERY}, chapter 8", len(fitted.model.names) - 1
    lost = fitted.aliased
    if not lost:
        text = f"all {terms} terms of the model can be estimated together"
        return Finding("estimability", "pass", text, 0.0, None, 0.0, reference)
    shown = ", ".join(lost[:6]) + (", …" if len(lost) > 6 else "")
    text = f"{len(lost)} of {terms} terms cannot be told apart from others: {shown}"
    mend = "take a smaller model, or add runs"
    return Finding("estimability", "fail", text, float(len(lost)), None, 0.0, reference, mend)
