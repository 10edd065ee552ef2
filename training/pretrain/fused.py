"""A block's training on a CPU by hand: fused products, attention by document, no mask and no padding.

The tokens of a pass stand in one row, documents of equal length beside each other, so that attention
runs over batches of equal documents. The gains of the norms, the scale of the scores and the order of
the rotated channels are folded into the weights, where they cost a weight's size instead of a token's.

Shape suffixes: N tokens of a pass, R tokens that go on, M model width, F feed-forward width, C channels
of queries, keys and values, H query heads, K key-value heads, G queries a group, D head width,
P pairs of channels, B documents, L tokens of each, X rows of a group's queries (G times L).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from havoc_pipeline.model.modeling import HavocBlock, HavocModel
from havoc_pipeline.model.rotary import rotation

silu_backward = torch.ops.aten.silu_backward.grad_input
softmax_backward = torch.ops.aten._softmax_backward_data


@dataclass(frozen=True)
class Equal:
    """Documents of one length that stand beside each other: the first's place, how many, tokens of each."""

    first: int
    documents: int
    length: int

    @property
    def place(self) -> slice:
        """Their tokens in the row."""
        return slice(self.first, self.first + self.documents * self.length)


@dataclass(frozen=True)
class Heads:
    """Query heads, key-value heads and the width of each; the norms' epsilon."""

    queries: int
    keys: int
    width: int
    epsilon: float

    @property
    def turned(self) -> int:
        """How many channels are rotated: those of queries and keys."""
        return (self.queries + self.keys) * self.width


def equals(lengths: list[int]) -> list[Equal]:
    """Return the groups of equal neighbours among documents of these lengths, in tokens."""
    groups = list[Equal]()
    for length in lengths:
        last = groups[-1] if groups else Equal(0, 0, length)
        if groups and last.length == length:
            groups[-1] = Equal(last.first, last.documents + 1, length)
        else:
            groups.append(Equal(last.first + last.documents * last.length, 1, length))
    return groups


