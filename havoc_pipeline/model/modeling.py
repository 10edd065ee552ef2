"""The HAVOC transformer in PyTorch, on one page.

Choices:
- decoder only, causal, no biases anywhere, no dropout
- RMSNorm before each half of a block and once at the end (pre-norm)
- rotary position embedding on queries and keys, halves rotated as in Llama checkpoints
- grouped-query attention: H query heads share K key-value heads
- SwiGLU feed-forward
- output head tied to the embedding in the small models, free in the large one
- weights that write to the residual stream start smaller, by 1/sqrt(2 * layers)
- Llama's tensor names, so that Llama's tools can read a HAVOC checkpoint

Shape suffixes: B sequences, L positions in this call, S positions attended to (cache and L),
M model width, F feed-forward width, H query heads, K key-value heads, D head width, V vocabulary,
N labelled positions. `q_BHLD` is a tensor of shape (B, H, L, D).
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoModel, AutoModelForCausalLM, GenerationMixin, PreTrainedModel
from transformers import initialization as init
from transformers.cache_utils import Cache, DynamicCache
from transformers.masking_utils import create_causal_mask
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.configuration import HavocConfig
from havoc_pipeline.model.packing import (
    packed_labels,
    packed_mask,
    packed_positions,
    require_alone,
)
from havoc_pipeline.model.rotary import Rotation, rotate, rotation

IGNORE = -100
"""The label of a position that does not count towards the loss."""


class ToResidual(nn.Linear):
    """A projection that writes to the residual stream and starts smaller for it."""


class HavocAttention(nn.Module):
    """Grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245)."""

    def __init__(self, config: HavocConfig, layer: int) -> None:
        super().__init__()
        width, self.head_dim = config.hidden_size, cast(int, config.head_dim)
        self.layer = layer
        heads, groups = config.num_attention_heads, cast(int, config.num_key_value_heads)
        self.queries_per_group = heads // groups
        self.q_proj = nn.Linear(width, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(width, groups * self.head_dim, bias=False)
        self.v_proj = nn.Linear(width, groups * self.head_dim, bias=False)
        self.o_proj = ToResidual(heads * self.head_dim, width, bias=False)

    def forward(self, x_BLM: Tensor, turn: Rotation, mask: Tensor | None, cache: Cache | None) -> Tensor:
        """Return what each position gathers, (B, L, M); a cache gets the new keys and values."""
        projections = (self.q_proj, self.k_proj, self.v_proj)
        q_BHLD, k_BKSD, v_BKSD = (
            project(x_BLM).unflatten(-1, (-1, self.head_dim)).transpose(1, 2) for project in projections
        )
        q_BHLD, k_BKSD = rotate(q_BHLD, turn), rotate(k_BKSD, turn)
        if cache is not None:
            k_BKSD, v_BKSD = cache.update(k_BKSD, v_BKSD, self.layer)
        y_BHLD = self._attend(q_BHLD, k_BKSD, v_BKSD, mask)
        return cast(Tensor, self.o_proj(y_BHLD.transpose(1, 2).flatten(2)))

    def _attend(self, q_BHLD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor, mask: Tensor | None) -> Tensor:
        if mask is None and self.training and q_BHLD.device.type == "cpu":
            return _attend_plainly(q_BHLD, k_BKSD, v_BKSD)
        if mask is None:
            causal = q_BHLD.shape[2] > 1
            return F.scaled_dot_product_attention(q_BHLD, k_BKSD, v_BKSD, is_causal=causal, enable_gqa=True)
        # With a mask, CUDA's fast kernels want as many key heads as query heads.
        k_BHSD = k_BKSD.repeat_interleave(self.queries_per_group, dim=1)
        v_BHSD = v_BKSD.repeat_interleave(self.queries_per_group, dim=1)
        return F.scaled_dot_product_attention(q_BHLD, k_BHSD, v_BHSD, attn_mask=mask)


def _attend_plainly(q_BHLD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor) -> Tensor:
    """Causal attention written out: PyTorch's fused kernel is slow backwards on a CPU."""
    heads, length, width = q_BHLD.shape[1:]
    shared = heads // k_BKSD.shape[1]
    q_BKXD = (q_BHLD * width**-0.5).unflatten(1, (-1, shared)).flatten(2, 3)
    future = torch.full((length, length), float("-inf"), dtype=q_BHLD.dtype).triu(1)
    scores_BKXS = (q_BKXD @ k_BKSD.transpose(-1, -2)).unflatten(2, (shared, length)) + future
    weights_BKXS = scores_BKXS.softmax(-1).to(v_BKSD.dtype).flatten(2, 3)
    gathered_BKSXD: Tensor = (weights_BKXS @ v_BKSD).unflatten(2, (shared, length))
    return gathered_BKSXD.flatten(1, 2)


