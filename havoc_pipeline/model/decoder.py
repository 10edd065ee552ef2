"""The transformer of `modeling.py` in numpy, over weights that `fused.py` prepared.

Shape suffixes: B beams, T tokens of this call, M model width, F feed-forward width, K key-value
heads, G query heads per key-value head, R = T * G rows of queries, D head width, S keys of the
tail, P keys of the prefix, X whatever a fused matrix yields.
"""

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.model.fused import Layer, Weights
from havoc_pipeline.model.kv_cache import Prefix, Tail

Array = NDArray[np.float32]


class Decoder:
    """Reads tokens behind a prefix and a tail, and appends their keys and values to the tail."""

    def __init__(self, weights: Weights) -> None:
        shape = weights.shape
        self._weights = weights
        self._eps = np.float32(shape.hidden_size * shape.rms_norm_eps)
        self._groups, self._head_dim = shape.num_key_value_heads, shape.head_dim
        self._queries_per_group = shape.num_attention_heads // shape.num_key_value_heads

    def tail(self, capacity: int) -> Tail:
        """Return an empty tail of one beam with room for `capacity` tokens."""
        return Tail.empty(len(self._weights.layers), 1, self._groups, self._head_dim, capacity)

    def read(self, ids_BT: NDArray[np.intp], prefix: Prefix, tail: Tail, used: int, last_only: bool) -> Array:
        """Return hidden states (B, T, M) after the last norm; (B, 1, M) when `last_only`.

        Parameters: `ids_BT` in the vocabulary; `tail` has room for T tokens behind its first
        `used`, and is filled up to `used + T` afterwards.
        """
        x_BTM = self._weights.embedding_VM[ids_BT]
        final = len(self._weights.layers) - 1
        for index, layer in enumerate(self._weights.layers):
            # The last layer's keys and values need every token, its output only the last one.
            rows = 1 if last_only and index == final else ids_BT.shape[1]
            y_BTX = self._attention(index, x_BTM, prefix, tail, used, rows)
            x_BTM = x_BTM[:, -rows:] + y_BTX @ layer.out_XM
            x_BTM += self._feed_forward(layer, x_BTM)
        tail.filled = used + ids_BT.shape[1]
        return self._normed(x_BTM) * self._weights.norm_M

    def _attention(self, index: int, x_BTM: Array, prefix: Prefix, tail: Tail, used: int, rows: int) -> Array:
        start, end = prefix.length + used, used + x_BTM.shape[1]
        q_BTKGD, k_BTKD, v_BTKD = self._projected(self._weights.layers[index], x_BTM, start)
        keys_BKSD = tail.keys_NBKTD[index, :, :, :end]
        values_BKSD = tail.values_NBKTD[index, :, :, :end]
        keys_BKSD[:, :, used:] = k_BTKD.swapaxes(1, 2)
        values_BKSD[:, :, used:] = v_BTKD.swapaxes(1, 2)
        q_BKRD = _by_group(q_BTKGD[:, -rows:])
        scores_BKRS = q_BKRD @ keys_BKSD.swapaxes(2, 3)
        if rows > 1:
            _hide_later(scores_BKRS, rows)
        if prefix.length:
            shared = prefix.keys_NKTD[index], prefix.values_NKTD[index]
            y_BKRD = _attended_with_prefix(q_BKRD, *shared, scores_BKRS, values_BKSD)
        else:
            y_BKRD = _attended(scores_BKRS, values_BKSD)
        return _by_token(y_BKRD, rows)

    def _projected(self, layer: Layer, x_BTM: Array, start: int) -> tuple[Array, Array, Array]:
        beams, tokens, _ = x_BTM.shape
        groups, per_group, width = self._groups, self._queries_per_group, self._head_dim
        qkv_BTHD = (self._normed(x_BTM) @ layer.qkv_MX).reshape(beams, tokens, -1, width)
        queries = groups * per_group
        turns_TP = self._weights.turns_TP[start : start + tokens]
        qkv_BTHD[:, :, : queries + groups].view(np.complex64)[...] *= turns_TP[:, None]
        q_BTKGD = qkv_BTHD[:, :, :queries].reshape(beams, tokens, groups, per_group, width)
        return q_BTKGD, qkv_BTHD[:, :, queries:-groups], qkv_BTHD[:, :, -groups:]

    def _feed_forward(self, layer: Layer, x_BTM: Array) -> Array:
        gate_up_BTX = self._normed(x_BTM) @ layer.gate_up_MX
        inner = len(layer.down_FM)
        half_gate = gate_up_BTX[..., :inner]
        gated_BTF = np.tanh(half_gate)
        gated_BTF += 1
        gated_BTF *= half_gate
        gated_BTF *= gate_up_BTX[..., inner:]
        y_BTM: Array = gated_BTF @ layer.down_FM
        return y_BTM

    def _normed(self, x_BTM: Array) -> Array:
        """x over its root mean square and sqrt(M); `fused.py` put sqrt(M) and the gain behind."""
        normed_BTM: Array = x_BTM / np.sqrt(np.vecdot(x_BTM, x_BTM) + self._eps)[..., None]
        return normed_BTM


