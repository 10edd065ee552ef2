"""Fit HAVOC-mini's confidence on the development authors' questions, and say how good it is.

python -m training.calibrate --model havoc_pipeline/model/mini --count 1500
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch

from havoc_pipeline.evals.reliability import auroc, calibration_error
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.confidence import FEATURES, calibrated, features, held_back
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.lm.reading import read
from training.bank import authors, domains, phrases, readings
from training.examples import pointed_answer
from training.make_examples import QUESTIONS_A_TABLE, thinned, weight
from training.meaning import Episode
from training.questions import Writer
from training.studies import studied, study_authors
from training.tables import make_table

Row = tuple[dict[str, float], bool]


def episodes(count: int, seed: int, share: float) -> Iterator[Episode]:
    """Questions by the development authors over their own tables, a share of them freely asked."""
    random_ = random.Random(seed)
    writer = Writer(phrases(authors("phrases", development=True)), random_)
    known = domains(authors("domains", development=True))
    free = studied(study_authors(development=True), random_)
    names = [r for r in readings() if not r.startswith(("mod.", "derive.", "frame"))]
    weights = [weight(name) for name in names]
    yield from islice((episode for _, asked in free for episode in asked), round(share * count))
    made = round(share * count)
    while made < count:
        table = thinned(make_table(random_.choice(known), random_), random_)
        foreign = [m for d in random_.sample(known, 3) for m in make_table(d, random_).columns]
        for reading in random_.choices(names, weights, k=QUESTIONS_A_TABLE):
            episode = writer.episode(table, reading, foreign)
            if episode is not None and made < count:
                made += 1
                yield episode


def measure(planner: Planner, drawn: Iterable[Episode]) -> tuple[list[Row], dict[str, tuple[int, int]]]:
    """Features and rightness of the best plan for each question; counts right and asked by reading."""
    rows: list[Row] = []
    tally: dict[str, tuple[int, int]] = {}
    for episode in drawn:
        links = ground(episode.question, episode.table)
        gold = pointed_answer(episode, read(links, episode.table))
        proposals = planner.propose(episode.question, episode.table, links)
        right = gold is not None and proposals[0].symbols == " ".join(gold)
        rows.append((features(links, episode.table, proposals), right))
        key = ".".join(episode.reading.split(".")[:2])
        good, asked = tally.get(key, (0, 0))
        tally[key] = (good + right, asked + 1)
    return rows, tally


def fit(rows: list[Row], penalty: float = 0.01) -> dict[str, float]:
    """Logistic regression of rightness on the features."""
    x = torch.tensor([[values[name] for name in FEATURES] for values, _ in rows], dtype=torch.float64)
    y = torch.tensor([float(right) for _, right in rows], dtype=torch.float64)
    weight_ = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight_, bias], max_iter=200)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(x @ weight_ + bias, y)
        value = value + penalty * (weight_**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return dict(zip(FEATURES, weight_.tolist(), strict=True)) | {"bias": bias.item()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--studies", type=float, default=0.5, help="share of freely asked questions")
    parser.add_argument("--dry", action="store_true", help="only say the figures")
    given = parser.parse_args()
    planner = Planner.load(given.model)
    rows, tally = measure(planner, episodes(given.count, given.seed, given.studies))
    random.Random(given.seed).shuffle(rows)
    half = len(rows) // 2
    first, second = fit(rows[:half]), fit(rows[half:])
    crossed = [(held_back(calibrated(v, second), v), r) for v, r in rows[:half]]
    crossed += [(held_back(calibrated(v, first), v), r) for v, r in rows[half:]]
    sure, right = [c for c, _ in crossed], [r for _, r in crossed]
    figures = {"questions": len(rows), "whole": sum(right) / len(right), "auroc": auroc(sure, right),
               "calibration_error": calibration_error(sure, right)}  # fmt: skip
    card = planner.card | {"confidence": fit(rows), "development": figures}
    if not given.dry:
        (given.model / "havoc.json").write_text(json.dumps(card, indent=1), encoding="utf-8")
    print(json.dumps(figures, indent=1))
    for key, (good, asked) in sorted(tally.items(), key=lambda item: item[1][0] / item[1][1]):
        print(f"{key:24s} {good:4d} of {asked:4d}")


if __name__ == "__main__":
    main()
