"""HAVOC-mini as it ships: the README's questions, questions that must not be answered, and its parts."""

from functools import cache
from pathlib import Path

import pytest

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.linking.mentions import ColumnMention, NumberMention
from havoc_pipeline.lm.confidence import FEATURES, features, held_back
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.tables import Table

TABLES = Path(__file__).parent.parent.parent / "datasets" / "tables"


@cache
def planner() -> Planner:
    return Planner.load()


def table(name: str) -> Table:
    return Table.read(TABLES / f"{name}.csv")


def test_the_readme_questions_are_read_as_meant() -> None:
    resin = planner().propose("Did the new resin raise tensile strength?", table("resin"))[0]
    assert resin.commands == ('RUN_TTEST response=strength group=resin first="new" alternative=greater',)
    bond = planner().propose("Is the bond force in control, and is it capable between 18 and 26 N?", table("bond"))[0]
    assert [step.name for step in bond.steps] == ["CHECK_SPC", "CAPABILITY"]  # type: ignore[union-attr]
    assert bond.steps[1].as_arguments() == {"value": "Bond force (N)", "lsl": 18, "usl": 26}  # type: ignore[union-attr]


def test_probabilities_are_a_distribution_best_first() -> None:
    found = planner().propose("does cure temp affect strength", table("resin"))
    chances = [p.probability for p in found]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1 + 1e-6
    assert len({p.commands for p in found}) == len(found)


@pytest.mark.parametrize("question", ["write me a poem about the sea", "who won the match"])
def test_what_is_no_question_of_data_is_refused(question: str) -> None:
    assert planner().propose(question, table("bond"))[0].refusal is not None


def test_mathematics_needs_no_table() -> None:
    assert planner().propose("solve x^2 - 5x + 6 = 0", None)[0].commands[0].startswith("SOLVE equation=")


def test_the_same_question_gives_the_same_plan() -> None:
    first, second = (planner().propose("is strength normal", table("resin")) for _ in range(2))
    assert [p.commands for p in first] == [p.commands for p in second]
    assert [p.probability for p in first] == [p.probability for p in second]


def test_options_are_weighed() -> None:
    chances = planner().choose("<argue> RUN_TTEST <supported> <K1> <fail> <cmd> <K1>", ["<pro>", "<con>"])
    assert sum(chances) == pytest.approx(1.0)
    assert chances[1] > 0.5


def test_a_quantity_without_a_column_is_noticed_and_costs_confidence() -> None:
    bond = table("bond")
    lost, found = "is the humidity in control", "is the bond force in control"
    assert [lost[start:end] for start, end in ground(lost, bond).unplaced] == ["humidity"]
    assert ground(found, bond).unplaced == ()
    links = ground(found, bond)
    values = features(links, bond, planner().propose(found, bond, links))
    assert set(values) == {*FEATURES, "unsettled"}
    assert held_back(0.97, values) == 0.97
    assert held_back(0.97, values | {"unplaced": 1.0, "unmentioned": 0.5}) < 0.5
    links = ground(lost, bond)
    assert planner().confidence(lost, bond, links, planner().propose(lost, bond, links)) < 0.5


def test_a_number_is_no_level_unless_it_is_the_level() -> None:
    links = ground("capable between 18 and 26 N?", table("bond"))
    assert [m.value for m in links.mentions if isinstance(m, NumberMention)] == [18.0, 26.0]
    assert not any(isinstance(m, ColumnMention) and m.text == "18" for m in links.mentions)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no HAVOC model"):
        Planner.load(tmp_path)
