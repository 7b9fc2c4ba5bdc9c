"""Received bytes that were given up after their retention: one line each, written before they are removed."""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from orchestration.errors import DataRefused
from orchestration.snapshots.disk import sync
from orchestration.snapshots.layout import DROPPED_NAME


class DroppedBytes(msgspec.Struct, frozen=True):
    """What was dropped, and when."""

    sha256: str
    bytes: int
    dropped_at: datetime


def read_dropped(root: Path) -> dict[str, DroppedBytes]:
    """What was dropped from a raw store, by sha256.

    Raises:
        DataRefused: the record of it is damaged.
    """
    path = root / DROPPED_NAME
    try:
        # A kill may leave the last line short; its bytes are still there then.
        lines = path.read_bytes().split(b"\n")[:-1]
        records = msgspec.json.decode(b"[" + b",".join(lines) + b"]", type=list[DroppedBytes])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path} cannot be read as a record of dropped bytes ({error}); restore it.") from None
    return {record.sha256: record for record in records}


def record_dropped(root: Path, records: list[DroppedBytes]) -> None:
    """Appends to the record, durably; what a kill left of a line is cut off."""
    path = root / DROPPED_NAME
    with path.open("ab+") as handle:
        handle.seek(0)
        whole = handle.read().rfind(b"\n") + 1
        handle.truncate(whole)
        handle.write(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
        handle.flush()
        os.fsync(handle.fileno())
    sync(root)