class HavocMLP(nn.Module):
    """SwiGLU feed-forward (Shazeer 2020, arXiv:2002.05202)."""

    def __init__(self, config: HavocConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = ToResidual(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x_BLM: Tensor) -> Tensor:
        """Return what each position makes of itself, (B, L, M)."""
        h_BLF = F.silu(self.gate_proj(x_BLM)) * self.up_proj(x_BLM)
        return cast(Tensor, self.down_proj(h_BLF))


class HavocBlock(GradientCheckpointingLayer):  # type: ignore[misc]
    """One layer: attention and feed-forward, each behind its norm and added to its input."""

    def __init__(self, config: HavocConfig, layer: int) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.self_attn = HavocAttention(config, layer)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.mlp = HavocMLP(config)

    def forward(
        self,
        x_BLM: Tensor,
        turn: Rotation,
        mask: Tensor | None = None,
        past_key_values: Cache | None = None,
    ) -> Tensor:
        """Return the residual stream (B, L, M) after this block."""
        x_BLM = x_BLM + self.self_attn(self.input_layernorm(x_BLM), turn, mask, past_key_values)
        return x_BLM + cast(Tensor, self.mlp(self.post_attention_layernorm(x_BLM)))


class HavocPreTrainedModel(PreTrainedModel):  # type: ignore[misc]
    """What Hugging Face's loading, saving and generation need to know about HAVOC."""

    config_class = HavocConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _no_split_modules = ["HavocBlock"]  # noqa: RUF012
    _skip_keys_device_placement = ["past_key_values"]  # noqa: RUF012
    _supports_sdpa = True

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, ToResidual):
            layers = 2 * self.config.num_hidden_layers
            init.normal_(module.weight, std=self.config.initializer_range / layers**0.5)
        else:
            super()._init_weights(module)


class HavocModel(HavocPreTrainedModel):
    """Token ids to last hidden states."""

    def __init__(self, config: HavocConfig) -> None:
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(HavocBlock(config, layer) for layer in range(config.num_hidden_layers))
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        document_ids: Tensor | None = None,
        **unknown: Any,
    ) -> BaseModelOutputWithPast:
        """Return the hidden states after the last norm, of shape (B, L, M), and the cache.

        Parameters: `input_ids` (B, L) or `inputs_embeds` (B, L, M); `attention_mask` (B, S), 1 for
        tokens and 0 for padding, or a ready mask (B, 1, L, S), true where attended to;
        `position_ids` (B, L) in tokens, which may restart; `document_ids` (B, L), equal within a
        packed document: no document sees another.
        Raises `ModelError` when both or neither of ids and embeddings are given, or document ids
        come with a mask or a filled cache.
        """
        _refuse(unknown)
        x_BLM = self._embedded(input_ids, inputs_embeds)
        if document_ids is not None:
            require_alone(attention_mask, past_key_values)
            attention_mask = packed_mask(document_ids)
            position_ids = packed_positions(document_ids) if position_ids is None else position_ids
        # Asked for before a cache is made: without one, restarting position_ids count as packing.
        mask = create_causal_mask(self.config, x_BLM, attention_mask, past_key_values, position_ids)
        if past_key_values is None and self._caches(use_cache):
            past_key_values = DynamicCache(config=self.config)
        turn = self._rotation(x_BLM, position_ids, past_key_values)
        for block in self.layers:
            x_BLM = block(x_BLM, turn, mask=mask, past_key_values=past_key_values)
        return BaseModelOutputWithPast(self.norm(x_BLM), past_key_values=past_key_values)

    def _caches(self, use_cache: bool | None) -> bool:
        return bool(self.config.use_cache and not self.training) if use_cache is None else use_cache

    def _rotation(self, x_BLM: Tensor, position_ids: Tensor | None, cache: Cache | None) -> Rotation:
        if position_ids is None:
            past = 0 if cache is None else cache.get_seq_length()
            position_ids = (torch.arange(x_BLM.shape[1], device=x_BLM.device) + past)[None]
        theta = self.config.rope_parameters["rope_theta"]
        return rotation(position_ids, self.config.head_dim, theta)

    def _embedded(self, input_ids: Tensor | None, inputs_embeds: Tensor | None) -> Tensor:
        if (input_ids is None) == (inputs_embeds is None):
            given = "neither" if input_ids is None else "both"
            raise ModelError(f"Of input_ids and inputs_embeds {given} were given: give exactly one.")
        return cast(Tensor, self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds)


