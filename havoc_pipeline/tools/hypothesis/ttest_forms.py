"""Which arguments of a t-test go together."""

from __future__ import annotations

from havoc_pipeline.tools.lists import Given, Refused, beside, listed

FORMS = (
    "RUN_TTEST takes response= and group= (two groups), response= and mu= (one sample), "
    "response=[a, b] (two columns), or before= and after= (paired)"
)


def refused_forms(given: Given) -> Refused | None:
    """Refuse arguments that are none of the four tests, and lists that do not go with the others.

    Parameters
    ----------
    given : Given
        The command's arguments as written.

    Returns
    -------
    Refused or None
    """
    if (refused := _refused_lists(given)) is not None or listed(given, "response"):
        return refused
    paired = {"before", "after"} & set(given)
    if "response" in given:
        fits = not paired and ("group" in given) != ("mu" in given)
    else:
        fits = len(paired) == 2 and not {"group", "mu"} & set(given)
    return None if fits else Refused("response" if "response" in given else "before", FORMS)


def _refused_lists(given: Given) -> Refused | None:
    """A list of responses beside what asks for one, or of other than two columns."""
    columns = listed(given, "response")
    pairs = beside(given, "response", ("before", "after"), "compare the pair alone: leave response= out")
    refused = beside(given, "response", ("group", "mu")) or pairs
    if refused is not None or not columns:
        return refused
    if len(columns) != 2:
        text = f"response= lists {len(columns)} columns; a t-test compares two: use RUN_ANOVA for more"
        return Refused("response", text)
    twice = columns[0] == columns[1]
    return Refused("response", f"response= names `{columns[0]}` twice; name two different columns") if twice else None
