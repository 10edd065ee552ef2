"""Examples for the small decisions of the other stages: difficulty, stakes, for and against, verdict.

The teacher is stated here and nowhere else; what HAVOC-mini learns of it is measured like the rest.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from havoc_pipeline.lm.symbols import DECISIONS, STATUSES
from havoc_pipeline.tools.registry import all_tools
from training.bank import ROOT
from training.examples import Example


def stakes() -> dict[str, list[str]]:
    """Sentences by the stakes they carry."""
    found: dict[str, list[str]] = {}
    level = ""
    for row in (ROOT / "phrases" / "stakes.txt").read_text(encoding="utf-8").splitlines():
        if row.startswith("@"):
            level = row[1:].strip()
        elif row.strip() and not row.startswith("#"):
            found.setdefault(level, []).append(row.strip())
    return found


def difficulty(answer: str) -> str:
    """How hard a plan is to get right: steps, filters, derived columns and several predictors count."""
    points = answer.count(" ; ") + 2 * ("where=" in answer) + ("by=" in answer) + ("transform=" in answer)
    points += 2 * bool(re.search(r"= \( ", answer)) + ("predictors= [" in answer or "interactions" in answer)
    points += 2 * answer.startswith("REFUSE")
    return "<low>" if points == 0 else "<medium>" if points < 3 else "<high>"


def mode_examples(drawn: Example, random_: random.Random) -> Iterator[Example]:
    """Difficulty of a question, and its stakes when a sentence around it tells them."""
    prompt = drawn.prompt.replace("<plan>", "<mode>", 1)
    yield Example(f"{prompt} <check>", difficulty(drawn.answer), "stage.difficulty")
    level = random_.choice(("low", "low", "medium", "high", "high"))
    text, _, profile = prompt.partition(" <profile>")
    if level != "low":
        before, _, after = random_.choice(stakes()[level]).lower().partition("{q}")
        text = f"<mode> {before.strip()} {text.removeprefix('<mode> ')} {after.strip()}".replace("  ", " ").strip()
    yield Example(f"{text} <profile>{profile} <answer>", f"<{level}>", "stage.risk")


def debate_examples(random_: random.Random) -> Iterator[Example]:
    """For or against, finding by finding; then the verdict on all of them."""
    command = random_.choice(list(all_tools()))
    decision = f"<{random_.choice(DECISIONS)}>"
    statuses = random_.choices(STATUSES, (6, 2, 1, 3), k=random_.randint(1, 9))
    listed = " ".join(f"<K{i}> <{status}>" for i, status in enumerate(statuses, 1))
    place = random_.randint(1, len(statuses))
    side = "<con>" if statuses[place - 1] in ("warn", "fail") else "<pro>"
    yield Example(f"<argue> {command} {decision} {listed} <cmd> <K{place}>", side, "stage.argue")
    yield Example(f"<arbiter> {command} {decision} {_sides(statuses)} <cmd>", verdict(statuses), "stage.arbiter")


def _sides(statuses: Sequence[str]) -> str:
    pro = " ".join(f"<{s}>" for s in statuses if s not in ("warn", "fail"))
    con = " ".join(f"<{s}>" for s in statuses if s in ("warn", "fail"))
    return " ".join(f"<pro> {pro} <con> {con}".split())


def verdict(statuses: Sequence[str]) -> str:
    """A failed check fells a conclusion; two warnings weaken it."""
    if "fail" in statuses:
        return "<falls>"
    return "<weakened>" if statuses.count("warn") >= 2 else "<stands>"
