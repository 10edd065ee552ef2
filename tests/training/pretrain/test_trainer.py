"""The recipe learns along its golden curve, sharded as alone, and a killed run goes on to the bit."""

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from havoc_pipeline.model.modeling import HavocForCausalLM
from training.pretrain.batches import Batches, Micro
from training.pretrain.build import Learner
from training.pretrain.export import export
from training.pretrain.failure import PretrainError
from training.pretrain.journal import LOG, entries
from training.pretrain.recipe import Compute, Recipe
from training.pretrain.shards import TokenData
from training.pretrain.trainer import rate, train

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden.json")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums over threads are in no fixed order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def losses(out: Path) -> list[float]:
    return [entry["loss"] for entry in entries(out / LOG)]


Python = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_toy_recipe_follows_its_golden_curve(alone: Recipe, data: Path, tmp_path: Path) -> None:
    train(alone, data, tmp_path)
    curve = losses(tmp_path)
    # The tolerance is for other processors' kernels; a change of recipe shows in the first digits.
    assert curve == pytest.approx(json.loads(GOLDEN.read_text(encoding="utf-8")), rel=2e-3)
    assert curve[0] == pytest.approx(4.564, abs=0.05)  # ln 96: a fresh model knows nothing
    last = entries(tmp_path / LOG)[-1]
    assert last["tokens"] == 60 * 8 * 64
    assert 0 < last["mfu"] < 1.5 and last["tokens_per_second"] > 0


def test_two_processes_agree_with_one_that_shards_nothing(
    toy: Recipe, alone: Recipe, data: Path, tmp_path: Path, run_python: Python
) -> None:
    recipe = tmp_path / "toy.toml"
    text = (ROOT / "training/pretrain/recipes/toy.toml").read_text(encoding="utf-8")
    recipe.write_text(text.replace("steps = 60", "steps = 20").replace("micro = 2", "micro = 4"), encoding="utf-8")
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "training.pretrain")
    done = run_python(*launch, str(recipe), "--data", str(data), "--out", str(tmp_path / "two"))
    assert done.returncode == 0, done.stderr[-2000:]
    train(replace(alone, steps=20), data, tmp_path / "one")
    assert len(losses(tmp_path / "two")) == 20
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-5)
    # One process goes on from what two had written, halfway.
    shutil.rmtree(tmp_path / "two" / "step-00000020")
    train(replace(toy, steps=20), data, tmp_path / "two")
    assert len(losses(tmp_path / "two")) == 20
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-5)


def test_an_untied_head_trains_sharded_and_checkpointed_as_plain(alone: Recipe, data: Path, tmp_path: Path) -> None:
    untied = {"preset": "toy", "tie_word_embeddings": False}
    plain = replace(alone, steps=6, model=untied)
    train(plain, data, tmp_path / "plain")
    train(replace(plain, compute=Compute(checkpointing=True, head_chunk=33)), data, tmp_path / "sharded")
    assert losses(tmp_path / "sharded") == pytest.approx(losses(tmp_path / "plain"), abs=1e-5)


KILLED = """
import os, signal, sys
from pathlib import Path
from training.pretrain.recipe import read
from training.pretrain.shards import TokenData
from training.pretrain.trainer import Run, train
advance = Run.advance
def dying(run):
    if run.step == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
    advance(run)
Run.advance = dying
train(read(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
"""


def test_a_killed_run_goes_on_bit_for_bit(toy: Recipe, data: Path, tmp_path: Path, run_python: Python) -> None:
    path = tmp_path / "toy.toml"
    text = (ROOT / "training/pretrain/recipes/toy.toml").read_text(encoding="utf-8")
    text = text.replace("steps = 60", "steps = 20").replace("every = 10", "every = 5")
    path.write_text(text.replace('"float32"', '"bfloat16"\ncheckpointing = true'), encoding="utf-8")
    compute = replace(toy.compute, products="bfloat16", checkpointing=True)
    recipe = replace(toy, steps=20, compute=compute, keep=replace(toy.keep, every=5))
    killed = run_python("-c", KILLED, str(path), str(data), str(tmp_path / "killed"), "13")
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert len(losses(tmp_path / "killed")) == 13
    train(recipe, data, tmp_path / "killed")
    train(recipe, data, tmp_path / "whole")
    assert len(losses(tmp_path / "whole")) == 20
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")


