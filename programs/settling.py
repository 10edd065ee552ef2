"""Whether a question is answered, asked back, or refused."""

from __future__ import annotations

from typing import Literal

from havoc_pipeline.programs.case import Planned, Readings

Course = Literal["answer", "ask", "refuse"]


def course(readings: Readings, threshold: float, english: bool = True) -> tuple[Course, Planned | None]:
    """What to do with the readings of a question, and with which.

    A refusal stands only above the threshold, since a missed link looks like a missing column. The
    threshold holds for calibrated confidence alone: what another model says of itself is no doubt
    that could be measured.

    Parameters
    ----------
    readings : Readings
    threshold : float
        Confidence from which HAVOC commits itself.
    english : bool
        Whether the question looks like English, which is all that HAVOC's own model learned: what it makes
        of another language is offered, not answered.

    Returns
    -------
    course : {"answer", "ask", "refuse"}
    planned : Planned or None
        The likeliest reading, if there is any.
    """
    if not readings.planned:
        return "ask", None
    best = readings.planned[0]
    strange = not english and best.plan.refusal is None
    doubtful = readings.calibrated and (strange or (readings.confidence or 0.0) < threshold)
    if best.plan.refusal == "ambiguous" or doubtful:
        return "ask", best
    return ("refuse" if best.plan.refusal else "answer"), best
