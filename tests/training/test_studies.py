"""Studies: every question fits its table, marks stand where they say, and what does not fit is refused."""

import random

import pytest

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.command import Refusal
from havoc_pipeline.dsl.parse import parse_plan
from training.bank import DEVELOPMENT_AUTHORS
from training.studies import StudyError, draw, episode, spelled, studied, studies, study_authors, with_marks

STUDY = {
    "table": "weld_pull",
    "about": "pull tests",
    "columns": [
        {"key": "force", "headers": ["Pull (N)"], "kind": "number", "low": 40, "high": 65, "role": "measurement",
         "says": ["pull strength"]},
        {"key": "noz", "headers": ["tip"], "kind": "category", "levels": {"N1": ["the old tip"], "N2": []}, "role": "group",
         "says": ["nozzle"]},
        {"key": "haze", "headers": [["in", "out"]], "kind": "pair", "low": 2, "high": 9, "role": "measurement",
         "says": ["haze"]},
    ],
    "questions": [],
}  # fmt: skip


def asked(q: str, plan: str):  # type: ignore[no-untyped-def]
    question = {"q": q, "plan": plan}
    return episode(draw(STUDY, random.Random(1), [question]), question, random.Random(1))


@pytest.mark.parametrize("author", [*study_authors(development=False), *study_authors(development=True)])
def test_every_plan_fits_its_table(author: str) -> None:
    random_ = random.Random(4)
    for study in studies([author]):
        drawn = draw(study, random_, study["questions"])
        for question in study["questions"]:
            for step in parse_plan(spelled(episode(drawn, question, random_).plan)):
                if not isinstance(step, Refusal):
                    check(step, drawn.made.table)


def test_development_authors_are_held_out() -> None:
    assert set(study_authors(development=True)) == {"plover", "shrike"}
    assert not set(study_authors(development=False)) & DEVELOPMENT_AUTHORS


def test_marks_become_places_of_the_text() -> None:
    drawn = asked(
        "do they hold {better|force} with {the new tip|noz=N2}?", "RUN_TTEST response=force group=noz first=N2"
    )
    said = {(m.headers, m.level): [drawn.question[a:b] for a, b in m.spans] for m in drawn.meanings}
    assert said[("Pull (N)",), None] == ["better"]
    assert said[("tip",), "N2"] == ["the new tip"]
    assert spelled(drawn.plan) == 'RUN_TTEST response= "Pull (N)" group= "tip" first= "N2"'


def test_numbers_are_pointed_at_and_pairs_have_sides() -> None:
    drawn = asked("{haze|haze.after} below 4.5?", "RUN_TTEST response=haze.after mu=4.5 alternative=less")
    number = next(m for m in drawn.meanings if m.kind == "number")
    assert [drawn.question[a:b] for a, b in number.spans] == ["4.5"]
    assert spelled(drawn.plan) == 'RUN_TTEST response= "out" mu= 4.5 alternative= less'


@pytest.mark.parametrize(
    ("q", "plan", "wrong"),
    [
        ("{it|strength} ok?", "DESCRIBE columns=force", "strength"),
        ("{that tip|noz=N9} ok?", "DESCRIBE columns=force", "N9"),
        ("above 4?", "RUN_TTEST response=force mu=5", "5"),
        ("haze?", "DESCRIBE columns=haze", "haze.before"),
    ],
)
def test_what_does_not_fit_is_refused(q: str, plan: str, wrong: str) -> None:
    with pytest.raises(StudyError, match=wrong):
        asked(q, plan)


def test_words_of_marks_join_a_columns_names_but_pronouns_do_not() -> None:
    study = STUDY | {
        "questions": [{"q": "{how firmly they sit|force}, {it|force}, {that nozzle|noz=N2}", "plan": "DESCRIBE"}]
    }
    columns = {c["key"]: c for c in with_marks(study)["columns"]}
    assert columns["force"]["says"] == ["pull strength", "how firmly they sit"]
    assert columns["noz"]["levels"]["N2"] == ["nozzle"]


def test_drawing_gives_several_questions_a_table() -> None:
    made, episodes = next(studied(["plover"], random.Random(3)))
    assert len(episodes) == 4
    assert all(e.table is made.table for e in episodes)
