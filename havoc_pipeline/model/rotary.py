"""Rotary position embedding: queries and keys turned by an angle that grows with position.

Shape suffixes as in `modeling.py`: B sequences, L positions, H heads, D head width.
"""

import torch
from torch import Tensor

Rotation = tuple[Tensor, Tensor]


def rotation(position_ids_BL: Tensor, head_dim: int, theta: float) -> Rotation:
    """Return cosine and sine of each position's angles, float32, both of shape (B, 1, L, D).

    Parameters: positions in tokens; `head_dim` D in channels; `theta` the base of the frequencies.
    References: Su et al. 2021, RoFormer, arXiv:2104.09864, section 3.2.2.
    """
    exponent = torch.arange(0, head_dim, 2, device=position_ids_BL.device, dtype=torch.float32)
    frequency = theta ** -(exponent / head_dim)
    angle = position_ids_BL[:, None, :, None].float() * frequency
    angle = torch.cat((angle, angle), dim=-1)
    return angle.cos(), angle.sin()


def rotate(x_BHLD: Tensor, turn: Rotation) -> Tensor:
    """Return queries or keys turned by their positions; channel i pairs with channel i + D/2."""
    first, second = x_BHLD.chunk(2, dim=-1)
    cos, sin = (part.to(x_BHLD.dtype) for part in turn)
    return x_BHLD * cos + torch.cat((-second, first), dim=-1) * sin