def _by_group(q_BTKGD: Array) -> Array:
    beams, tokens, groups, per_group, width = q_BTKGD.shape
    return q_BTKGD.swapaxes(1, 2).reshape(beams, groups, tokens * per_group, width)


def _by_token(y_BKRD: Array, tokens: int) -> Array:
    beams, groups, rows, width = y_BKRD.shape
    y_BKTGD = y_BKRD.reshape(beams, groups, tokens, rows // tokens, width)
    return y_BKTGD.swapaxes(1, 2).reshape(beams, tokens, -1)


def _hide_later(scores_BKRS: Array, tokens: int) -> None:
    """Put -inf where a key lies behind its query; the queries are the last `tokens` positions."""
    beams, groups, rows, keys = scores_BKRS.shape
    by_token = scores_BKRS.reshape(beams, groups, tokens, rows // tokens, keys)
    later_TT = np.triu(np.full((tokens, tokens), -np.inf, np.float32), 1)
    by_token[..., keys - tokens :] += later_TT[:, None]


def _attended(scores_BKRS: Array, values_BKSD: Array) -> Array:
    scores_BKRS -= scores_BKRS.max(axis=-1, keepdims=True)
    weights_BKRS = np.exp(scores_BKRS, out=scores_BKRS)
    y_BKRD: Array = (weights_BKRS @ values_BKSD) / weights_BKRS.sum(axis=-1, keepdims=True)
    return y_BKRD


def _attended_with_prefix(
    q_BKRD: Array, keys_KPD: Array, values_KPD: Array, scores_BKRS: Array, values_BKSD: Array
) -> Array:
    """One softmax over prefix and tail; all beams' queries meet the prefix in one product each."""
    beams, groups, rows, width = q_BKRD.shape
    q_KXD = q_BKRD.swapaxes(0, 1).reshape(groups, beams * rows, width)
    prefix_KXP = q_KXD @ keys_KPD.swapaxes(1, 2)
    prefix_BKRP = prefix_KXP.reshape(groups, beams, rows, -1).swapaxes(0, 1)
    top = np.maximum(prefix_BKRP.max(axis=-1, keepdims=True), scores_BKRS.max(axis=-1, keepdims=True))
    prefix_BKRP -= top
    scores_BKRS -= top
    np.exp(prefix_KXP, out=prefix_KXP)
    np.exp(scores_BKRS, out=scores_BKRS)
    y_KXD = prefix_KXP @ values_KPD
    y_BKRD: Array = scores_BKRS @ values_BKSD
    y_BKRD += y_KXD.reshape(groups, beams, rows, width).swapaxes(0, 1)
    y_BKRD /= prefix_BKRP.sum(axis=-1, keepdims=True) + scores_BKRS.sum(axis=-1, keepdims=True)
    return y_BKRD
