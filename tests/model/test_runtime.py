"""The numpy runtime says what the PyTorch model says, and its states never disturb each other."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.runtime import HavocRuntime, State

Maker = Callable[..., HavocForCausalLM]
PROMPT = np.random.default_rng(5).integers(0, 96, 20)


@pytest.fixture
def runtime(checkpoint: Path) -> HavocRuntime:
    return HavocRuntime.load(checkpoint)


def torch_logits(model: HavocForCausalLM, ids: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return the PyTorch model's logits (T, V), the reference of this file."""
    with torch.no_grad():
        logits: NDArray[np.float32] = model(torch.as_tensor(ids)[None]).logits[0].float().numpy()
    return logits


def greedy(runtime: HavocRuntime, state: State, steps: int) -> list[int]:
    tokens = []
    for _ in range(steps):
        tokens.append(int(state.logits.argmax()))
        state = runtime.extend(state, [tokens[-1:]])
    return tokens


def test_prefill_gives_the_torch_models_last_logits(runtime: HavocRuntime, model: HavocForCausalLM) -> None:
    state = runtime.prefill(PROMPT)
    assert (state.beams, state.length) == (1, 20)
    assert state.logits.dtype == np.float32
    np.testing.assert_allclose(state.logits, torch_logits(model, PROMPT)[-1], rtol=0, atol=1e-4)


def test_greedy_tokens_are_the_torch_models(tmp_path: Path, seeded_model: Maker) -> None:
    model = seeded_model(tie_word_embeddings=False)
    model.save_pretrained(tmp_path)
    runtime = HavocRuntime.load(tmp_path)
    prompt = torch.as_tensor(PROMPT)[None]
    wanted = model.generate(prompt, max_new_tokens=30, do_sample=False)[0, 20:].tolist()
    assert greedy(runtime, runtime.prefill(PROMPT), 30) == wanted
    assert len(set(wanted)) > 3


