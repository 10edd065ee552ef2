"""The PyTorch model: attention, positions, caching, masks, loss, saving."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.rotary import rotate, rotation

Maker = Callable[..., HavocForCausalLM]


def logits(model: HavocForCausalLM, ids: Tensor, **inputs: Tensor) -> Tensor:
    with torch.no_grad():
        values: Tensor = model(ids, **inputs).logits
    return values


def test_logits_equal_those_of_hugging_faces_llama_with_the_same_weights(ids: Tensor, seeded_model: Maker) -> None:
    # An independent implementation of the same architecture: transformers' LlamaForCausalLM.
    model = seeded_model(tie_word_embeddings=False)
    sizes = model.config.to_dict()
    sizes.pop("model_type")
    llama = LlamaForCausalLM(LlamaConfig(**sizes)).eval()
    llama.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(logits(model, ids), logits(llama, ids), rtol=0, atol=1e-5)


def test_cached_and_uncached_decoding_agree_token_for_token(ids: Tensor, seeded_model: Maker) -> None:
    model = seeded_model(tie_word_embeddings=False)
    cached = model.generate(ids, max_new_tokens=20, do_sample=False)
    read = ids
    for _ in range(20):
        read = torch.cat((read, logits(model, read)[:, -1:].argmax(-1)), dim=1)
    assert torch.equal(cached, read)
    assert len(set(cached[0, 12:].tolist())) > 3, "a constant answer would prove nothing"


def test_a_static_cache_agrees_too(model: HavocForCausalLM, ids: Tensor) -> None:
    options = {"max_new_tokens": 10, "do_sample": False}
    static = model.generate(ids, cache_implementation="static", disable_compile=True, **options)
    assert torch.equal(static, model.generate(ids, **options))


def test_grouped_query_attention_equals_full_attention_with_repeated_heads(
    model: HavocForCausalLM, ids: Tensor, seeded_model: Maker
) -> None:
    full = seeded_model(num_key_value_heads=4)
    weights = model.state_dict()
    for name, weight in weights.items():
        if "k_proj" in name or "v_proj" in name:
            heads = weight.unflatten(0, (2, 8)).repeat_interleave(2, dim=0)
            weights[name] = heads.flatten(0, 1)
    full.load_state_dict(weights)
    torch.testing.assert_close(logits(model, ids), logits(full, ids), rtol=0, atol=1e-5)


def test_rotation_makes_scores_depend_on_the_distance_alone() -> None:
    generator = torch.Generator().manual_seed(3)
    query, key = torch.randn(2, 1, 1, 1, 16, generator=generator).double()

    def score(at: int, behind: int) -> float:
        turned = rotate(query, rotation(torch.tensor([[at]]), 16, 1e4))
        return float(turned.mul(rotate(key, rotation(torch.tensor([[behind]]), 16, 1e4))).sum())

    assert score(9, 4) == pytest.approx(score(105, 100), abs=1e-4)
    assert abs(score(9, 4) - score(9, 5)) > 1e-2
    assert score(6, 6) == pytest.approx(float((query * key).sum()), abs=1e-5)


def test_shifting_all_positions_changes_nothing(model: HavocForCausalLM, ids: Tensor) -> None:
    shifted = torch.arange(12)[None] + 40
    torch.testing.assert_close(logits(model, ids), logits(model, ids, position_ids=shifted), rtol=0, atol=1e-4)


def test_a_later_token_changes_nothing_before_it(model: HavocForCausalLM, ids: Tensor) -> None:
    changed = ids.clone()
    changed[:, 7] = (changed[:, 7] + 1) % 96
    before, after = logits(model, ids), logits(model, changed)
    assert torch.equal(before[:, :7], after[:, :7])
    assert (before[:, 7:] - after[:, 7:]).abs().amax(-1).gt(1e-3).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_changes_nothing(model: HavocForCausalLM, ids: Tensor, side: str) -> None:
    padding, ones = torch.full((2, 5), 1), torch.ones_like(ids)
    parts = [padding, ids] if side == "left" else [ids, padding]
    masks = [0 * padding, ones] if side == "left" else [ones, 0 * padding]
    padded = logits(model, torch.cat(parts, 1), attention_mask=torch.cat(masks, 1))
    assert padded.isfinite().all()
    kept = padded[:, 5:] if side == "left" else padded[:, :-5]
    torch.testing.assert_close(kept, logits(model, ids), rtol=0, atol=1e-4)


def test_generation_from_a_padded_batch_equals_generation_alone(model: HavocForCausalLM, ids: Tensor) -> None:
    short = ids[1:, 5:]
    batch = torch.cat((ids[:1], torch.cat((torch.ones(1, 5, dtype=torch.long), short), 1)))
    mask = torch.ones_like(batch)
    mask[1, :5] = 0
    options = {"max_new_tokens": 8, "do_sample": False}
    together = model.generate(batch, attention_mask=mask, **options)
    assert torch.equal(together[1, 12:], model.generate(short, **options)[0, 7:])


def test_save_and_load_through_auto_model(checkpoint: Path, ids: Tensor, seeded_model: Maker) -> None:
    loaded, report = AutoModelForCausalLM.from_pretrained(checkpoint, output_loading_info=True)
    assert isinstance(loaded, HavocForCausalLM)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert torch.equal(logits(loaded.eval(), ids), logits(seeded_model(), ids))
    assert loaded.lm_head.weight is loaded.model.embed_tokens.weight


def test_an_untied_head_is_a_tensor_of_its_own(tmp_path: Path, ids: Tensor, seeded_model: Maker) -> None:
    model = seeded_model(tie_word_embeddings=False)
    model.save_pretrained(tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    assert torch.equal(logits(loaded, ids), logits(model, ids))
    assert not torch.equal(loaded.lm_head.weight, loaded.model.embed_tokens.weight)


def test_fresh_weights_have_the_promised_spread() -> None:
    torch.manual_seed(0)
    model = HavocForCausalLM(preset("havoc-mini", num_hidden_layers=2))
    spread = {name: weight.std().item() for name, weight in model.named_parameters()}
    assert spread["model.layers.1.mlp.gate_proj.weight"] == pytest.approx(0.02, rel=0.02)
    # 0.02 / sqrt(2 * 2 layers)
    assert spread["model.layers.1.mlp.down_proj.weight"] == pytest.approx(0.01, rel=0.02)
    assert spread["model.layers.1.self_attn.o_proj.weight"] == pytest.approx(0.01, rel=0.02)
    assert torch.equal(model.model.norm.weight, torch.ones(256))


def test_loss_is_the_mean_negative_log_probability_of_the_labels(model: HavocForCausalLM, ids: Tensor) -> None:
    labels = ids.clone()
    labels[:, :6] = -100
    log_p = logits(model, ids).log_softmax(-1)[:, 5:-1]
    by_hand = -log_p.gather(-1, ids[:, 6:, None]).mean()
    torch.testing.assert_close(model(ids, labels=labels).loss, by_hand)
    summed = model(ids, labels=labels, num_items_in_batch=3).loss
    torch.testing.assert_close(summed, by_hand * 12 / 3)


def test_label_smoothing_mixes_in_the_mean_over_the_vocabulary(model: HavocForCausalLM, ids: Tensor) -> None:
    # Szegedy et al. 2016, section 7: target (1 - e) on the label, e spread evenly over all.
    log_p = logits(model, ids).log_softmax(-1)[:, :-1]
    sharp = -log_p.gather(-1, ids[:, 1:, None]).mean()
    model.label_smoothing = 0.1
    torch.testing.assert_close(model(ids, labels=ids).loss, 0.9 * sharp - 0.1 * log_p.mean(), rtol=1e-5, atol=1e-6)


def test_loss_at_labels_equals_the_full_loss_and_its_gradient(model: HavocForCausalLM, ids: Tensor) -> None:
    labels = ids.masked_fill(ids % 2 == 0, -100)
    weight = model.get_parameter("model.layers.0.mlp.up_proj.weight")
    full = model(ids, labels=labels).loss
    few = model.loss_at_labels(model.model(ids).last_hidden_state, labels)
    torch.testing.assert_close(few, full)
    gradients = [torch.autograd.grad(loss, weight)[0] for loss in (few, full)]
    torch.testing.assert_close(*gradients)


def test_a_batch_without_labels_has_loss_zero(model: HavocForCausalLM, ids: Tensor) -> None:
    loss = model(ids, labels=torch.full_like(ids, -100)).loss
    assert loss.item() == 0.0
    loss.backward()


def test_gradient_checkpointing_leaves_the_gradients_alone(model: HavocForCausalLM, ids: Tensor) -> None:
    def gradients() -> list[Tensor]:
        model.train()
        return list(torch.autograd.grad(model(ids, labels=ids).loss, list(model.parameters())))

    plain = gradients()
    model.activation_checkpointing_enable()
    for with_checkpoints, without in zip(gradients(), plain, strict=True):
        torch.testing.assert_close(with_checkpoints, without)


def test_one_small_batch_can_be_learnt(ids: Tensor, seeded_model: Maker) -> None:
    model = seeded_model().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    first = model(ids, labels=ids).loss.item()
    for _ in range(40):
        optimizer.zero_grad()
        model(ids, labels=ids).loss.backward()
        optimizer.step()
    assert model(ids, labels=ids).loss.item() < 0.1 * first


def test_bfloat16_stays_close_to_float32(ids: Tensor, seeded_model: Maker) -> None:
    exact = logits(seeded_model(), ids)
    rough = logits(seeded_model().bfloat16(), ids)
    assert rough.dtype == torch.bfloat16
    assert (rough.float() - exact).abs().max() < 0.05 * exact.abs().max()


def test_only_the_last_logits_when_asked(model: HavocForCausalLM, ids: Tensor) -> None:
    with torch.no_grad():
        last = model(ids, logits_to_keep=1).logits
    torch.testing.assert_close(last, logits(model, ids)[:, -1:])


def test_a_mistyped_argument_is_refused(model: HavocForCausalLM, ids: Tensor) -> None:
    with pytest.raises(ModelError, match="no argument document_id: leave it out"):
        model(ids, document_id=ids)
    with pytest.raises(ModelError, match="neither were given"):
        model()


def test_generates_with_several_beams(model: HavocForCausalLM, ids: Tensor) -> None:
    def total(sequence: Tensor) -> float:
        log_p = logits(model, sequence).log_softmax(-1)[:, 11:-1]
        return float(log_p.gather(-1, sequence[:, 12:, None]).sum())

    options = {"max_new_tokens": 6, "do_sample": False}
    greedy = total(model.generate(ids[:1], **options))
    assert total(model.generate(ids[:1], num_beams=8, **options)) >= greedy