def poison(monkeypatch: pytest.MonkeyPatch, passes: set[int], value: float) -> None:
    """Multiply the loss of the passes with these numbers (two a step below) by `value`."""
    honest, seen = Learner.loss, iter(range(10**6))

    def loss(self: Learner, micro: Micro, device: torch.device) -> Tensor:
        return honest(self, micro, device) * (value if next(seen) in passes else 1.0)

    monkeypatch.setattr(Learner, "loss", loss)


@pytest.fixture
def short(alone: Recipe) -> Recipe:
    """Thirteen steps of two passes each."""
    return replace(alone, steps=13, batch=replace(alone.batch, micro=4))


@pytest.mark.parametrize(("value", "reason"), [(float("nan"), "not finite"), (40.0, "spike")])
def test_a_bad_step_is_skipped_and_counted(
    value: float, reason: str, short: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, {22}, value)
    train(short, data, tmp_path)
    assert [entry["skipped"] for entry in entries(tmp_path / LOG)] == [*[""] * 11, reason, ""]
    assert losses(tmp_path)[12] < losses(tmp_path)[0]
    progress = json.loads((tmp_path / "step-00000013" / "progress.json").read_text(encoding="utf-8"))
    assert progress["watch"]["skipped"] == 1 and len(progress["watch"]["losses"]) == 10


def test_a_resumed_run_judges_steps_by_what_it_saw_before(
    short: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(replace(short, keep=replace(short.keep, every=10)), data, tmp_path)
    shutil.rmtree(tmp_path / "step-00000013")
    poison(monkeypatch, {2}, 40.0)  # the second step after the resume: ten losses are known only from before
    train(short, data, tmp_path)
    assert [entry["skipped"] for entry in entries(tmp_path / LOG)] == [*[""] * 11, "spike", ""]


def test_several_bad_steps_in_a_row_stop_the_run(
    short: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, set(range(4, 100)), float("nan"))
    with pytest.raises(PretrainError, match=r"5 steps in a row were skipped up to step 7 .*guard.patience 5: lower"):
        train(short, data, tmp_path)
    assert [entry["skipped"] != "" for entry in entries(tmp_path / LOG)] == [False, False, *[True] * 5]


def test_another_recipe_or_other_data_cannot_go_on(short: Recipe, data: Path, tmp_path: Path) -> None:
    two = replace(short, steps=2)
    train(two, data, tmp_path / "run")
    with pytest.raises(PretrainError, match=r"recipe is not the one .* step 2"):
        train(replace(two, seed=1), data, tmp_path / "run")
    shutil.copytree(data, tmp_path / "other")
    manifest = tmp_path / "other" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("made by", "otherwise made by"), encoding="utf-8")
    with pytest.raises(PretrainError, match="data is not the one"):
        train(two, tmp_path / "other", tmp_path / "run")


def test_a_torn_checkpoint_is_passed_over(short: Recipe, data: Path, tmp_path: Path) -> None:
    train(replace(short, keep=replace(short.keep, every=5)), data, tmp_path)
    before = losses(tmp_path)
    (tmp_path / "step-00000013").rename(tmp_path / "step-00000013.partial")
    train(short, data, tmp_path)
    assert losses(tmp_path) == before


