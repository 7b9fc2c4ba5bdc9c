"""The ledger of attempts that landed nothing: one JSON line each, appended under a lock.

A landed attempt needs no line, its manifest is the record; so a kill between landing and recording loses nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from filelock import FileLock

from orchestration.errors import DataRefused
from orchestration.snapshots.manifest import Outcome, decode_outcome, encode_outcome

_BLOCK = 1 << 16


def append_outcome(path: Path, outcome: Outcome) -> None:
    """Appends one attempt, durably; a torn last line, left by a kill or a full disk, is cut off first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")), path.open("a+b") as handle:
        handle.truncate(_whole_length(handle))
        handle.write(encode_outcome(outcome))
        handle.flush()
        os.fsync(handle.fileno())


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """All attempts in a ledger, oldest first; a torn last line is not an attempt, a missing ledger has none.

    Raises:
        DataRefused: a whole line cannot be read.
    """
    if not path.exists():
        return
    with path.open("rb") as handle:
        lines = handle.read(_whole_length(handle)).splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            yield decode_outcome(line)
        except msgspec.DecodeError as error:
            raise DataRefused(f"{path}, line {number}, is not a record of an attempt ({error}); restore it.") from None


def _whole_length(handle: BinaryIO) -> int:
    """Length in bytes up to and including the last line end; the handle is left at the start."""
    end = handle.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - _BLOCK)
        handle.seek(start)
        place = handle.read(end - start).rfind(b"\n")
        if place >= 0:
            end = start + place + 1
            break
        end = start
    handle.seek(0)
    return end
