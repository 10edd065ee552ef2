"""Association of two categorical columns: the result, and how it is put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from havoc_pipeline.tools.hypothesis.contingency import (
    DRAWS,
    SEED,
    Contingency,
    corrected_v,
    cramers_v,
    likelihood_ratio,
    pearson,
    permutation_p,
    tail,
    v_interval,
)
from havoc_pipeline.tools.hypothesis.count_findings import is_sparse
from havoc_pipeline.tools.hypothesis.fisher import fisher_exact, odds_ratio
from havoc_pipeline.tools.hypothesis.proportions import REFERENCES as SHARES
from havoc_pipeline.tools.hypothesis.proportions import event_of, is_outcome, newcombe, wilson
from havoc_pipeline.tools.result import Result, ResultTable, literal, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "Pearson (1900), Phil. Mag. 50, 157-175 (chi-square)",
    "Fisher (1935), J. R. Stat. Soc. 98, 39-82 (exact test)",
    "Haberman (1973), Biometrics 29, 205-220 (adjusted residuals)",
    "Bergsma (2013), J. Korean Stat. Soc. 42, 323-328; Smithson (2003), ch. 4 (Cramér's V)",
    *SHARES,
)
MOST_EXACT = 10**6
"""Items up to which Fisher's p-value is given beside the others."""
TEST = "(p {p_value}, Cramér's V {cramers_v})"


@dataclass(frozen=True, kw_only=True)
class Association(Result):
    """Whether the shares of one factor's levels depend on another factor.

    Two groups and two outcomes have more in `extra`: `difference` in percentage points, `odds_ratio`,
    each with an interval, and the p-values of Yates and of Fisher. `confidence_interval(0.99)` gives the
    interval of Cramér's V at another level.
    """

    n: int
    chi2: float
    df: int
    p_value: float
    p_value_pearson: float
    likelihood_ratio: float
    p_value_likelihood_ratio: float
    smallest_expected: float
    cramers_v: float
    cramers_v_ci_low: float
    cramers_v_ci_high: float
    cramers_v_corrected: float
    alpha: float
    method: str
    table: Contingency = field(repr=False)
    event: str | None = None

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of Cramér's V at `level`.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        return v_interval(self.chi2, self.df, self.n, self.table.shape, 1 - level)

    def figure(self) -> Figure:
        """Shares of the outcome with intervals, or all shares of each group as one bar of 100 percent."""
        from havoc_pipeline.reports.figures import interval_plot, stacked_bars

        if self.event is not None:
            label = f"share of {self.event} in percent"
            return interval_plot(event_shares(self.table, self.event, self.alpha), label=label, note="share, interval")
        parts = 100 * self.table.counts / self.table.counts.sum(axis=1, keepdims=True)
        shares = {
            row: dict(zip(self.table.columns, part.tolist(), strict=True))
            for row, part in zip(self.table.rows, parts, strict=True)
        }
        return stacked_bars(shares, label=f"percent of each {self.table.row_name}")


def oriented(table: Contingency) -> tuple[Contingency, str | None]:
    """The table with groups as rows, and the event whose share is compared (None for more outcomes)."""
    if is_outcome(table.rows) and not is_outcome(table.columns):
        table = table.transposed()
    return table, event_of(table.columns) if len(table.columns) == 2 else None


def event_shares(table: Contingency, event: str, alpha: float) -> dict[str, tuple[float, float, float]]:
    """Percentage of the event in each row with its Wilson interval."""
    hits, totals = table.counts[:, table.columns.index(event)].tolist(), table.counts.sum(axis=1).tolist()
    shares = {}
    for row, hit, total in zip(table.rows, hits, totals, strict=True):
        low, high = wilson(hit, total, alpha)
        shares[row] = (100 * hit / total, 100 * low, 100 * high)
    return shares


