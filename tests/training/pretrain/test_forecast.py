"""Recipes are read and refused as they should be, and a forecast's sums come out by hand."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from training.pretrain.failure import PretrainError
from training.pretrain.forecast import Fleet, forecast, lines
from training.pretrain.recipe import read

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "training" / "pretrain" / "recipes"


def test_the_7b_recipe_is_the_7b() -> None:
    recipe = read(RECIPES / "havoc-7b.toml")
    assert (recipe.config().num_hidden_layers, recipe.config().vocab_size) == (32, 76_800)
    assert recipe.compute.checkpointing and recipe.compute.products == "bfloat16"
    tokens = recipe.steps * recipe.batch.sequences * recipe.batch.length
    assert tokens == pytest.approx(140e9, rel=0.01)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("step = 3", "'step' is no key of the recipe: choose from steps"),
        ("[batch]\nmicros = 3", r"'micros' is no key of \[batch\]"),
        ("steps = 1.5", "steps is 1.5; it must be of type int"),
        ("[optimizer]\nrate = true", "optimizer.rate is True; it must be of type float"),
        ("[batch]\nlength = 65", "batch.length is 65; it must be from 2 to the model's 64"),
        ("[keep]\nevery = 0", "keep.every is 0; it must be at least 1"),
        ('[compute]\nproducts = "float8"', "'float8': choose 'float32' or 'bfloat16'"),
        ("[documents]\nnoise = true", "documents.noise is set without documents.tokens"),
        ("steps =", "cannot be read"),
    ],
)
def test_a_bad_recipe_is_refused_with_the_mend(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(PretrainError, match=says):
        read(tmp_path / "r.toml")


def test_days_and_cost_by_hand() -> None:
    recipe = read(RECIPES / "havoc-7b.toml")
    seen = forecast(recipe, Fleet(gpus=128, peak_tflops=500, mfu=0.5, price=3.0))
    # 66,800 steps of 256 x 8,192 tokens; 42.3549 GFLOP each; 128 x 250 TFLOP/s.
    seconds = 66_800 * 256 * 8192 * 42.35486838784e9 / (128 * 250e12)
    assert seen.seconds == pytest.approx(seconds, rel=1e-4)
    assert seen.cost == pytest.approx(seconds / 3600 * 128 * 3, rel=1e-4)
    assert seen.memory.weights == 4 * 6_300_110_848 / 128


def test_whole_documents_are_forecast_by_their_tokens() -> None:
    assert forecast(read(RECIPES / "havoc-mini.toml"), Fleet(gpus=1)).tokens == 6700 * 4096


def test_a_fleet_that_does_not_fit_is_said_and_one_that_cannot_be_is_refused() -> None:
    recipe = read(RECIPES / "havoc-7b.toml")
    assert "does not fit 80" in "\n".join(lines(recipe, Fleet(gpus=1)))
    assert "does not fit" not in "\n".join(lines(recipe, Fleet(gpus=8)))
    with pytest.raises(PretrainError, match=r"no multiple of batch.micro 1 times 7 GPUs"):
        forecast(recipe, Fleet(gpus=7))
    with pytest.raises(PretrainError, match="mfu is 45; it is a share"):
        Fleet(mfu=45)


def test_the_fingerprint_is_of_what_decides_the_curve() -> None:
    recipe = read(RECIPES / "toy.toml")
    same = replace(recipe, keep=replace(recipe.keep, every=7), batch=replace(recipe.batch, micro=4))
    assert same.fingerprint() == recipe.fingerprint()
    other = replace(recipe, optimizer=replace(recipe.optimizer, rate=1e-3))
    assert other.fingerprint() != recipe.fingerprint()


def test_the_command_says_an_error_in_one_sentence() -> None:
    command = [sys.executable, "-m", "training.pretrain", str(RECIPES / "toy.toml"), "--dry-run", "--gpus", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "no multiple" in done.stderr
