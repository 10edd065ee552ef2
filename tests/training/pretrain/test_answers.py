"""Where only answers count: smoothing, the cut head, the fused block, exact answers."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from havoc_pipeline.model.modeling import HavocForCausalLM
from training.pretrain.batches import Batches
from training.pretrain.build import learner
from training.pretrain.documents import DocumentData
from training.pretrain.drawn import DocumentBatches, flat
from training.pretrain.exact import Held
from training.pretrain.failure import PretrainError
from training.pretrain.journal import LOG, entries
from training.pretrain.loss import summed_cross_entropy
from training.pretrain.recipe import Batch, Compute, Documents, Loss, Recipe
from training.pretrain.shards import TokenData
from training.pretrain.trainer import train
from training.pretrain.world import joined

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def losses(out: Path) -> list[float]:
    return [entry["loss"] for entry in entries(out / LOG) if "loss" in entry]


def test_smoothing_is_that_of_pytorch() -> None:
    torch.manual_seed(0)
    hidden, head = torch.randn(40, 16, requires_grad=True), torch.randn(50, 16, requires_grad=True)
    targets = torch.randint(0, 50, (40,))
    expected = F.cross_entropy(hidden @ head.T, targets, reduction="sum", label_smoothing=0.1)
    got = summed_cross_entropy(hidden, head, targets, 7, 0.1)
    assert float(got.detach()) == pytest.approx(float(expected.detach()), rel=1e-6)
    for one, other in zip(*(torch.autograd.grad(t, (hidden, head)) for t in (got, expected)), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_the_loss_is_that_of_the_model_with_its_head_cut(answers: Path, plain: Recipe) -> None:
    data = DocumentData(answers)
    documents = sorted((data.document(index) for index in range(12)), key=len)
    with joined(False) as world:
        model = learner(plain, world, data.opened.answers)
        mine = float(model.loss(flat(documents), world.device).detach())
        total = 0.0
        for document in documents:
            logits = model.model(torch.from_numpy(document.tokens)[None]).logits[0, :-1][document.labels[1:]]
            targets = torch.tensor([data.opened.answers.index(t) for t in document.tokens[document.labels]])  # type: ignore[union-attr]
            cut = logits[:, data.opened.answers]
            total += float(F.cross_entropy(cut, targets, reduction="sum", label_smoothing=0.1).detach())
    assert mine == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("windows", [False, True])
def test_fused_blocks_give_the_modules_loss_and_gradients(windows: bool, answers: Path, plain: Recipe) -> None:
    steps = (
        Batches(TokenData(answers, 48), Batch(48, 4, 4), 0)
        if windows
        else DocumentBatches(DocumentData(answers), plain.documents, 64, 0)
    )
    (micro,) = steps.micro(1)
    fused = replace(plain, compute=replace(plain.compute, fused=True))
    found = []
    with joined(False) as world:
        for recipe in (plain, fused):
            model = learner(recipe, world, TokenData(answers, 48).opened.answers)
            with torch.no_grad():
                for number, weight in enumerate(model.parameters()):
                    weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(number)) * 0.1)
            loss = model.loss(micro, world.device)
            torch.autograd.backward(loss)
            found.append((float(loss.detach()), {name: w.grad for name, w in model.named_parameters()}))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-5)
    for name, gradient in found[0][1].items():
        assert gradient is not None
        torch.testing.assert_close(
            found[1][1][name], gradient, rtol=1e-3, atol=1e-4 * float(gradient.abs().max()), msg=name
        )


def test_fused_two_passes_and_two_processes_train_alike(
    answers: Path, plain: Recipe, tmp_path: Path, run_python: Python
) -> None:
    train(plain, answers, tmp_path / "plain")
    fused = replace(plain, compute=replace(plain.compute, fused=True), documents=replace(plain.documents, passes=2))
    train(fused, answers, tmp_path / "fused")
    recipe = """steps = 8
[batch]
length = 48
[documents]
tokens = 400
pool = 100
[loss]
smoothing = 0.1
answers = true
[optimizer]
rate = 1e-2
warmup = 5
[guard]
window = 10
[keep]
every = 10
"""
    (tmp_path / "two.toml").write_text(recipe)
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "training.pretrain")
    given = ("--data", str(answers), "--out", str(tmp_path / "two"), "--held", str(answers))
    done = run_python(*launch, str(tmp_path / "two.toml"), *given)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(losses(tmp_path / "plain")) == 8
    assert losses(tmp_path / "fused") == pytest.approx(losses(tmp_path / "plain"), abs=1e-5)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "plain"), abs=1e-5)


def test_answers_become_exact_and_a_stopped_run_goes_on_bit_for_bit(
    answers: Path, plain: Recipe, tmp_path: Path
) -> None:
    compute = replace(plain.compute, fused=True, products="bfloat16")
    noisy = replace(plain.documents, noise=True)
    recipe = replace(plain, steps=60, compute=compute, documents=noisy, keep=replace(plain.keep, every=30))
    train(recipe, answers, tmp_path, answers)
    first = entries(tmp_path / LOG)
    shutil.rmtree(tmp_path / "step-00000060")
    train(recipe, answers, tmp_path, answers)
    again = entries(tmp_path / LOG)
    assert losses(tmp_path) == [entry["loss"] for entry in first if "loss" in entry]
    exact = [(entry["step"], entry["exact"]) for entry in again if "exact" in entry]
    assert exact == [(entry["step"], entry["exact"]) for entry in first if "exact" in entry]
    assert [step for step, _ in exact] == [30, 60] and exact[-1][1] > 0.9
    assert set(again[-1]["by_command"]) == {"RUN", "LOOK", "STOP"}


def test_an_exact_answer_is_one_whose_every_token_is_the_first_choice(answers: Path, plain: Recipe) -> None:
    class Says(torch.nn.Module):
        """Right everywhere but at one place of each pass."""

        def forward(
            self, ids: torch.Tensor, documents: torch.Tensor, labels: torch.Tensor, guess: bool
        ) -> torch.Tensor:
            assert guess
            right = torch.ones(int(labels.sum()), dtype=torch.bool)
            right[1] = False
            return right

    share, by_command = Held(answers, 64).examined(Says(), torch.device("cpu"))  # type: ignore[arg-type]
    passes = len(list(Held(answers, 64)._parts()))
    assert share == pytest.approx(1 - passes / 300, abs=1e-4) and set(by_command) == {"RUN", "LOOK", "STOP"}


def test_a_start_changes_the_tied_table_before_training(plain: Recipe) -> None:
    with joined(False) as world:
        model = learner(plain, world, start=lambda weight: weight.data.fill_(0.5))
    assert isinstance(model.model, HavocForCausalLM)
    assert bool((model.model.lm_head.weight == 0.5).all())


def test_recipes_that_cannot_be_are_refused(data: Path, plain: Recipe) -> None:
    with pytest.raises(PretrainError, match="one process"):
        replace(plain, compute=Compute(fused=True))
    with pytest.raises(PretrainError, match=r"loss.smoothing is 1"):
        replace(plain, loss=Loss(smoothing=1))
    with pytest.raises(PretrainError, match="hold no answers"):
        train(plain, data, data / "none")
    tiny = replace(plain, loss=Loss(), documents=Documents(tokens=60, pool=100))
    with pytest.raises(PretrainError, match=r"do not fill steps of 60|raise documents.tokens"):
        train(replace(tiny, steps=300), data, data / "none")
