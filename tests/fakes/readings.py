"""Snapshots of readings, invented at random and small, for what must hold of any."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.snapshots.store import SnapshotStore

SCHEMA = RECORD_TYPES[RecordKind.READINGS].schema
FIRST = date(2026, 3, 29)
NOW = datetime(2026, 12, 31, tzinfo=UTC)

_TIMES = st.sampled_from([None, datetime(2026, 3, 1), datetime(2026, 3, 1, 0, 0, 0, 1), datetime(2026, 3, 2)])
_COUNTS = st.sampled_from([None, 0, 1, 7, 8, 1_000_000, 2**53, 2**63 - 1])
_TEXTS = st.sampled_from([None, "", "a", "b", "é\0"])
_BASES = st.fixed_dictionaries({"relation": st.sampled_from([None, "merge"]), "model_id": _TEXTS})
_OF_COLUMN = {
    "read_at": _TIMES,
    "created_at": _TIMES,
    "downloads_total": _COUNTS,
    "downloads_30d": _COUNTS,
    "likes": _COUNTS,
    "sha": _TEXTS,
    "release_date": st.sampled_from([None, date(2025, 1, 1)]),
    "is_private": st.sampled_from([None, True, False]),
    "total_parameters": _COUNTS,
    "tags": st.none() | st.lists(_TEXTS, max_size=3),
    "base_models": st.none() | st.lists(_BASES, max_size=2),
}
_READINGS = st.fixed_dictionaries({}, optional=_OF_COLUMN)

Snapshot = dict[str, dict[str, Any]]

#: Model id -> columns; few ids, so that models stay, vanish and return.
SNAPSHOTS = st.dictionaries(st.sampled_from(["a/a", "a/b", "B/c", "b/é", "c"]), _READINGS, min_size=1)


def records(snapshot: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """A snapshot as records; columns that are not given are null."""
    return pa.Table.from_pylist([{"model_id": name, **columns} for name, columns in snapshot.items()], SCHEMA)


def land_readings(
    raw: Path, snapshot: Mapping[str, Mapping[str, Any]], day: date, *, source: str = "hub", table: str = "full"
) -> Manifest:
    """Lands a snapshot and returns its manifest."""
    candidate = Candidate(
        table=table,
        kind=RecordKind.READINGS,
        snapshot_date=day,
        records=records(snapshot),
        received=(),
        location=f"test://{table}/{day}",
    )
    store = SnapshotStore(raw, clock=lambda: NOW)
    requested_at = NOW + timedelta(microseconds=len(store.revisions(source, table, day)))
    outcome = store.land(source, candidate, licence="MIT", citation="-", synthetic=True, requested_at=requested_at)
    assert outcome.outcome in {"landed", "unchanged"}, outcome.reason
    manifest = store.current(source, table, day)
    assert manifest is not None
    return manifest
