"""Correlation of numeric columns: Pearson, Spearman, Kendall; partial; one or several at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.hypothesis.coefficients import Association, kendall, pearson, spearman
from havoc_pipeline.tools.hypothesis.correlation_findings import condensed, holm, multiplicity, pair_findings
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.regression.least_squares import least_squares
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slugs
from havoc_pipeline.tools.samples import Floats, Numeric, complete, names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Method = Literal["pearson", "spearman", "kendall"]
METHODS = {"pearson": pearson, "spearman": spearman, "kendall": kendall}
SYMBOLS = {"pearson": "r", "spearman": "rho", "kendall": "tau"}
REFERENCES = {
    "pearson": ("Fisher (1921), Metron 1, 3-32",),
    "spearman": ("Spearman (1904), Am. J. Psychol. 15, 72-101", "Bonett and Wright (2000), Psychometrika 65, 23-28"),
    "kendall": (
        "Kendall (1970), Rank Correlation Methods",
        "Fieller, Hartley and Pearson (1957), Biometrika 44, 470-481",
    ),
}
COEFFICIENTS = {
    "pearson": "Pearson's r",
    "spearman": "Spearman's rho on midranks",
    "kendall": "Kendall's tau-b",
}
INTERVALS = {
    "pearson": "Fisher transform, standard error 1/sqrt(n - 3)",
    "spearman": "Fisher transform, standard error sqrt((1 + rho²/2)/(n - 3)) (Bonett and Wright)",
    "kendall": "Fisher transform, standard error sqrt(0.437/(n - 4)) (Fieller, Hartley and Pearson)",
}


@dataclass(frozen=True, kw_only=True)
class Correlation(Result):
    """The correlation of y with x; of several x the strongest, the others under `correlation_<x>`.

    `statistic` is t (Pearson, Spearman) or z (Kendall), NaN where the p-value is exact; `ci_low` and
    `ci_high` have level 1 - alpha.
    """

    correlation: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    p_value: float
    r_squared: float
    n: int
    tests: int
    alpha: float
    method: str
    label: str
    associations: Mapping[str, Association]
    points: Mapping[str, Floats]
    y: Floats

    def confidence_interval(self, level: float = 0.95, x: str | None = None) -> tuple[float, float]:
        """Interval of the coefficient at `level`.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.
        x : str, optional
            Which of several columns; the strongest when left out.

        Returns
        -------
        low, high : float
        """
        return self.associations[x if x is not None else _strongest(self.associations)].interval(level)

    def figure(self) -> Figure:
        """Scatter plot of y against each x, with the least-squares line."""
        from havoc_pipeline.reports.relations import scatter_plots

        return scatter_plots(self.points, self.y, self.label)


@tool("RUN_CORRELATION", family="hypothesis")
def run_correlation(
    table: Any,
    x: list[Numeric],
    y: Numeric,
    control: list[Numeric] | None = None,
    method: Method = "pearson",
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Measure how strongly numeric columns go together.

    Parameters
    ----------
    x : column or list of columns
        One variable, or several of which each is held against y.
    y : column
        The other variable.
    control : column or list of columns
        Variables whose influence is taken out of both (partial correlation).
    method : word
        `pearson` for straight-line relations, `spearman` or `kendall` for rising or falling ones.
    alpha : number
        Significance level; intervals have level 1 - alpha.

    Returns
    -------
    Correlation

    Raises
    ------
    CommandError
        When a column stands on both sides.
    DataError
        When a variable does not vary or there are too few complete rows.

    References
    ----------
    Fisher (1921), Metron 1, 3-32; Spearman (1904), Am. J. Psychol. 15, 72-101; Kendall (1970), Rank
    Correlation Methods; Bonett and Wright (2000), Psychometrika 65, 23-28.

    In words
    --------
    Measure how {x} and {y} are related, holding {control} fixed
    Measure how {x} and {y} are related

    Example
    -------
    RUN_CORRELATION x=temperature y=strength method=spearman
    """
    controls = control or []
    _check_names(x, y, controls)
    pairs = {each.name: _complete(each, y, controls) for each in x}
    found = {name: _associate(*pair, method) for name, pair in pairs.items()}
    p_values = [each.p_value for each in found.values()]
    findings = [*_findings(pairs, method)]
    if len(found) > 1:
        findings.insert(0, multiplicity(list(found), p_values, holm(p_values), float(alpha)))
    return _result(x, y, controls, found, findings, method, float(alpha))


def _check_names(x: Sequence[Numeric], y: Numeric, controls: Sequence[Numeric]) -> None:
    listed = [sample.name for sample in (*x, y, *controls)]
    twice = next((name for name in listed if listed.count(name) > 1), None)
    if twice is not None:
        raise CommandError(f"`{twice}` stands more than once among x, y and control; name different columns")


Complete = tuple[Numeric, Numeric, Floats | None]


def _complete(x: Numeric, y: Numeric, controls: Sequence[Numeric]) -> Complete:
    """The pair and its controls over the rows in which none is missing."""
    keep, _ = complete(x, y, *controls)
    n, least = int(keep.sum()), 3 + len(controls)
    if n < least:
        raise DataError(
            f"{names([x, y, *controls])} have {n} complete row{'s' * (n != 1)}; a correlation needs at least {least}"
        )
    kept = [sample.rows(keep) for sample in (x, y)]
    for sample in kept:
        if float(np.ptp(sample.values)) == 0:
            raise DataError(
                f"all {n} values of `{sample.name}` in complete rows equal {sample.values[0]:g}; what does not vary "
                "cannot correlate: choose another column or widen the filter"
            )
    matrix = np.column_stack([c.values[keep] for c in controls]) if controls else None
    return kept[0], kept[1], matrix


