"""Keys and values of past tokens: a prefix that all beams share and a tail of each beam's own.

A tail is only ever appended to. A state remembers how much of it was filled when it was made, so
an older state stays valid; extending it a second time finds the next place taken and copies.

Shape suffixes: N layers, B beams, K key-value heads, T positions, D head width.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_ROOM = 64


@dataclass(frozen=True, slots=True)
class Prefix:
    """What every beam has read; never written again."""

    keys_NKTD: Array
    values_NKTD: Array

    @property
    def length(self) -> int:
        """Positions in the prefix, in tokens."""
        return int(self.keys_NKTD.shape[2])


@dataclass(slots=True)
class Tail:
    """What each beam has read since the prefix; `filled` positions are taken."""

    keys_NBKTD: Array
    values_NBKTD: Array
    filled: int = 0

    @classmethod
    def empty(cls, layers: int, beams: int, heads: int, head_dim: int, capacity: int) -> Self:
        """Return a tail with room for `capacity` tokens."""
        size = (layers, beams, heads, capacity, head_dim)
        return cls(np.empty(size, np.float32), np.empty(size, np.float32))

    def with_room(self, used: int, count: int) -> Self:
        """Return a tail whose first `used` tokens are these and whose next `count` are free."""
        if self.filled == used and used + count <= self.keys_NBKTD.shape[3]:
            return self
        return self.copied(used, None, count)

    def copied(self, used: int, beams: NDArray[np.intp] | None, count: int = 0) -> Self:
        """Return a copy of the first `used` tokens of `beams` (all when None), with more room."""
        layers, batch, heads, _, width = self.keys_NBKTD.shape
        batch = batch if beams is None else len(beams)
        tail = self.empty(layers, batch, heads, width, 2 * used + max(count, _ROOM))
        rows = slice(None) if beams is None else beams
        tail.keys_NBKTD[:, :, :, :used] = self.keys_NBKTD[:, rows, :, :used]
        tail.values_NBKTD[:, :, :, :used] = self.values_NBKTD[:, rows, :, :used]
        tail.filled = used
        return tail

    def as_prefix(self) -> Prefix:
        """Return what the first beam has read, as a prefix that others can share."""
        used = slice(self.filled)
        return Prefix(self.keys_NBKTD[:, 0, :, used], self.values_NBKTD[:, 0, :, used])