def hidden_states(
    model: HavocModel, ids_N: Tensor, lengths: list[int], rows_R: Tensor, products: torch.dtype
) -> Tensor:
    """Return the hidden states (R, M) after the last norm at `rows_R`, in the precision of `products`.

    Parameters: `ids_N` token numbers; `lengths` of the documents that they make up, in tokens.
    What only other rows would need of the last block is not computed.
    """
    config, groups = model.config, equals(lengths)
    heads = Heads(config.num_attention_heads, config.num_key_value_heads, config.head_dim, config.rms_norm_eps)
    positions_N = torch.cat([torch.arange(g.length, device=ids_N.device).repeat(g.documents) for g in groups])
    cos, sin = (
        part[0, 0, :, : heads.width // 2]
        for part in rotation(positions_N[None], heads.width, config.rope_parameters["rope_theta"])
    )
    turn_N1P = torch.complex(cos, sin)[:, None]
    # Looked up in float32: a symbol's gradient is a sum over hundreds of places.
    x_NM = model.embed_tokens(ids_N).to(products)
    for block in cast(Iterable[HavocBlock], model.layers):
        kept = rows_R if block is model.layers[-1] else None
        x_NM = _attention(block, x_NM, heads, turn_N1P, groups, kept)
        x_NM = _feed_forward(block, x_NM, heads.epsilon)
    return cast(Tensor, model.norm(x_NM.float()).to(products))


def _attention(
    block: HavocBlock, x_NM: Tensor, heads: Heads, turn_N1P: Tensor, groups: list[Equal], rows_R: Tensor | None
) -> Tensor:
    part = block.self_attn
    query = _paired(part.q_proj.weight, heads.width) * heads.width**-0.5
    inward_CM = (
        torch.cat((query, _paired(part.k_proj.weight, heads.width), part.v_proj.weight)) * block.input_layernorm.weight
    )
    weights = inward_CM.to(x_NM.dtype), part.o_proj.weight.to(x_NM.dtype)
    given = x_NM, *weights, heads, turn_N1P, groups, rows_R
    return cast(Tensor, _Attention.apply(*given))  # type: ignore[no-untyped-call]


def _feed_forward(block: HavocBlock, x_NM: Tensor, epsilon: float) -> Tensor:
    part = block.mlp
    inward_FM = torch.cat((part.gate_proj.weight, part.up_proj.weight)) * block.post_attention_layernorm.weight
    given = x_NM, inward_FM.to(x_NM.dtype), part.down_proj.weight.to(x_NM.dtype), epsilon
    return cast(Tensor, _FeedForward.apply(*given))  # type: ignore[no-untyped-call]


def _paired(weight: Tensor, width: int) -> Tensor:
    """Rows in the order in which the two channels of a rotated pair are neighbours."""
    return weight.view(-1, 2, width // 2, weight.shape[1]).transpose(1, 2).flatten(0, 2)


def _normed(x_NM: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """The rows of `x_NM` at a root mean square of 1, computed in float32, and what each was multiplied by."""
    wide_NM = x_NM.float()
    factor_N1 = (torch.linalg.vector_norm(wide_NM, dim=-1, keepdim=True).square() / x_NM.shape[-1] + epsilon).rsqrt()
    return (wide_NM * factor_N1).to(x_NM.dtype), factor_N1.to(x_NM.dtype)


def _norm_backward(d_NM: Tensor, y_NM: Tensor, factor_N1: Tensor) -> Tensor:
    """From the gradient of the normed rows, which is overwritten, that of the rows."""
    along_N1 = torch.linalg.vecdot(d_NM, y_NM)[:, None] / -y_NM.shape[-1]
    return d_NM.addcmul_(y_NM, along_N1).mul_(factor_N1)


class _FeedForward(torch.autograd.Function):
    """x + down(silu(gate) * up) of the normed x."""

    @staticmethod
    def forward(context: Any, x_NM: Tensor, inward_FM: Tensor, outward_MF: Tensor, epsilon: float) -> Tensor:
        y_NM, factor_N1 = _normed(x_NM, epsilon)
        both_NF = y_NM @ inward_FM.T
        gate_NF, up_NF = both_NF.chunk(2, dim=-1)
        open_NF = F.silu(gate_NF)
        h_NF = open_NF * up_NF
        context.kept = y_NM, factor_N1, both_NF, open_NF, h_NF, inward_FM, outward_MF
        return torch.addmm(x_NM, h_NF, outward_MF.T)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        y_NM, factor_N1, both_NF, open_NF, h_NF, inward_FM, outward_MF = context.kept
        (d_NM,) = gradients
        dh_NF, dboth_NF = d_NM @ outward_MF, torch.empty_like(both_NF)
        gate_NF, up_NF = both_NF.chunk(2, dim=-1)
        dgate_NF, dup_NF = dboth_NF.chunk(2, dim=-1)
        torch.mul(dh_NF, open_NF, out=dup_NF)
        silu_backward(dh_NF.mul_(up_NF), gate_NF, grad_input=dgate_NF)
        dx_NM = _norm_backward(dboth_NF @ inward_FM, y_NM, factor_N1).add_(d_NM)
        # Products with the narrower matrix first: the other way round is several times slower.
        return dx_NM, (y_NM.T @ dboth_NF).T, d_NM.T @ h_NF, None


class _Attention(torch.autograd.Function):
    """x + out(attention) of the normed x, at the rows that go on."""

    @staticmethod
    def forward(
        context: Any,
        x_NM: Tensor,
        inward_CM: Tensor,
        outward_MC: Tensor,
        heads: Heads,
        turn_N1P: Tensor,
        groups: list[Equal],
        rows_R: Tensor | None,
    ) -> Tensor:
        y_NM, factor_N1 = _normed(x_NM, heads.epsilon)
        qkv_NC = y_NM @ inward_CM.T
        _turn(qkv_NC, heads, turn_N1P)
        gathered_NC = x_NM.new_empty(len(x_NM), outward_MC.shape[1])
        runs = [_attend(qkv_NC, gathered_NC, heads, group) for group in groups]
        if rows_R is not None:
            gathered_NC, x_NM = gathered_NC[rows_R], x_NM[rows_R]
        context.kept = y_NM, factor_N1, gathered_NC, inward_CM, outward_MC, runs
        context.about = heads, turn_N1P, groups, rows_R
        return torch.addmm(x_NM, gathered_NC, outward_MC.T)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        y_NM, factor_N1, gathered_RC, inward_CM, outward_MC, runs = context.kept
        heads, turn_N1P, groups, rows_R = context.about
        (d_RM,) = gradients
        dgathered_NC = _spread(d_RM @ outward_MC, rows_R, len(y_NM))
        dqkv_NC = y_NM.new_empty(len(y_NM), inward_CM.shape[0])
        for group, run in zip(groups, runs, strict=True):
            _attend_backward(dgathered_NC, dqkv_NC, heads, group, run)
        _turn(dqkv_NC, heads, turn_N1P.conj())
        dx_NM = _norm_backward(dqkv_NC @ inward_CM, y_NM, factor_N1)
        dx_NM = dx_NM.add_(d_RM) if rows_R is None else dx_NM.index_add_(0, rows_R, d_RM)
        return dx_NM, (y_NM.T @ dqkv_NC).T, d_RM.T @ gathered_RC, None, None, None, None


def _spread(d_RC: Tensor, rows_R: Tensor | None, size: int) -> Tensor:
    if rows_R is None:
        return d_RC
    return d_RC.new_zeros(size, d_RC.shape[1]).index_copy_(0, rows_R, d_RC)


def _turn(qkv_NC: Tensor, heads: Heads, turn_N1P: Tensor) -> None:
    """Rotate queries and keys in place, each pair as a complex number, in float32."""
    part_NC = qkv_NC[:, : heads.turned]
    pairs_NXP = torch.view_as_complex(part_NC.float().view(len(part_NC), -1, heads.width // 2, 2))
    part_NC.copy_(torch.view_as_real(pairs_NXP.mul_(turn_N1P)).flatten(1))


def _split(qkv_NC: Tensor, heads: Heads, group: Equal) -> tuple[Tensor, Tensor, Tensor]:
    """Views of a group's queries (B, K, G, L, D), keys and values (B, K, L, D)."""
    part_BLHD = qkv_NC[group.place].view(group.documents, group.length, -1, heads.width)
    q, k, v = torch.split(part_BLHD, [heads.queries, heads.keys, heads.keys], dim=2)
    return _by_key(q, heads), k.transpose(1, 2), v.transpose(1, 2)


def _grouped(gathered_NC: Tensor, heads: Heads, group: Equal) -> Tensor:
    """A view (B, K, G, L, D) of what a group's queries gathered."""
    return _by_key(gathered_NC[group.place].view(group.documents, group.length, -1, heads.width), heads)


def _by_key(part_BLHD: Tensor, heads: Heads) -> Tensor:
    """A view (B, K, G, L, D), query heads by the key-value head that they share."""
    documents, length = part_BLHD.shape[:2]
    return part_BLHD.view(documents, length, heads.keys, -1, heads.width).permute(0, 2, 3, 1, 4)


def _rows(q_BKGLD: Tensor) -> Tensor:
    return q_BKGLD.flatten(2, 3).flatten(0, 1)


def _attend(qkv_NC: Tensor, gathered_NC: Tensor, heads: Heads, group: Equal) -> tuple[Tensor, ...]:
    """Write what a group gathers; return its weights, queries, keys and values for the way back."""
    q_BKGLD, k_BKLD, v_BKLD = _split(qkv_NC, heads, group)
    q_ZXD, k_ZLD, v_ZLD = _rows(q_BKGLD), k_BKLD.flatten(0, 1), v_BKLD.flatten(0, 1)
    scores_ZXL = torch.bmm(q_ZXD, k_ZLD.mT)
    length = group.length
    future_LL = scores_ZXL.new_full((length, length), float("-inf")).triu_(1)
    scores_ZXL.view(len(k_ZLD), -1, length, length).add_(future_LL)
    weights_ZXL = scores_ZXL.softmax(-1)
    target = _grouped(gathered_NC, heads, group)
    target.copy_(torch.bmm(weights_ZXL, v_ZLD).view(target.shape))
    return weights_ZXL, q_ZXD, k_ZLD, v_ZLD


def _attend_backward(
    dgathered_NC: Tensor, dqkv_NC: Tensor, heads: Heads, group: Equal, run: tuple[Tensor, ...]
) -> None:
    """Write the gradients of a group's queries, keys and values."""
    weights_ZXL, q_ZXD, k_ZLD, v_ZLD = run
    d_ZXD = _rows(_grouped(dgathered_NC, heads, group))
    dscores_ZXL = softmax_backward(torch.bmm(d_ZXD, v_ZLD.mT), weights_ZXL, -1, weights_ZXL.dtype)
    dq, dk, dv = _split(dqkv_NC, heads, group)
    dq.copy_(torch.bmm(dscores_ZXL, k_ZLD).view(dq.shape))
    dk.copy_(torch.bmm(dscores_ZXL.mT, q_ZXD).view(dk.shape))
    dv.copy_(torch.bmm(weights_ZXL.mT, d_ZXD).view(dv.shape))