@pytest.mark.parametrize(
    "shape",
    [
        {"tie_word_embeddings": False},
        {"num_key_value_heads": 4},
        {"num_key_value_heads": 1},
        {"head_dim": 16},
        {"num_hidden_layers": 1},
        {"rope_theta": 500.0, "rms_norm_eps": 1e-2},
    ],
)
def test_other_shapes_agree_with_torch(tmp_path: Path, shape: dict[str, object], seeded_model: Maker) -> None:
    model = seeded_model(1, **shape)
    model.save_pretrained(tmp_path)
    runtime = HavocRuntime.load(tmp_path)
    state = runtime.extend(runtime.prefill(PROMPT[:9]), PROMPT[None, 9:])
    np.testing.assert_allclose(state.logits, torch_logits(model, PROMPT)[-1], rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_checkpoints_are_read_exactly(tmp_path: Path, kind: torch.dtype, seeded_model: Maker) -> None:
    model = seeded_model().to(kind)
    model.save_pretrained(tmp_path)
    state = HavocRuntime.load(tmp_path).prefill(PROMPT)
    # The stored weights, computed with in float32.
    wanted = torch_logits(model.float(), PROMPT)[-1]
    np.testing.assert_allclose(state.logits, wanted, rtol=0, atol=1e-4)


def test_a_checkpoint_in_parts_is_read_whole(tmp_path: Path, model: HavocForCausalLM) -> None:
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert not (tmp_path / "model.safetensors").exists()
    state = HavocRuntime.load(tmp_path).prefill(PROMPT)
    np.testing.assert_allclose(state.logits, torch_logits(model, PROMPT)[-1], rtol=0, atol=1e-4)


@pytest.mark.parametrize("cut", [(1,) * 19, (4, 1, 7, 3), (19,)])
def test_any_way_of_reading_the_same_tokens_agrees(
    runtime: HavocRuntime, model: HavocForCausalLM, cut: tuple[int, ...]
) -> None:
    state, at = runtime.prefill(PROMPT[:1]), 1
    wanted = torch_logits(model, PROMPT)
    for step in cut:
        state, at = runtime.extend(state, PROMPT[None, at : at + step]), at + step
        np.testing.assert_allclose(state.logits, wanted[at - 1], rtol=0, atol=1e-4)


def test_hidden_states_of_every_token_are_torchs(runtime: HavocRuntime, model: HavocForCausalLM) -> None:
    with torch.no_grad():
        wanted = model.model(torch.as_tensor(PROMPT)[None]).last_hidden_state[0].numpy()
    hidden = runtime.forward_hidden(PROMPT)
    assert hidden.shape == (20, 32)
    np.testing.assert_allclose(hidden, wanted, rtol=0, atol=1e-4)
    np.testing.assert_allclose(runtime.logits(hidden), torch_logits(model, PROMPT), rtol=0, atol=1e-4)


def test_beams_equal_single_runs(runtime: HavocRuntime, model: HavocForCausalLM) -> None:
    state = runtime.prefill(PROMPT).fork([0, 0, 0])
    tails = np.random.default_rng(8).integers(0, 96, (3, 9))
    state = runtime.extend(runtime.extend(state, tails[:, :4]), tails[:, 4:])
    assert state.logits_BV.shape == (3, 96)
    for beam, tail in enumerate(tails):
        wanted = torch_logits(model, np.concatenate((PROMPT, tail)))[-1]
        np.testing.assert_allclose(state.logits_BV[beam], wanted, rtol=0, atol=1e-4)


def test_fork_reorders_duplicates_and_drops_beams(runtime: HavocRuntime, model: HavocForCausalLM) -> None:
    state = runtime.extend(runtime.prefill(PROMPT).fork([0, 0, 0]), [[1], [2], [3]])
    moved = state.fork([2, 0, 2])
    np.testing.assert_array_equal(moved.logits_BV, state.logits_BV[[2, 0, 2]])
    after = runtime.extend(moved, [[10], [20], [30]])
    for beam, tail in enumerate(([3, 10], [1, 20], [3, 30])):
        wanted = torch_logits(model, np.concatenate((PROMPT, tail)))[-1]
        np.testing.assert_allclose(after.logits_BV[beam], wanted, rtol=0, atol=1e-4)


def test_fork_is_isolated_from_its_source(runtime: HavocRuntime) -> None:
    source = runtime.extend(runtime.prefill(PROMPT), [[1, 2]])
    wanted = greedy(runtime, source, 6)
    fork = source.fork([0, 0])
    for _ in range(8):
        fork = runtime.extend(fork, [[7], [8]])
    assert greedy(runtime, source, 6) == wanted


def test_a_state_can_be_extended_twice(runtime: HavocRuntime, model: HavocForCausalLM) -> None:
    start = runtime.extend(runtime.prefill(PROMPT), [[4]])
    one = runtime.extend(start, [[5, 6]])
    other = runtime.extend(start, [[60, 61]])
    for state, tail in ((one, [4, 5, 6, 9]), (other, [4, 60, 61, 9])):
        wanted = torch_logits(model, np.concatenate((PROMPT, tail)))[-1]
        np.testing.assert_allclose(runtime.extend(state, [[9]]).logits, wanted, rtol=0, atol=1e-4)


def test_a_tail_outgrows_its_room(tmp_path: Path, seeded_model: Maker) -> None:
    model = seeded_model(max_position_embeddings=256)
    model.save_pretrained(tmp_path)
    runtime = HavocRuntime.load(tmp_path)
    state, tail = runtime.prefill(PROMPT), np.random.default_rng(1).integers(0, 96, 150)
    for token in tail:
        state = runtime.extend(state, [[token]])
    wanted = torch_logits(model, np.concatenate((PROMPT, tail)))[-1]
    np.testing.assert_allclose(state.logits, wanted, rtol=0, atol=1e-4)


def test_logits_of_candidates_are_those_of_the_whole(runtime: HavocRuntime) -> None:
    state = runtime.extend(runtime.prefill(PROMPT).fork([0, 0]), [[1], [2]])
    few = state.logits_of([90, 3, 17])
    np.testing.assert_allclose(few, state.logits_BV[:, [90, 3, 17]], rtol=0, atol=1e-5)


def test_large_activations_do_not_overflow(tmp_path: Path, seeded_model: Maker) -> None:
    model = seeded_model()
    factors = {"gate_proj": 500, "q_proj": 50}
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight *= next((factor for part, factor in factors.items() if part in name), 1)
    model.save_pretrained(tmp_path)
    with np.errstate(all="raise", under="ignore"):
        state = HavocRuntime.load(tmp_path).prefill(PROMPT[:6])
        logits = state.logits
    np.testing.assert_allclose(logits, torch_logits(model, PROMPT[:6])[-1], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([], "at least one token"),
        ([96], "Token ids run from 96 to 96.*0 to 95"),
        ([-1, 3], "from -1 to 3"),
        ([1] * 65, "65 tokens are more than the 64"),
        ([[1], [2]], "give 1 row"),
        ([0.5], "whole numbers"),
    ],
)
def test_bad_token_ids_are_refused(runtime: HavocRuntime, ids: list[int], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        runtime.prefill(ids)


def test_states_refuse_what_does_not_fit_their_beams(runtime: HavocRuntime) -> None:
    pair = runtime.prefill(PROMPT).fork([0, 0])
    with pytest.raises(ModelError, match="2 beams, not 1: use logits_BV"):
        _ = pair.logits
    with pytest.raises(ModelError, match=r"give 2 row\(s\)"):
        runtime.extend(pair, [[1]])
    with pytest.raises(ModelError, match="numbers from 0 to 1"):
        pair.fork([2])
    with pytest.raises(ModelError, match="numbers from 0 to 1"):
        pair.fork([])
    with pytest.raises(ModelError, match="65 tokens are more than the 64"):
        runtime.extend(pair, np.ones((2, 45), int))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model_type": "llama"}, "'llama' model, not 'havoc'"),
        ({"hidden_size": 64}, r"shape \(96, 32\).*\(96, 64\)"),
        ({"num_hidden_layers": 3}, "no tensor model.layers.2"),
        ({"head_dim": None}, "lacks.*head_dim"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "'yarn'"),
        ({"rope_parameters": None}, "lacks.*rope_theta"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(checkpoint: Path, change: dict[str, object], says: str) -> None:
    file = checkpoint / "config.json"
    config = {**json.loads(file.read_text()), **change}
    file.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
    with pytest.raises(ModelError, match=says):
        HavocRuntime.load(checkpoint)


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config.json cannot be read: give the folder"):
        HavocRuntime.load(tmp_path)