def test_a_run_is_exported_for_transformers(short: Recipe, data: Path, tmp_path: Path) -> None:
    train(replace(short, steps=2), data, tmp_path / "run")
    assert export(short, [tmp_path / "run"], tmp_path / "plain") == 2
    model = HavocForCausalLM.from_pretrained(tmp_path / "plain")
    tokens = Batches(TokenData(data, 64), short.batch, short.seed)
    with torch.no_grad():
        parts = [model(m.ids, labels=m.ids, document_ids=m.documents).loss for m in tokens.micro(2)]
    train(replace(short, steps=13), data, tmp_path / "whole")
    # The schedule has no say in the first two steps, which are of the warm-up.
    assert float(sum(parts)) / 2 == pytest.approx(losses(tmp_path / "whole")[2], rel=0.02)
    with pytest.raises(PretrainError, match="holds no checkpoint"):
        export(short, [tmp_path], tmp_path / "none")


def test_runs_are_averaged(alone: Recipe, data: Path, tmp_path: Path) -> None:
    runs = [tmp_path / f"run{seed}" for seed in range(3)]
    for seed, run in enumerate(runs):
        train(replace(alone, steps=1, seed=seed), data, run)
        export(alone, [run], tmp_path / f"weights{seed}")
    export(alone, runs, tmp_path / "mean")
    mean = load_file(tmp_path / "mean" / "model.safetensors")
    each = [load_file(tmp_path / f"weights{seed}" / "model.safetensors") for seed in range(3)]
    assert not torch.equal(*(one["model.embed_tokens.weight"] for one in each[:2]))
    for name, weight in mean.items():
        torch.testing.assert_close(weight, torch.stack([one[name] for one in each]).mean(0))


def test_a_run_can_begin_with_a_checkpoints_weights(alone: Recipe, data: Path, tmp_path: Path) -> None:
    first, other = replace(alone, steps=6), replace(alone, steps=1, seed=5)
    train(first, data, tmp_path / "first")
    export(first, [tmp_path / "first"], tmp_path / "plain")
    train(other, data, tmp_path / "further", start=tmp_path / "plain")
    model = HavocForCausalLM.from_pretrained(tmp_path / "plain")
    tokens = Batches(TokenData(data, 64), other.batch, other.seed)
    with torch.no_grad():
        parts = [model(m.ids, labels=m.ids, document_ids=m.documents).loss for m in tokens.micro(0)]
    begun = losses(tmp_path / "further")[0]
    assert begun == pytest.approx(float(sum(parts)) / len(parts), rel=0.02)
    train(other, data, tmp_path / "fresh")
    assert begun < losses(tmp_path / "fresh")[0]
    weights = _other_weights(first, data, tmp_path)
    with pytest.raises(PretrainError, match="start is not the one"):
        train(other, data, tmp_path / "further", start=weights)


def _other_weights(recipe: Recipe, data: Path, folder: Path) -> Path:
    train(replace(recipe, steps=2), data, folder / "two")
    export(replace(recipe, steps=2), [folder / "two"], folder / "other")
    return folder / "other"


@pytest.mark.parametrize("held", [None, {"model.norm.weight": torch.ones(3)}])
def test_a_checkpoint_that_does_not_fit_cannot_begin_a_run(
    alone: Recipe, data: Path, tmp_path: Path, held: dict[str, Tensor] | None
) -> None:
    if held is not None:
        save_file(held, tmp_path / "model.safetensors")
    with pytest.raises(PretrainError, match="cannot begin with"):
        train(replace(alone, steps=1), data, tmp_path / "run", start=tmp_path)


def test_the_rate_rises_then_falls_to_its_share(toy: Recipe) -> None:
    given = replace(toy.optimizer, rate=1.0, warmup=4, final=0.1)
    assert [rate(given, step, 100) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert rate(given, 52, 100) == pytest.approx(0.55)
    assert rate(given, 100, 100) == pytest.approx(0.1)


def test_bfloat16_without_sharding_is_refused() -> None:
    with pytest.raises(PretrainError, match=r"without compute.shard"):
        Recipe(compute=Compute(products="bfloat16", shard=False))
