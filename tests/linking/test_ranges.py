"""How well numbers suit columns."""

import pytest

from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.linking.ranges import Ranges
from havoc_pipeline.tables import Table

TABLE = Table.from_columns(
    {
        "Gap (mm)": [f"{2.5 + 0.01 * (row % 40):.2f}" for row in range(60)],
        "Fill (ml)": [str(450 + row % 50) for row in range(60)],
        "Line": ["A", "B", "C"] * 20,
        "Dead": ["7"] * 60,
    }
)
GAP, FILL, LINE, DEAD = range(4)


def number(value: float, unit: str | None = None) -> NumberMention:
    return NumberMention(0, 1, str(value), value, unit)


@pytest.fixture(scope="module")
def ranges() -> Ranges:
    return Ranges(list(TABLE.columns))


def test_a_number_suits_the_column_among_whose_values_it_lies(ranges: Ranges) -> None:
    near, share, _ = ranges.suit([number(490)])[0].T
    assert near[FILL] > 0.5 and near[GAP] == 0.0
    assert share[FILL] == pytest.approx(1.0)


def test_a_limit_just_outside_the_values_still_suits(ranges: Ranges) -> None:
    near = ranges.suit([number(2.4)])[0][:, 0]
    assert near[GAP] > 0.2 and near[FILL] == 0.0


def test_columns_of_names_suit_no_number(ranges: Ranges) -> None:
    assert ranges.suit([number(3)])[0][LINE].max() == 0.0


def test_a_unit_points_at_its_columns(ranges: Ranges) -> None:
    units = ranges.suit([number(1e6, "ML"), number(2.6)])[..., 2]
    assert units[0].tolist() == [0, 1, 0, 0]
    assert units[1].max() == 0.0


def test_a_column_of_one_value_says_nothing(ranges: Ranges) -> None:
    assert ranges.suit([number(7.0)])[0][DEAD].max() == 0.0