def _associate(x: Numeric, y: Numeric, controls: Floats | None, method: str) -> Association:
    return METHODS[method](x.values, y.values, controls)


def _findings(pairs: Mapping[str, Complete], method: str) -> Iterator[Finding]:
    """Findings of each pair, less what the controls account for; of several pairs condensed."""
    every = {name: list(pair_findings(*_less_controls(*pair, method), method)) for name, pair in pairs.items()}
    return iter(next(iter(every.values()))) if len(every) == 1 else condensed(every)


def _less_controls(x: Numeric, y: Numeric, controls: Floats | None, method: str) -> tuple[Numeric, Numeric]:
    """What Pearson's partial correlation correlates: residuals on the controls."""
    if controls is None or method != "pearson":
        return x, y
    matrix = np.column_stack([np.ones_like(x.values), controls])
    left = (Numeric(f"{s.name} less controls", s.sources, least_squares(matrix, s.values).residuals) for s in (x, y))
    return next(left), next(left)


def _strongest(found: Mapping[str, Association]) -> str:
    return max(found, key=lambda name: abs(found[name].coefficient))


def _result(
    x: Sequence[Numeric], y: Numeric, controls: Sequence[Numeric], found: Mapping[str, Association],
    findings: Sequence[Finding], method: str, alpha: float,
) -> Correlation:  # fmt: skip
    lead = found[_strongest(found)]
    low, high = lead.interval(1 - alpha)
    adjusted = holm([each.p_value for each in found.values()])
    return Correlation(
        decision="supported" if min(adjusted) < alpha else "not supported",
        statement=_sentence(found, y, controls, method, min(adjusted) < alpha), findings=tuple(findings),
        tables=(_table(found, adjusted, y, alpha),), conventions=_conventions(found, controls, method),
        references=REFERENCES[method], extra=_extra(found, adjusted, alpha) if len(found) > 1 else {},
        correlation=lead.coefficient, ci_low=low, ci_high=high, statistic=lead.statistic, df=lead.df,
        p_value=lead.p_value, r_squared=lead.coefficient**2 if method == "pearson" else math.nan, n=lead.n,
        tests=len(found), alpha=alpha, method=method, label=y.with_unit, associations=found,
        points={sample.with_unit: sample.values for sample in x}, y=y.values,
    )  # fmt: skip


def _extra(found: Mapping[str, Association], adjusted: Sequence[float], alpha: float) -> dict[str, float]:
    made: dict[str, float] = {}
    for name, each, p in zip(slugs(found), found.values(), adjusted, strict=True):
        low, high = each.interval(1 - alpha)
        made |= {f"correlation_{name}": each.coefficient, f"ci_low_{name}": low, f"ci_high_{name}": high,
                 f"p_value_{name}": each.p_value, f"p_value_holm_{name}": p, f"n_{name}": each.n}  # fmt: skip
    return made


def _sentence(
    found: Mapping[str, Association], y: Numeric, controls: Sequence[Numeric], method: str, clear: bool
) -> str:
    strongest = _strongest(found)
    less = f" when {literal(names(controls)).replace('`', '')} is held constant" if controls else ""
    numbers = f"{SYMBOLS[method]} {{correlation}}, confidence interval {{ci_low}} to {{ci_high}}"
    if len(found) > 1:
        p = f"p {{p_value_holm_{slugs(found)[list(found).index(strongest)]}}} allowing for {{tests}} tests"
        verb = "is most strongly related" if clear else "comes closest to being related"
        start = "" if clear else "The data do not show that any of the columns is related: "
        return f"{start}{literal(strongest)} {verb} to {literal(y.name)}{less} ({numbers}, {p})."
    if not clear:
        return (f"The data do not show that {literal(strongest)} and {literal(y.name)} go together{less} ({numbers}, "
                "p {p_value}).")  # fmt: skip
    way = "rise" if found[strongest].coefficient > 0 else "fall"
    return f"{literal(y.name)} tends to {way} as {literal(strongest)} rises{less} ({numbers}, p {{p_value}})."


def _table(found: Mapping[str, Association], adjusted: Sequence[float], y: Numeric, alpha: float) -> ResultTable:
    rows = tuple((name, each.n, each.coefficient, *each.interval(1 - alpha), each.p_value, p)
                 for (name, each), p in zip(found.items(), adjusted, strict=True))  # fmt: skip
    head = ("column", "n", "coefficient", "low", "high", "p-value", "p-value (Holm)")
    return ResultTable(f"Correlation with {y.name}", head, rows)


def _conventions(found: Mapping[str, Association], controls: Sequence[Numeric], method: str) -> dict[str, str]:
    tests = "; ".join(dict.fromkeys(each.test for each in found.values()))
    made = {"coefficient": COEFFICIENTS[method], "p-value": f"two-sided, {tests}", "interval": INTERVALS[method]}
    if controls:
        made["partial"] = f"n counts less {len(controls)} for the controls in degrees of freedom and standard error"
    if len(found) > 1:
        made["rows"] = "each pair uses its own complete rows"
    return made
