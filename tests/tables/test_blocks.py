"""Wide layouts are found, and columns that only look like one are not."""

import numpy as np
import pytest

from havoc_pipeline.tables import Block, Table

ROWS = 12


def readings(seed: int, mean: float = 50.0, sd: float = 2.0) -> list[float]:
    values: list[float] = np.random.default_rng(seed).normal(mean, sd, ROWS).round(3).tolist()
    return values


def blocks(*headers: str, **others: list[float]) -> tuple[Block, ...]:
    columns = {header: readings(seed) for seed, header in enumerate(headers)}
    return Table.from_columns(columns | others).profile.blocks


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (("p1", "p2", "p3", "p4"), "p"),
        (("X1", "X2", "X3"), "X"),
        (("Reading 1", "Reading 2", "Reading 3"), "Reading"),
        (("Repeat.1", "Repeat.2"), "Repeat"),
        (("w_1 (g)", "w_2 (g)", "w_3 (g)"), "w"),
        (("Clad um1", "Clad um2", "Clad um3", "Clad um4"), "Clad um"),
        (("1", "2", "3", "4"), "1…4"),
        (("Probe A", "Probe B", "Probe C"), "Probe"),
    ],
)
def test_repeated_readings_are_a_subgroup(headers: tuple[str, ...], name: str) -> None:
    assert blocks(*headers) == (Block(name, headers, "subgroup"),)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (("Haze in", "Haze out"), "Haze"),
        (("before", "after"), "before/after"),
        (("weight_pre", "weight_post"), "weight"),
        (("preWeight (g)", "postWeight (g)"), "Weight"),
        (("h0", "h1"), "h"),
        (("Höhe vor [mm]", "Höhe nach [mm]"), "Höhe"),
        (("poids avant", "poids après"), "poids"),
        (("peso antes", "peso después"), "peso"),
    ],
)
def test_before_and_after_are_a_pair(headers: tuple[str, ...], name: str) -> None:
    assert blocks(*headers) == (Block(name, headers, "pair"),)


def test_a_later_column_first_in_the_table_stands_second_in_its_pair() -> None:
    assert blocks("after", "before")[0].headers == ("before", "after")


def test_other_units_are_no_block() -> None:
    assert blocks("w1 (g)", "w2 (kg)") == ()
    assert blocks("T in (°C)", "T out (bar)") == ()


def test_other_ranges_are_no_block() -> None:
    assert blocks("x1", x2=readings(9, 900.0), x3=readings(8, 0.2, 0.01)) == ()


def test_coded_factors_are_no_block() -> None:
    low_high = np.tile([-1, 1], 6).tolist()
    assert Table.from_columns({"X1": low_high, "X2": low_high[::-1], "X3": low_high}).profile.blocks == ()


def test_other_columns_do_not_join() -> None:
    found = blocks("p1", "p2", "p3", "hardness", "p_total")
    assert found == (Block("p", ("p1", "p2", "p3"), "subgroup"),)
