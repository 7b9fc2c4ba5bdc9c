"""Noise without state: a value is a pure function of a stream's name, a key and a step.

So a figure does not depend on the order in which figures are made, nor on how many processes or threads make them.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def stable_key(text: str) -> int:
    """A 64-bit number that stands for a text, the same on every machine (unlike ``hash``)."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def stable_keys(texts: list[str]) -> NDArray[np.uint64]:
    """:func:`stable_key` of each text."""
    return np.array([stable_key(text) for text in texts], dtype=np.uint64)


def hexadecimal(text: str, digits: int) -> str:
    """A text's fixed hexadecimal name, e.g. 24 digits for a Hub object id."""
    return blake2b(text.encode(), digest_size=digits // 2).hexdigest()


def uniform(stream: str, keys: NDArray[np.uint64], steps: NDArray[np.int64] | int = 0) -> NDArray[np.float64]:
    """Uniform values in [0, 1); keys and steps broadcast against each other.

    Args:
        stream: name of what the values are for; different streams are independent.
        keys: what each value belongs to (see :func:`stable_keys`).
        steps: e.g. day numbers.
    """
    offset = np.uint64(stable_key(stream))
    with np.errstate(over="ignore"):  # arithmetic modulo 2**64 is what the generator is made of
        counter = np.asarray(steps).astype(np.uint64) * _GOLDEN
        mixed = _mix(_mix(keys ^ offset) + counter)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = value + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