def association(table: Contingency, event: str | None, test: tuple[float, str], alpha: float) -> Association:
    """The result for a table of counts, without findings.

    Parameters
    ----------
    table : Contingency
        Groups as rows, outcomes as columns.
    event : str or None
        The outcome whose share is compared, when there are two outcomes.
    test : (float, str)
        The p-value that decides, and where it is from.
    alpha : float
        Significance level.
    """
    chi2, ratio = pearson(table.counts, table.expected), likelihood_ratio(table.counts, table.expected)
    low, high = v_interval(chi2, table.df, table.n, table.shape, alpha)
    p, method = test
    return Association(
        decision="supported" if p < alpha else "not supported", statement=_sentence(table, event, p < alpha),
        tables=tuple(_tables(table, event, alpha)), conventions=_conventions(table, event, method),
        references=REFERENCES, extra=_extra(table, event, alpha), n=table.n, chi2=chi2, df=table.df, p_value=p,
        p_value_pearson=tail(chi2, table.df), likelihood_ratio=ratio,
        p_value_likelihood_ratio=tail(ratio, table.df), smallest_expected=float(table.expected.min()),
        cramers_v=cramers_v(chi2, table.n, table.shape), cramers_v_ci_low=low, cramers_v_ci_high=high,
        cramers_v_corrected=corrected_v(table, chi2), alpha=alpha, method=method, table=table, event=event,
    )  # fmt: skip


def p_value(table: Contingency) -> tuple[float, str]:
    """The p-value that the decision rests on, and where it is from."""
    if not is_sparse(table.expected):
        p = tail(pearson(table.counts, table.expected), table.df)
        return p, "the chi-square test without continuity correction"
    if table.counts.shape == (2, 2):
        return fisher_exact(table.counts), "Fisher's exact test"
    return permutation_p(table.counts), f"{DRAWS} random tables with the same margins (seed {SEED})"


def _conventions(table: Contingency, event: str | None, method: str) -> dict[str, str]:
    found = {"p-value": method, "Cramér's V": "uncorrected, with Bergsma's correction beside it"}
    if event is not None:
        found |= {"event": f"{table.column_name} = {event}", "interval of a share": "Wilson score"}
    if table.counts.shape == (2, 2):
        found |= {
            "difference": f"share in {table.rows[0]} minus share in {table.rows[1]}, Newcombe's hybrid score interval",
            "odds ratio": "conditional maximum likelihood, exact interval",
            "continuity correction": "none in p_value; p_value_yates has it",
            "two-sided exact p": "tables no more probable than the observed one",
        }
    return found


def _extra(table: Contingency, event: str | None, alpha: float) -> dict[str, float]:
    if event is None:
        return dict(_share_values(table))
    extra: dict[str, float] = {}
    for mark, (share, low, high) in zip(slugs(table.rows), event_shares(table, event, alpha).values(), strict=True):
        extra |= {f"share_{mark}_percent": share, f"share_{mark}_ci_low": low, f"share_{mark}_ci_high": high}
    return extra | (_two_by_two(table, event, alpha) if len(table.rows) == 2 else {})


def _share_values(table: Contingency) -> Iterator[tuple[str, float]]:
    shares = 100 * table.counts / table.counts.sum(axis=1, keepdims=True)
    for row, part in zip(slugs(table.rows), shares.tolist(), strict=True):
        for column, share in zip(slugs(table.columns), part, strict=True):
            yield f"share_{row}_{column}_percent", share


def _two_by_two(table: Contingency, event: str, alpha: float) -> dict[str, float]:
    counts = table.counts if table.columns[0] == event else table.counts[:, ::-1]
    (x, n), (y, m) = ((float(row[0]), float(row.sum())) for row in counts)
    low, high = newcombe((x, n), (y, m), alpha)
    ratio, ratio_low, ratio_high = odds_ratio(counts, alpha)
    corrected = pearson(table.counts, table.expected, yates=True)
    exact = {"p_value_fisher": fisher_exact(counts)} if table.n <= MOST_EXACT else {}
    return exact | {
        "difference": 100 * (x / n - y / m), "ci_low": 100 * low, "ci_high": 100 * high,
        "odds_ratio": ratio, "odds_ratio_ci_low": ratio_low, "odds_ratio_ci_high": ratio_high,
        "chi2_yates": corrected, "p_value_yates": tail(corrected, 1),
    }  # fmt: skip


