"""Scoring a plan: what means the same counts as the same, and nothing else does."""

import math

import pytest

from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.evals.plan_match import match
from havoc_pipeline.evals.reliability import auroc, calibration_error


@pytest.mark.parametrize(
    "planned,expected,whole",
    [
        ("RUN_CORRELATION x=a y=b", "RUN_CORRELATION x=b y=a", True),
        ("RUN_CORRELATION x=a y=b method=spearman", "RUN_CORRELATION x=b y=a", False),
        ("RUN_TTEST response=y group=g alternative=two-sided ALPHA_0_05", "RUN_TTEST response=y group=g", True),
        ("RUN_TTEST response=y group=g first=a", "RUN_TTEST response=y group=g", True),
        (
            "RUN_TTEST response=y group=g first=a alternative=less",
            "RUN_TTEST response=y group=g first=b alternative=less",
            False,
        ),
        ('DESCRIBE columns=[a, b] where=(l in ["1", "2"])', 'DESCRIBE columns=[b, a] where=(l in ["2", "1"])', True),
        ("CAPABILITY value=y lsl=1 usl=2", "CAPABILITY value=y usl=2", False),
        ("REFUSE reason=ambiguous", "REFUSE reason=off_topic", False),
    ],
)
def test_whole_plans(planned: str, expected: str, whole: bool) -> None:
    assert match(parse_plan(planned), [[expected]]).whole is whole


def test_the_nearest_accepted_plan_counts() -> None:
    plan = parse_plan("RUN_ANOVA response=y factor=g")
    found = match(plan, [["RUN_TTEST response=y group=g"], ["RUN_ANOVA response=y factor=h"]])
    assert found.command and not found.columns and not found.whole


def test_a_missing_step_is_not_the_plan() -> None:
    assert not match(parse_plan("CHECK_SPC value=y"), [["CHECK_SPC value=y", "CAPABILITY value=y lsl=1"]]).command


def test_auroc_by_hand() -> None:
    assert auroc([0.9, 0.8, 0.3, 0.2], [True, False, True, False]) == 0.75
    assert math.isnan(auroc([0.9, 0.8], [True, True]))


def test_calibration_error_by_hand() -> None:
    assert calibration_error([0.95, 0.95, 0.05, 0.05], [True, False, False, False]) == pytest.approx(0.25)
