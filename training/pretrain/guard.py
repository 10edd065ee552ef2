"""The guard against bad steps: a loss that is no number or leaps is skipped, and many in a row stop the run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import fmean, pstdev

from training.pretrain.failure import PretrainError
from training.pretrain.recipe import Guard


@dataclass
class Watch:
    """What the guard remembers; it is kept in the checkpoint, so that a resumed run decides alike."""

    losses: list[float] = field(default_factory=list)
    skipped: int = 0
    in_a_row: int = 0

    def reason_to_skip(self, loss: float, norm: float, guard: Guard) -> str:
        """Return why this step must not be taken, or nothing.

        Parameters: `loss` the mean over the step in nats; `norm` the gradient's before clipping.
        """
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return "not finite"
        if len(self.losses) < guard.window:
            return ""
        limit = fmean(self.losses) + max(guard.deviations * pstdev(self.losses), guard.margin)
        return "spike" if loss > limit else ""

    def note(self, step: int, loss: float, reason: str, guard: Guard) -> None:
        """Remember a step; raises `PretrainError` when too many in a row were skipped."""
        if not reason:
            self.losses = [*self.losses, loss][-guard.window :]
            self.in_a_row = 0
            return
        self.skipped += 1
        self.in_a_row += 1
        if self.in_a_row >= guard.patience:
            raise PretrainError(
                f"{self.in_a_row} steps in a row were skipped up to step {step} (the last: loss {loss}, {reason}), "
                f"the limit is guard.patience {guard.patience}: lower optimizer.rate or look at the data of these "
                "steps, and resume from the last checkpoint."
            )
