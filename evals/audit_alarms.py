"""How often the audit objects to clean analyses: `python -m havoc_pipeline.evals.audit_alarms`.

Each analysis is simulated so that the method's assumptions hold and the plan answers the question;
every warning or failure of a rule is then a false alarm. Links come from the real linker.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.random import Generator

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.programs.audit import audit
from havoc_pipeline.programs.stages.arbiter import by_worst
from havoc_pipeline.programs.stages.argue import by_status
from havoc_pipeline.programs.views import executed
from havoc_pipeline.signatures.types import AuditIssue, Mode, Plan
from havoc_pipeline.tables import Table


@dataclass(frozen=True)
class Clean:
    """A question, the plan that answers it, and how its data are drawn."""

    question: str
    command: str
    draw: Callable[[Generator], dict[str, object]]


def _groups(rng: Generator) -> dict[str, object]:
    """Two resins on two shifts, 30 pieces each; resin adds half a standard deviation."""
    resin = np.repeat(["old", "new"], 30)
    return {"Strength (MPa)": (50 + (resin == "new") + rng.normal(0, 2, 60)).round(3), "resin": resin.tolist(),
            "shift": np.tile(["day", "night"], 30).tolist()}  # fmt: skip


def _stable(rng: Generator) -> dict[str, object]:
    """120 independent readings in 24 subgroups, and when they were taken."""
    return {"Bond force (N)": rng.normal(22, 0.6, 120).round(3), "hour": np.repeat(np.arange(1, 25), 5).tolist()}


def _related(rng: Generator) -> dict[str, object]:
    """Haze that rises with temperature and not with speed."""
    temperature, speed = rng.normal(180, 5, 50).round(2), rng.normal(12, 1, 50).round(3)
    return {"Haze (%)": (2 + 0.1 * temperature + rng.normal(0, 1, 50)).round(3), "Temperature (°C)": temperature,
            "Speed (m/min)": speed}  # fmt: skip


def _pairs(rng: Generator) -> dict[str, object]:
    """Thirty parts weighed before and after."""
    before = rng.normal(40, 3, 30)
    after = before - 0.5 + rng.normal(0, 0.5, 30)
    return {
        "part": [f"P{i + 1:03d}" for i in range(30)],
        "weight before": before.round(3),
        "weight after": after.round(3),
    }


def _outcomes(rng: Generator) -> dict[str, object]:
    """Pass and fail of 400 items from two suppliers."""
    supplier = np.repeat(["Alba", "Brix"], 200)
    failed = rng.random(400) < np.where(supplier == "Alba", 0.15, 0.25)
    order = rng.permutation(400)
    return {"supplier": supplier[order].tolist(), "result": np.where(failed, "fail", "pass")[order].tolist()}


CLEAN = (
    Clean("Did the new resin raise the strength?", 'RUN_TTEST response="Strength (MPa)" group=resin first=new '
          "alternative=greater", _groups),
    Clean("On the night shift, do the resins differ in strength?", 'RUN_TTEST response="Strength (MPa)" group=resin '
          'where=(shift == "night")', _groups),
    Clean("Is the strength above 45 MPa?", 'RUN_TTEST response="Strength (MPa)" mu=45 alternative=greater', _groups),
    Clean("Does strength depend on resin and shift?", 'RUN_ANOVA response="Strength (MPa)" factor=[resin, shift]', _groups),
    Clean("Is the strength equally variable for both resins?", 'COMPARE_VARIANCES response="Strength (MPa)" group=resin',
          _groups),
    Clean("Is the bond force in control?", 'CHECK_SPC value="Bond force (N)"', _stable),
    Clean("Is the bond force, subgrouped by hour, capable between 18 and 26 N?", 'CAPABILITY value="Bond force (N)" '
          "lsl=18 usl=26 subgroup=hour", _stable),
    Clean("Is the bond force normally distributed?", 'TEST_NORMALITY value="Bond force (N)"', _stable),
    Clean("Is haze related to temperature?", 'RUN_CORRELATION x="Temperature (°C)" y="Haze (%)"', _related),
    Clean("How do temperature and speed drive haze?", 'FIT_REGRESSION response="Haze (%)" '
          'predictors=["Temperature (°C)", "Speed (m/min)"]', _related),
    Clean("Did the parts lose weight?", 'RUN_TTEST before="weight before" after="weight after" alternative=less', _pairs),
    Clean("Do the suppliers differ in failures?", "RUN_CHI2 row=supplier column=result", _outcomes),
)  # fmt: skip


def objections(question: str, commands: Sequence[str], table: Table | None) -> tuple[AuditIssue, ...]:
    """Warnings and failures of the rules on a right plan; both sides and verdict by their stated rules."""
    done = executed(execute([parse_command(command) for command in commands], table))
    text = " ".join(result.statement for result in done.results)
    found = audit(question, table, Mode(), Plan(), done.tool_results, by_status(done.findings), by_worst(done), text)
    return tuple(issue for issue in found.issues if issue.severity != "note")


def on_asked(folder: Path) -> Iterator[tuple[AuditIssue, ...]]:
    """Objections to the expected commands of `asked.jsonl`, whose questions others wrote; refusals are left out."""
    for line in (folder / "asked.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["expected"] and not row["expected"][0].startswith("REFUSE"):
            table = Table.read(folder / row["table"]) if row["table"] else None
            with suppress(DataError, CommandError):
                yield objections(row["question"], row["expected"], table)


def main(draws: int = 50, seed: int = 1) -> int:
    """Print the false-alarm rate of each analysis and of each rule."""
    rng = np.random.default_rng(seed)
    by_rule: Counter[str] = Counter()
    flagged = 0
    for clean in CLEAN:
        tables = [Table.from_columns(clean.draw(rng), name="table") for _ in range(draws)]  # type: ignore[arg-type]
        found = [objections(clean.question, [clean.command], table) for table in tables]
        by_rule.update(f"{i.rule} ({i.severity})" for issues in found for i in issues)
        hit = sum(bool(issues) for issues in found)
        flagged += hit
        first = next((issues[0].statement for issues in found if issues), "")
        sys.stdout.write(f"{hit:3d} of {draws}  {clean.question}  {first}\n")
    total = draws * len(CLEAN)
    sys.stdout.write(f"flagged {flagged} of {total} clean analyses ({100 * flagged / total:.1f}%)\n")
    sys.stdout.writelines(f"  {count:4d}  {rule}\n" for rule, count in by_rule.most_common())
    asked = list(on_asked(Path(str(files("havoc_pipeline.evals"))) / "data"))
    failed = sum(any(issue.severity == "failure" for issue in issues) for issues in asked)
    sys.stdout.write(
        f"asked.jsonl: flagged {sum(map(bool, asked))} of {len(asked)} right plans, {failed} with a failure\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
