"""All that a question says in digits, dates, formulas and enumerations, so that no model copies them."""

from __future__ import annotations

from havoc_pipeline.linking.dates import find_dates, undated_spans
from havoc_pipeline.linking.designs import find_design_sizes
from havoc_pipeline.linking.formulas import find_formulas
from havoc_pipeline.linking.lists import find_lists
from havoc_pipeline.linking.mentions import Mention
from havoc_pipeline.linking.numbers import find_numbers
from havoc_pipeline.linking.taken import Taken


def extract(question: str) -> tuple[Mention, ...]:
    """Numbers, dates, formulas and lists of a question.

    Parameters
    ----------
    question : str

    Returns
    -------
    tuple of Mention
        In order of place, without overlap, save that one written form may give several numbers
        with the same span (`10 ± 0.2`, `2^(5-1)`). A list keeps the numbers in its brackets.
    """
    taken, found = Taken(question), list[Mention]()
    for date in find_dates(question):
        taken.take(date.start, date.end)
        found.append(date)
    sizes = [size for size in find_design_sizes(question) if taken.free(size.start, size.end)]
    for start, end in [*undated_spans(question), *((s.start, s.end) for s in sizes)]:
        taken.take(start, end)
    formulas = find_formulas(question, taken)
    for formula in formulas:
        taken.take(formula.start, formula.end)
    lists = [entry for entry in find_lists(question) if taken.free(entry.start, entry.end)]
    for entry in lists:
        taken.take(entry.start, entry.end)
    found += [*sizes, *formulas, *lists, *find_numbers(question, taken)]
    return tuple(sorted(found, key=lambda mention: mention.start))
