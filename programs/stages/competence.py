"""Whether the model at hand was trained on a stage; where not, the stage falls back to its rule."""

from __future__ import annotations

import dspy
from dspy.utils.exceptions import AdapterParseError, LMError

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.models import tasks_of

Unparsed = AdapterParseError


def untrained(task: str) -> str:
    """Empty when the model knows the task, else the sentence that the journal carries."""
    tasks = tasks_of(dspy.settings.lm)
    if tasks is None or task in tasks:
        return ""
    return f"this checkpoint was not trained on {task.upper()}; the stated rule decided"


def unreached(error: LMError) -> ModelError:
    """A failure of the language model's side as one sentence."""
    cause = " ".join(str(error).split())[:300]
    return ModelError(
        f"the language model `{dspy.settings.lm.model}` gave no answer: {cause}; check its name and address"
    )
