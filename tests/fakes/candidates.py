"""Candidates as a connector would make them, small enough to land by the hundred."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.snapshots.candidate import Candidate, ReceivedFile
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind
from orchestration.snapshots.store import SnapshotStore

DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets; it stands still unless told."""

    def __init__(self, now: datetime = datetime(2026, 8, 1, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def parameters(counts: dict[str, int | None]) -> pa.Table:
    """Records of kind ``registry_parameters``: model id -> total parameters."""
    rows = [{"model_id": model_id, "total_parameters": count} for model_id, count in counts.items()]
    return pa.Table.from_pylist(rows, RECORD_TYPES[RecordKind.REGISTRY_PARAMETERS].schema)


def rejections(*records: str) -> pa.Table:
    """Rejected records, each for the same reason."""
    rows = [{"record_number": n, "record": text, "reason": "is wrong"} for n, text in enumerate(records, start=1)]
    return pa.Table.from_pylist(rows, REJECTED_SCHEMA)


def received_file(folder: Path, content: bytes, name: str = "answer.json") -> ReceivedFile:
    """A received file, written long ago, so that the store need not fear that it still changes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    return ReceivedFile(path, f"https://hub.example/{name}", name)


def candidate(
    counts: dict[str, int | None] | None = None,
    *,
    table: str = "tracked",
    day: date = DAY,
    received: Iterable[ReceivedFile] = (),
    rejected: Iterable[str] = (),
    **settings: Any,
) -> Candidate:
    """A candidate with the given records; two with the same arguments say the same."""
    defaults: dict[str, Any] = {"location": "https://hub.example/models", "records": parameters(counts or {"a/b": 1})}
    return Candidate(
        table=table,
        kind=RecordKind.REGISTRY_PARAMETERS,
        snapshot_date=day,
        received=tuple(received),
        rejected=rejections(*rejected),
        **(defaults | settings),
    )


def land(store: SnapshotStore, what: Candidate, *, at: datetime = NOON, source: str = "hub", **terms: Any) -> Outcome:
    """Lands a candidate under the usual terms."""
    usual: dict[str, Any] = {"licence": "MIT", "citation": "The Hub", "synthetic": False}
    return store.land(source, what, requested_at=at, **(usual | terms))
