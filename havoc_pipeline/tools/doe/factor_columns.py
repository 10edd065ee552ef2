"""Which columns of a table look like the factors of a designed experiment."""

from __future__ import annotations

import re
from typing import Any

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.samples import Factor, Numeric

MOST_SETTINGS = {"numeric": 5, "integer": 5, "two-level": 2, "categorical": 10, "ordered": 10}
"""Settings up to which a column of this kind counts as a factor; five are those of a central composite design."""
OFTEN, MOST_OFTEN = 8, 10
"""A number set this often on average counts up to so many settings."""

_ORGANISING = re.compile(
    r"(?:^|[\W_])(?:std|standard|run|order|seq\w*|wp|whole\s?plot|center|centre|pt|point|blocks?|rep\w*|id|no|nr|serial|batch|lot)(?:$|[\W_\d])|"
    r"^(?:pt\s?type|center\s?pt|centre\s?pt|run\s?order|std\s?order|#)$",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"(?:^|[\W_])(?:results?|response|yield|output|outcome|defects?|rejects?|scrap|score|rating|pass|fail|status|ergebnis|"
    r"ausbeute|antwort|y\d*)(?:$|[\W_\d])",
    re.IGNORECASE,
)
_VERDICTS = {"ok", "nok", "n.ok", "nio", "io", "pass", "fail", "passed", "failed", "good", "bad", "accept", "reject"}


def factor_columns(table: Any, response: str | None = None) -> list[Numeric | Factor]:
    """The columns with few settings that are no identifier, order, block or outcome.

    Parameters
    ----------
    table : Table
        The rows in use.
    response : str or None
        Header that is certainly no factor.

    Returns
    -------
    list of Numeric or Factor
        In the order of the table.

    Raises
    ------
    DataError
        When no column looks like a factor.
    """
    others = [column for column in table.columns if column.header != response]
    headers = {column.header.casefold() for column in others}
    found = [column for column in others if looks_like_factor(column, table.n_rows) and not _is_copy(column, headers)]
    if not found:
        raise DataError(
            f"no column of the {len(table.columns)} looks like a factor (few settings, each repeated); name them, "
            "such as factors=[temperature, time]"
        )
    return [as_factor(column) for column in found]


def looks_like_factor(column: Any, rows: int) -> bool:
    """Whether a column has few settings, each in several runs, and a header that speaks of no other role."""
    if column.kind not in MOST_SETTINGS or _ORGANISING.search(_spaced(column.header)):
        return False
    if _OUTCOME.search(_spaced(column.header)) or {level.casefold() for level in column.levels[:3]} <= _VERDICTS:
        return False
    most = MOST_SETTINGS[column.kind]
    if column.is_numeric and column.distinct * OFTEN <= rows:
        most = MOST_OFTEN
    return bool(2 <= column.distinct <= min(most, max(2, rows // 2)))


def _is_copy(column: Any, headers: set[str]) -> bool:
    """Whether the column only holds another one in coded units: `Speed_coded` beside `Speed`."""
    plain = re.sub(r"[\W_]*coded$", "", column.header.casefold())
    return plain != column.header.casefold() and plain in headers


def _spaced(header: str) -> str:
    return re.sub(r"(?<=[a-zäöü])(?=[A-Z])", " ", header)


def as_factor(column: Any) -> Numeric | Factor:
    """A column as a continuous factor when it holds numbers, else as categories."""
    if column.is_numeric:
        return Numeric(column.header, (column.header,), column.numbers, column.unit)
    present = set(column.labels.tolist())
    return Factor(column.header, (column.header,), column.labels, tuple(v for v in column.levels if v in present))
