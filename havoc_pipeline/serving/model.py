"""The transformer of `havoc_pipeline/model/modeling.py` on vLLM's layers and paged attention.

Sharding: with T tensor-parallel ranks each holds H/T query heads, K/T key-value heads (or a copy of
one, when K is smaller than T), F/T of the feed-forward's channels and V/T rows of embedding and head.
With pipeline-parallel stages each holds a run of layers; the first embeds, the last has norm and head.

Shape suffixes: N tokens of this step over all requests, M model width, F feed-forward width, H query
heads, K key-value heads, D head width, V vocabulary; H, K and F count this rank's share.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import ClassVar, cast

from torch import Tensor, nn
from vllm.compilation.decorators import support_torch_compile
from vllm.config import VllmConfig
from vllm.distributed import get_pp_group, get_tensor_model_parallel_world_size
from vllm.model_executor.layers.activation import SiluAndMul
from vllm.model_executor.layers.attention import Attention
from vllm.model_executor.layers.layernorm import RMSNorm
from vllm.model_executor.layers.linear import MergedColumnParallelLinear, QKVParallelLinear, RowParallelLinear
from vllm.model_executor.layers.logits_processor import LogitsProcessor
from vllm.model_executor.layers.rotary_embedding import get_rope
from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead, VocabParallelEmbedding
from vllm.model_executor.models.interfaces import SupportsLoRA, SupportsPP, SupportsQuant
from vllm.model_executor.models.utils import (
    AutoWeightsLoader,
    PPMissingLayer,
    WeightsMapper,
    make_empty_intermediate_tensors_factory,
    make_layers,
    maybe_prefix,
)
from vllm.sequence import IntermediateTensors

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.configuration import HavocConfig

PACKED = {"qkv_proj": ["q_proj", "k_proj", "v_proj"], "gate_up_proj": ["gate_proj", "up_proj"]}
"""vLLM's fused matrices, and the checkpoint's that each is made of; LoRA and quantisation read it too."""


class HavocAttention(nn.Module):
    """Grouped-query attention over vLLM's paged cache."""

    def __init__(self, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        config, quantised = _config(vllm_config), vllm_config.quant_config
        heads, groups = config.num_attention_heads, cast(int, config.num_key_value_heads)
        width = cast(int, config.head_dim)
        self.qkv_proj = QKVParallelLinear(
            config.hidden_size, width, heads, groups, bias=False, quant_config=quantised, prefix=f"{prefix}.qkv_proj"
        )
        self.o_proj = RowParallelLinear(
            heads * width, config.hidden_size, bias=False, quant_config=quantised, prefix=f"{prefix}.o_proj"
        )
        self.rotary_emb = get_rope(
            width, max_position=config.max_position_embeddings, rope_parameters=config.rope_parameters
        )
        own_heads, own_groups = self.qkv_proj.num_heads, self.qkv_proj.num_kv_heads
        self.sizes = [own_heads * width, own_groups * width, own_groups * width]
        self.attn = Attention(
            own_heads, width, width**-0.5, num_kv_heads=own_groups, cache_config=vllm_config.cache_config,
            quant_config=quantised, prefix=f"{prefix}.attn",
        )  # fmt: skip

    def forward(self, positions_N: Tensor, x_NM: Tensor) -> Tensor:
        """Return what each token gathers, (N, M), summed over the ranks."""
        qkv_NX, _ = self.qkv_proj(x_NM)
        q_NX, k_NX, v_NX = qkv_NX.split(self.sizes, dim=-1)
        q_NX, k_NX = self.rotary_emb(positions_N, q_NX, k_NX)
        y_NM, _ = self.o_proj(self.attn(q_NX, k_NX, v_NX))
        return cast(Tensor, y_NM)


class HavocMLP(nn.Module):
    """SwiGLU feed-forward, gate and up in one matrix."""

    def __init__(self, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        config, quantised = _config(vllm_config), vllm_config.quant_config
        width, inner = config.hidden_size, config.intermediate_size
        self.gate_up_proj = MergedColumnParallelLinear(
            width, [inner, inner], bias=False, quant_config=quantised, prefix=f"{prefix}.gate_up_proj"
        )
        self.down_proj = RowParallelLinear(
            inner, width, bias=False, quant_config=quantised, prefix=f"{prefix}.down_proj"
        )
        self.gated = SiluAndMul()

    def forward(self, x_NM: Tensor) -> Tensor:
        """Return what each token makes of itself, (N, M), summed over the ranks."""
        gate_up_NX, _ = self.gate_up_proj(x_NM)
        y_NM, _ = self.down_proj(self.gated(gate_up_NX))
        return cast(Tensor, y_NM)


class HavocBlock(nn.Module):
    """One layer; its norms add what the last part wrote to the residual stream in the same pass."""

    def __init__(self, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        config = _config(vllm_config)
        self.input_layernorm = RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.self_attn = HavocAttention(vllm_config, f"{prefix}.self_attn")
        self.post_attention_layernorm = RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.mlp = HavocMLP(vllm_config, f"{prefix}.mlp")

    def forward(self, positions_N: Tensor, x_NM: Tensor, residual_NM: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return what the feed-forward wrote and the stream before it, each (N, M)."""
        if residual_NM is None:
            residual_NM, x_NM = x_NM, self.input_layernorm(x_NM)
        else:
            x_NM, residual_NM = self.input_layernorm(x_NM, residual_NM)
        x_NM, residual_NM = self.post_attention_layernorm(self.self_attn(positions_N, x_NM), residual_NM)
        return self.mlp(x_NM), cast(Tensor, residual_NM)


@support_torch_compile  # type: ignore[untyped-decorator,unused-ignore]
class HavocModel(nn.Module):
    """Token ids to last hidden states, or to the streams that the next pipeline stage takes."""

    def __init__(self, *, vllm_config: VllmConfig, prefix: str = "") -> None:
        super().__init__()
        config, stage = _config(vllm_config), get_pp_group()
        self.embed_tokens: nn.Module = PPMissingLayer()
        if stage.is_first_rank or (stage.is_last_rank and config.tie_word_embeddings):
            self.embed_tokens = VocabParallelEmbedding(
                config.vocab_size, config.hidden_size, quant_config=vllm_config.quant_config,
                prefix=f"{prefix}.embed_tokens",
            )  # fmt: skip
        self.start, self.end, self.layers = make_layers(
            config.num_hidden_layers, lambda prefix: HavocBlock(vllm_config, prefix), prefix=f"{prefix}.layers"
        )
        last = stage.is_last_rank
        self.norm = RMSNorm(config.hidden_size, eps=config.rms_norm_eps) if last else PPMissingLayer()
        self.make_empty_intermediate_tensors = make_empty_intermediate_tensors_factory(
            ["hidden_states", "residual"], config.hidden_size
        )

    def forward(
        self,
        input_ids: Tensor | None,
        positions: Tensor,
        intermediate_tensors: IntermediateTensors | None,
        inputs_embeds: Tensor | None = None,
    ) -> Tensor | IntermediateTensors:
        """Return hidden states (N, M) after the last norm, on the last stage; both streams before it."""
        residual_NM: Tensor | None = None
        if get_pp_group().is_first_rank:
            x_NM = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        else:
            streams = cast(IntermediateTensors, intermediate_tensors)
            x_NM, residual_NM = streams["hidden_states"], streams["residual"]
        for block in islice(self.layers, self.start, self.end):
            x_NM, residual_NM = block(positions, x_NM, residual_NM)
        if not get_pp_group().is_last_rank:
            return IntermediateTensors({"hidden_states": x_NM, "residual": residual_NM})
        return cast(Tensor, self.norm(x_NM, residual_NM)[0])


class HavocForCausalLM(nn.Module, SupportsLoRA, SupportsPP, SupportsQuant):  # type: ignore[misc]
    """What vLLM runs for a checkpoint whose architecture is `HavocForCausalLM`."""

    packed_modules_mapping = PACKED
    embedding_modules: ClassVar[dict[str, str]] = {"embed_tokens": "input_embeddings", "lm_head": "output_embeddings"}
    hf_to_vllm_mapper = WeightsMapper(
        orig_to_new_stacked={
            f".{part}": (f".{fused}", place if fused == "gate_up_proj" else part[0])
            for fused, parts in PACKED.items()
            for place, part in enumerate(parts)
        }
    )

    def __init__(self, *, vllm_config: VllmConfig, prefix: str = "") -> None:
        super().__init__()
        self.config = _config(vllm_config)
        _check_shares(self.config, get_tensor_model_parallel_world_size())
        self.model = HavocModel(vllm_config=vllm_config, prefix=maybe_prefix(prefix, "model"))
        self.lm_head: nn.Module = PPMissingLayer()
        if get_pp_group().is_last_rank:
            head = ParallelLMHead(
                self.config.vocab_size, self.config.hidden_size, quant_config=vllm_config.quant_config,
                prefix=maybe_prefix(prefix, "lm_head"),
            )  # fmt: skip
            self.lm_head = head.tie_weights(self.model.embed_tokens) if self.config.tie_word_embeddings else head
        self.logits_processor = LogitsProcessor(self.config.vocab_size)
        self.make_empty_intermediate_tensors = self.model.make_empty_intermediate_tensors

    def embed_input_ids(self, input_ids: Tensor) -> Tensor:
        """Return the embeddings (N, M) of tokens (N,)."""
        return cast(Tensor, self.model.embed_tokens(input_ids))

    def forward(
        self,
        input_ids: Tensor | None,
        positions: Tensor,
        intermediate_tensors: IntermediateTensors | None = None,
        inputs_embeds: Tensor | None = None,
    ) -> Tensor | IntermediateTensors:
        """Return hidden states (N, M), or both streams on a stage that is not the last."""
        return cast(Tensor | IntermediateTensors, self.model(input_ids, positions, intermediate_tensors, inputs_embeds))

    def compute_logits(self, hidden_states: Tensor) -> Tensor | None:
        """Return logits (N, V), gathered over the ranks."""
        return cast("Tensor | None", self.logits_processor(self.lm_head, hidden_states))

    def load_weights(self, weights: Iterable[tuple[str, Tensor]]) -> set[str]:
        """Take this rank's share of each tensor of a checkpoint; return the names that were filled.

        Raises `ModelError` when a tensor is absent; vLLM raises for one that is none of HAVOC's.
        """
        seen: list[str] = []
        loader = AutoWeightsLoader(self)
        loaded: set[str] = loader.load_weights(_watched(weights, seen), mapper=self.hf_to_vllm_mapper)
        _refuse_gaps(seen)
        if self.quant_config is None:  # A quantised checkpoint has other names, which vLLM itself checks.
            _refuse_missing({name for name, _ in self.named_parameters()} - loaded)
        return loaded


def _config(vllm_config: VllmConfig) -> HavocConfig:
    return cast(HavocConfig, vllm_config.model_config.hf_config)


def _check_shares(config: HavocConfig, ranks: int) -> None:
    """Raise `ModelError` when the ranks cannot share the heads or the feed-forward evenly."""
    for name in ("num_attention_heads", "intermediate_size"):
        if getattr(config, name) % ranks:
            raise ModelError(f"{name} is {getattr(config, name)}, which {ranks} tensor-parallel ranks cannot share "
                             "evenly: serve with a --tensor-parallel-size that divides it")  # fmt: skip
    groups = cast(int, config.num_key_value_heads)
    if groups % ranks and ranks % groups:
        raise ModelError(f"num_key_value_heads is {groups}, which {ranks} tensor-parallel ranks can neither share nor "
                         "copy evenly: serve with a --tensor-parallel-size that divides it or is its multiple")  # fmt: skip


def _watched(weights: Iterable[tuple[str, Tensor]], seen: list[str]) -> Iterator[tuple[str, Tensor]]:
    for name, weight in weights:
        seen.append(name)
        yield name, weight


def _refuse_missing(names: set[str]) -> None:
    if names:
        raise ModelError(f"the checkpoint lacks {', '.join(sorted(names)[:4])}: save the whole model again")


def _refuse_gaps(seen: list[str]) -> None:
    """Raise `ModelError` when part of a fused matrix is absent: its name alone would count as filled."""
    names = set(seen)
    for parts in PACKED.values():
        for name in names:
            part = next((part for part in parts if f".{part}." in name), None)
            absent = [other for other in parts if part and name.replace(f".{part}.", f".{other}.") not in names]
            if absent:
                raise ModelError(
                    f"the checkpoint has {name} but not its {', '.join(absent)}: save the whole model again"
                )
