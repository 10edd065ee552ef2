"""The order of the data as a function of seed and place: a permutation that needs no memory."""

import hashlib

_ROUNDS = 4


def permuted(index: int, size: int, seed: int, epoch: int) -> int:
    """Return where the `index`-th of `size` items stands in the order of this seed and epoch.

    A Feistel network over the next power of four, walked until it lands below `size`: a bijection
    that depends on no library's random numbers.
    References: Luby and Rackoff 1988, SIAM J. Comput. 17(2); Black and Rogaway 2002, cycle walking.
    """
    half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
    place = index
    while True:
        place = _turned(place, half, f"{seed}:{epoch}")
        if place < size:
            return place


def _turned(place: int, half: int, key: str) -> int:
    mask = (1 << half) - 1
    left, right = place >> half, place & mask
    for turn in range(_ROUNDS):
        digest = hashlib.blake2b(f"{key}:{turn}:{right}".encode(), digest_size=8).digest()
        left, right = right, left ^ (int.from_bytes(digest, "little") & mask)
    return (left << half) | right
