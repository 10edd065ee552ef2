"""What kind of column it is."""

import pytest

from havoc_pipeline.tables import Kind, Table

LONG = "the seal was loose and the operator had to stop the line for {} minutes"


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("x", [1.5, 2.5, 3.5, 9.0], "numeric"),
        ("x", [3, 1, 4, 1, 5], "integer"),
        ("coded", [-1, 1, -1, 1], "integer"),
        ("resin", ["a", "b", "a", "b"], "two-level"),
        ("line", ["L1", "L2", "L3", "L1"], "categorical"),
        ("speed", ["low", "high", "medium", "low"], "ordered"),
        ("grade", ["A", "C", "B", "A"], "ordered"),
        ("when", ["2024-01-05", "2024-01-06", None], "date"),
        ("anything", [1, 2, 3, 4, 5], "order"),
        ("anything", [0, 1, 2, 3, 4], "order"),
        ("RunOrder", [3, 1, 2, 4], "order"),
        ("StdOrder", [3, 1, 2, 4], "order"),
        ("year", [2001, 2003, 2004], "order"),
        ("dose", [5, 10, 15], "integer"),
        ("sample_id", [17, 12, 33], "identifier"),
        ("serial no", [100, 101, 102], "identifier"),
        ("who", ["ann", "bob", "cyn"], "identifier"),
        ("barcode", ["4006381333931123456", "4006381333931123457", "4006381333931123458"], "identifier"),
        ("n", [50, 50, 50], "constant"),
        ("plant", ["Ulm", "Ulm"], "constant"),
        ("remark", [LONG.format(step) for step in range(9)], "text"),
        ("nothing", [None, "NA", ""], "empty"),
        ("machine", ["1", "2", "X"] * 5, "categorical"),
    ],
)
def test_kind(header: str, cells: list[object], kind: Kind) -> None:
    assert Table.from_columns({header: cells}).column(header).kind == kind


def test_integer_codes_have_numbers_and_levels() -> None:
    code = Table.from_columns({"machine": [2, 1, 10, 2]}).column("machine")
    assert code.numbers.tolist() == [2.0, 1.0, 10.0, 2.0]
    assert code.levels == ("1", "2", "10")
    assert code.labels.tolist() == ["2", "1", "10", "2"]


def test_a_constant_number_can_be_computed_with() -> None:
    assert Table.from_columns({"n": [50, 50]}).column("n").is_numeric
