"""A list of columns beside each other argument: what cannot run is refused before anything runs."""

from collections.abc import Iterator

import numpy as np
import pytest

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import Parameter, Tool, all_tools

ROWS = 24
NEEDED = {"CAPABILITY": " lsl=5"}
OF_THE_DATA = (
    "chart=imr", "within=moving_range",  # rows with one reading each are single readings after all
    "predict_at=",  # depends on which predictors are numbers
    "usl=", "x=q y=q", "y=q control=q",  # wrong with one column as well
)  # fmt: skip


@pytest.fixture(scope="module")
def wide() -> Table:
    rng = np.random.default_rng(3)
    readings = {name: rng.normal(10, 1, ROWS).round(4).tolist() for name in ("p1", "p2", "p3", "q")}
    groups = {"side": ["L", "R"] * 12, "item": ["a", "b", "c"] * 8, "shift": ["x", "x", "y", "y"] * 6}
    return Table.from_columns(readings | groups | {"faults": rng.poisson(4, ROWS).tolist()})


def values(parameter: Parameter, table: Table) -> Iterator[str]:
    """What may stand for a parameter, as the command language writes it."""
    if "column" in parameter.kinds:
        fits = [c.header for c in table.columns[3:] if any(sample.accepts(c) for sample in parameter.samples)]
        yield from fits[:3]
        yield from ["[side, item]", "[side, item, shift]", "[side, side]"] if parameter.many and "side" in fits else []
    yield from {"number": ["10", "2"], "integer": ["1", "3"]}.get(next(iter(parameter.kinds)), [])
    yield from ["3"] if parameter.name == "subgroup_size" else []
    yield from ["true"] if "flag" in parameter.kinds else []
    yield from parameter.words


def commands(tool: Tool, parameter: Parameter, table: Table) -> Iterator[str]:
    """Lists of columns for one parameter, with each value of each other parameter."""
    others = [p for p in tool.parameters.values() if p is not parameter]
    needed = "".join(f" {p.name}={next(values(p, table))}" for p in others if p.required)
    for columns in ("[p1, p2, p3]", "[p1, p2]", "[p1, (p2 + p3)]"):
        start = f"{tool.name} {parameter.name}={columns}{needed}{NEEDED.get(tool.name, '')}"
        yield start
        yield from (f"{start} {p.name}={v}" for p in others if f" {p.name}=" not in start for v in values(p, table))


def asked(table: Table) -> Iterator[str]:
    for tool in all_tools().values():
        for parameter in tool.parameters.values() if tool.needs_table else ():
            numeric = any(sample.accepts(table.column("p1")) for sample in parameter.samples)
            if parameter.many and numeric:
                yield from commands(tool, parameter, table)


def test_what_the_check_passes_runs(wide: Table) -> None:
    late, refused = [], 0
    for text in asked(wide):
        command = parse_command(text)
        try:
            check(command, wide)
        except CommandError:
            refused += 1
            continue
        try:
            execute([command], wide)
        except CommandError as error:
            late += [] if any(part in text for part in OF_THE_DATA) else [f"{text}: {error}"]
        except DataError:
            continue
    assert refused > 50
    assert late == []


@pytest.mark.parametrize(
    "text,said",
    [
        ("RUN_ANOVA response=[p1, p2, p3] factor=item", "factor= out, or average the columns first: response=(mean([p1, p2, p3"),
        ("RUN_TTEST response=[p1, p2] group=side", "average the columns first: response=(mean([p1, p2]))"),
        ("RUN_TTEST response=[p1, p2, p3] mu=10", "average the columns first: response=(mean([p1, p2, p3]))"),
        ("RUN_TTEST response=[p1, p2] before=p1 after=p2", "leave response= out"),
        ("RUN_TTEST response=[p1, p2, p3]", "use RUN_ANOVA for more"),
        ("RUN_TTEST response=[p1, p1]", "names `p1` twice"),
        ("COMPARE_VARIANCES response=[p1, p2] group=side", "or name one column: response=p1"),
        ("COMPARE_VARIANCES response=[p1, p2] sigma=2", "leave sigma= out, or name one column"),
        ("COMPARE_VARIANCES response=[p1, p2, p3] method=f", "compares two groups and there are 3"),
        ("RUN_ANOVA response=p1 factor=[side, item, shift]", "use FIT_REGRESSION"),
        ("RUN_ANOVA response=p1 factor=[side, item] method=welch", "with by=item"),
        ("CHECK_SPC value=[p1, p2] chart=c", "add them up with value=(p1 + p2)"),
        ("CHECK_SPC value=[p1, p2] size=faults", "add the counts up with value=(p1 + p2)"),
        ("CAPABILITY value=[p1, p2] lsl=5 subgroup_size=3", "a subgroup of 2 already"),
    ],
)  # fmt: skip
def test_the_check_says_the_mend(wide: Table, text: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        check(parse_command(text), wide)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "RUN_ANOVA response=(mean([p1, p2, p3])) factor=item",
        "RUN_TTEST response=(mean([p1, p2, p3])) mu=10",
        "RUN_TTEST response=[p1] group=side",
        "TEST_NORMALITY value=[p1, p2] group=side",
        "CHECK_SPC value=[p1, p2] subgroup=item",
        "CAPABILITY value=[p1, p2] lsl=5 subgroup_size=1",
        "COMPARE_VARIANCES response=[p1, p2] method=f alternative=less",
    ],
)
def test_the_mend_and_what_goes_together_run(wide: Table, text: str) -> None:
    assert execute([parse_command(text)], wide)[0].result.statement