def _refuse(unknown: dict[str, Any]) -> None:
    # Hugging Face passes options that are off, and return_dict, to every model.
    names = [name for name, value in unknown.items() if not (value is None or value is False or name == "return_dict")]
    if names:
        raise ModelError(f"HAVOC's forward has no argument {', '.join(names)}: leave it out.")


class HavocForCausalLM(HavocPreTrainedModel, GenerationMixin):  # type: ignore[misc]
    """Token ids to logits of the next token, and the loss when labels are given.

    `label_smoothing` (0 to 1) is the share of each target spread evenly over the vocabulary.
    """

    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}  # noqa: RUF012

    def __init__(self, config: HavocConfig) -> None:
        super().__init__(config)
        self.model = HavocModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.label_smoothing = 0.0
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        document_ids: Tensor | None = None,
        logits_to_keep: int = 0,
        num_items_in_batch: int | Tensor | None = None,
        **unknown: Any,
    ) -> CausalLMOutputWithPast:
        """Return logits (B, L, V), the cache, and the mean loss in nats when labels are given.

        Parameters: as for `HavocModel`; `labels` (B, L), the input ids themselves with -100 where
        no loss counts; `logits_to_keep` how many last positions get logits, 0 for all;
        `num_items_in_batch` divides the summed loss instead of the number of labels here.
        Raises `ModelError` as `HavocModel` does.
        """
        inputs = input_ids, attention_mask, position_ids, past_key_values, inputs_embeds
        output = self.model(*inputs, use_cache, document_ids, **unknown)
        kept = 0 if labels is not None else logits_to_keep
        logits_BLV = self.lm_head(output.last_hidden_state[:, -kept:])
        loss = None
        if labels is not None:
            if document_ids is not None:
                labels = packed_labels(labels, document_ids, IGNORE)
            targets = labels[:, 1:].flatten()
            loss = self._cross_entropy(logits_BLV[:, :-1].flatten(0, 1), targets, num_items_in_batch)
        return CausalLMOutputWithPast(loss, logits_BLV, past_key_values=output.past_key_values)

    def loss_at_labels(self, hidden_BLM: Tensor, labels_BL: Tensor) -> Tensor:
        """Return the same mean loss from hidden states, with logits at labelled positions only.

        Parameters: `hidden_BLM` the last hidden states of `self.model`; `labels_BL` as in
        `forward`, through `packed_labels` first where documents are packed. Worth it when few
        positions count, since the head is the widest matrix.
        """
        targets_BL = labels_BL[:, 1:]
        counts = targets_BL != IGNORE
        logits_NV = self.lm_head(hidden_BLM[:, :-1][counts])
        return self._cross_entropy(logits_NV, targets_BL[counts], None)

    def _cross_entropy(self, logits_NV: Tensor, targets_N: Tensor, items: int | Tensor | None) -> Tensor:
        total = F.cross_entropy(
            logits_NV.float(),
            targets_N,
            ignore_index=IGNORE,
            reduction="sum",
            label_smoothing=self.label_smoothing,
        )
        # At least 1: a batch without a single label has loss 0, not NaN.
        return total / ((targets_N != IGNORE).sum().clamp(min=1) if items is None else items)


AutoModel.register(HavocConfig, HavocModel, exist_ok=True)
AutoModelForCausalLM.register(HavocConfig, HavocForCausalLM, exist_ok=True)