def _sentence(table: Contingency, event: str | None, clear: bool) -> str:
    if event is None:
        return _general_sentence(table, clear)
    marks, names = slugs(table.rows), [literal(row) for row in table.rows]
    share = f"share of {literal(table.column_name)} = {literal(event)}"
    hits = table.counts[:, table.columns.index(event)] / table.counts.sum(axis=1)
    if len(names) > 2:
        return _several_sentence(table, share, (int(hits.argmin()), int(hits.argmax())), clear)
    pair = f"({{share_{marks[0]}_percent}} for {names[0]}, {{share_{marks[1]}_percent}} for {names[1]})"
    gap = "{difference} percentage points (confidence interval {ci_low} to {ci_high}, p {p_value})"
    if clear:
        way = "higher" if hits[0] > hits[1] else "lower"
        return f"The {share} is {way} for {names[0]} than for {names[1]} {pair}: the difference is {gap}."
    asked = f"the {share} differs between {names[0]} and {names[1]} {pair}"
    return f"The data do not show that {asked}: the observed difference is {gap}."


def _several_sentence(table: Contingency, share: str, ends: tuple[int, int], clear: bool) -> str:
    marks, group = slugs(table.rows), literal(table.row_name)
    least, most = (f"{literal(table.rows[at])} ({{share_{marks[at]}_percent}})" for at in ends)
    if clear:
        return f"The {share} depends on {group}: lowest for {least}, highest for {most} {TEST}."
    return f"The data do not show that the {share} depends on {group}: it lies between {least} and {most} {TEST}."


def _general_sentence(table: Contingency, clear: bool) -> str:
    row, column = literal(table.row_name), literal(table.column_name)
    if not clear:
        return f"The data do not show that {column} depends on {row} {TEST}."
    at = np.unravel_index(int(np.abs(table.residuals).argmax()), table.counts.shape)
    more = "more" if table.residuals[at] > 0 else "less"
    cell = (
        f"{literal(table.columns[int(at[1])])} is {more} frequent for {literal(table.rows[int(at[0])])} than elsewhere"
    )
    return f"{column} depends on {row} {TEST}; most of all, {cell}."


def _tables(table: Contingency, event: str | None, alpha: float) -> Iterator[ResultTable]:
    if event is not None:
        totals = table.counts.sum(axis=1).tolist()
        shares = event_shares(table, event, alpha)
        rows = tuple((row, total, *shares[row]) for row, total in zip(table.rows, totals, strict=True))
        yield ResultTable(f"Share of {event} in percent", (table.row_name, "n", "share", "CI low", "CI high"), rows)
    yield _grid(table, "Counts", table.counts.tolist(), total=True)
    yield _grid(table, "Expected counts", table.expected.tolist())
    cells = table.counts.size
    limit = -float(ndtri(alpha / 2 / cells))
    yield _grid(
        table, f"Adjusted residuals (beyond ±{limit:z.2f}: clear among {cells} cells)", table.residuals.tolist()
    )


def _grid(table: Contingency, title: str, cells: list[list[float]], *, total: bool = False) -> ResultTable:
    ends = [[sum(row)] if total else [] for row in cells]
    rows: list[tuple[str | float, ...]] = [
        (name, *row, *end) for name, row, end in zip(table.rows, cells, ends, strict=True)
    ]
    if total:
        sums = [sum(column) for column in zip(*cells, strict=True)]
        rows.append(("total", *sums, sum(sums)))
    columns = (table.row_name, *table.columns, *(["total"] if total else []))
    return ResultTable(title, columns, tuple(rows))
