"""Cross-entropy over a large vocabulary without its logits: a chunk of tokens at a time.

Shape suffixes: N positions, C positions of a chunk, M model width, V vocabulary.
"""

from typing import Any, cast

import torch
from torch import Tensor


class _Chunked(torch.autograd.Function):
    """Makes each chunk's gradients together with its loss, while the chunk's logits are there."""

    @staticmethod
    def forward(
        context: Any, hidden_NM: Tensor, weight_VM: Tensor, targets_N: Tensor, chunk: int, smoothing: float
    ) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden_NM.device)
        toward_hidden_NM = torch.empty_like(hidden_NM)
        toward_weight_VM = torch.zeros(weight_VM.shape, dtype=torch.float32, device=weight_VM.device)
        for start in range(0, len(targets_N), chunk):
            part = slice(start, start + chunk)
            loss, error_CV = _loss_and_error(hidden_NM[part] @ weight_VM.T, targets_N[part], smoothing)
            total += loss
            toward_hidden_NM[part] = error_CV @ weight_VM
            toward_weight_VM += error_CV.T @ hidden_NM[part]
        context.save_for_backward(toward_hidden_NM, toward_weight_VM.to(weight_VM.dtype))
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        toward_hidden_NM, toward_weight_VM = context.saved_tensors
        (scale,) = gradients
        return (toward_hidden_NM * scale).to(toward_hidden_NM.dtype), toward_weight_VM * scale, None, None, None


def _loss_and_error(logits_CV: Tensor, targets_C: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
    logs_CV = logits_CV.float().log_softmax(-1)
    index_C1 = targets_C[:, None]
    loss = (smoothing - 1) * logs_CV.gather(1, index_C1).sum()
    if smoothing:
        loss = loss - smoothing * logs_CV.mean(-1).sum()
    error_CV = logs_CV.exp_() - smoothing / logits_CV.shape[-1] if smoothing else logs_CV.exp_()
    error_CV.scatter_add_(1, index_C1, torch.full_like(index_C1, smoothing - 1, dtype=error_CV.dtype))
    return loss, error_CV.to(logits_CV.dtype)


def summed_cross_entropy(
    hidden_NM: Tensor, weight_VM: Tensor, targets_N: Tensor, chunk: int, smoothing: float = 0.0
) -> Tensor:
    """Return the summed cross-entropy in nats, a float32 scalar that carries gradients.

    Parameters: `hidden_NM` the last hidden states; `weight_VM` the head; `targets_N` token numbers;
    `chunk` how many positions have logits at a time; `smoothing` (0 to 1) the share of each target
    that is spread evenly over the V tokens. The head's gradient is summed in float32.
    References: label smoothing, Szegedy et al. 2016, arXiv:1512.00567, section 7.
    """
    given = hidden_NM, weight_VM, targets_N, chunk, smoothing
    return cast(Tensor, _Chunked.apply(*given))  # type: ignore[no-untyped-call]
