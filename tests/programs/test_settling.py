"""Whether a question is answered, asked back or refused."""

import pytest

from havoc_pipeline.programs.case import Planned, Readings
from havoc_pipeline.programs.settling import course
from havoc_pipeline.signatures.types import Plan


def readings(confidence: float | None, refusal: str | None = None, calibrated: bool = True) -> Readings:
    return Readings((Planned("", Plan.model_validate({"refusal": refusal}), ()),), confidence, calibrated)


@pytest.mark.parametrize(
    ("held", "english", "way"),
    [
        (readings(0.9), True, "answer"),
        (readings(0.4), True, "ask"),
        (readings(0.9), False, "ask"),
        (readings(0.9, "off_topic"), False, "refuse"),
        (readings(0.9, "ambiguous"), True, "ask"),
        (readings(None, calibrated=False), False, "answer"),
        (Readings((), None, True), True, "ask"),
    ],
)
def test_the_course_of_a_question(held: Readings, english: bool, way: str) -> None:
    assert course(held, 0.5, english)[0] == way
