"""The ledger of attempts that landed nothing: one JSON line each, appended under a lock.

A landed attempt needs no line, its manifest is the record; so a kill between landing and recording loses nothing.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock

from orchestration.snapshots.manifest import Outcome, decode_outcome, encode


def append_outcomes(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Appends attempts; a torn last line, left by a kill, is cut off first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")), path.open("ab") as handle:
        whole = _whole_length(path)
        if whole < handle.tell():
            handle.truncate(whole)
        handle.write(b"".join(encode(outcome) for outcome in outcomes))
        handle.flush()
        os.fsync(handle.fileno())


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """All attempts in the ledger, oldest first; a torn last line is not an attempt."""
    data = path.read_bytes()[: _whole_length(path)]
    for line in data.splitlines():
        yield decode_outcome(line)


def _whole_length(path: Path) -> int:
    """Length in bytes up to and including the last line end."""
    return path.read_bytes().rfind(b"\n") + 1
