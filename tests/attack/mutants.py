"""Files made of real ones by random changes: flips, cuts and splices, the same for one seed."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

SEED = 20261122
_LARGEST = 400_000
_NUMBER = re.compile(rb"\b\d+\b")
_STRANGE = [b"0", b"-1", b"99999999", b"1e30", b"2147483648", b"4294967295"]


def _flipped(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """Some bytes become others."""
    del other
    for _ in range(chance.choice([1, 8, 64])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return data


def _cut(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """The end is missing, or a part in the middle."""
    del other
    start = chance.randrange(len(data))
    length = chance.choice([len(data), chance.randrange(1, 2000)])
    return data[:start] + data[start + length :]


def _spliced(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """A part of another file takes the place of a part of this one."""
    start, source = chance.randrange(len(data)), chance.randrange(len(other))
    length = chance.randrange(1, 4000)
    return data[:start] + other[source : source + length] + data[start + length :]


def _renumbered(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """Numbers (lengths, counts, places, references) become impossible ones."""
    del other
    for _ in range(chance.choice([1, 4, 16])):
        found = [match.span() for match in _NUMBER.finditer(bytes(data[-20_000:]))]
        if found:
            low, high = (len(data[:-20_000]) + side for side in chance.choice(found))
            data[low:high] = chance.choice(_STRANGE)
    return data


_KINDS: list[Callable[[bytearray, bytes, random.Random], bytearray]] = [
    _flipped,
    _cut,
    _spliced,
    _renumbered,
]


def mutants(files: list[Path], count: int, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """Name (file, kind, number) and bytes of each; files above 400 KB are left out."""
    chance = random.Random(seed)
    small = [path for path in sorted(files) if 20 < path.stat().st_size <= _LARGEST]
    for number in range(count):
        path, other = chance.choice(small), chance.choice(small)
        change = _KINDS[number % len(_KINDS)]
        data = change(bytearray(path.read_bytes()), other.read_bytes(), chance)
        yield f"{path.stem} {change.__name__.strip('_')} {number}", bytes(data)
