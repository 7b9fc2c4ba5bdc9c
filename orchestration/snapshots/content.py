"""The content of a candidate: its records in canonical form, and the hash that identifies what it says."""

import hashlib
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind


def canonical_records(candidate: Candidate) -> pa.Table:
    """The accepted records in the schema of their kind, ordered by its key: same records, same bytes."""
    return candidate.records if candidate.is_canonical else canonical(candidate.records, candidate.kind)


def canonical(records: pa.Table, kind: RecordKind) -> pa.Table:
    """Records of a kind in its schema, ordered by its key."""
    return canonical_of_parts([records], kind)


def canonical_of_parts(parts: list[pa.Table], kind: RecordKind) -> pa.Table:
    """The same for records that come in parts.

    Args:
        parts: the records; the list is emptied, so that no more than one column is in memory twice.
        kind: their kind.
    """
    record_type = RECORD_TYPES[kind]
    table = pa.concat_tables(part.select(record_type.schema.names).cast(record_type.schema) for part in parts)
    parts.clear()
    order = pc.sort_indices(table, sort_keys=_ascending(record_type.key))
    columns, ordered = table.columns, []
    del table
    while columns:
        # Taking also writes every value anew, so that what lies beneath a null or beyond a slice leaves no trace.
        ordered.append(columns.pop(0).combine_chunks().take(order))
    return pa.table(ordered, schema=record_type.schema)


def canonical_rejected(candidate: Candidate) -> pa.Table:
    """The rejected records in ``REJECTED_SCHEMA``, ordered by their place in what was received."""
    rejected = candidate.rejected.select(REJECTED_SCHEMA.names).cast(REJECTED_SCHEMA)
    return rejected.sort_by(_ascending(tuple(REJECTED_SCHEMA.names)))


def repeated_key(records: pa.Table, kind: RecordKind) -> dict[str, Any] | None:
    """The first key that canonical records hold twice or that has a null part, or None when each is there once."""
    keys = records.select(RECORD_TYPES[kind].key)
    is_wrong = pa.array([False] * keys.num_rows)
    if keys.num_rows > 1:
        first, second = keys.slice(0, keys.num_rows - 1), keys.slice(1)
        is_same = pa.scalar(True)
        for name in keys.column_names:
            is_same = pc.and_(is_same, pc.fill_null(pc.equal(first[name], second[name]), False))
        is_wrong = pa.chunked_array([pa.array([False]), *is_same.chunks]).combine_chunks()
    for name in keys.column_names:
        is_wrong = pc.or_(is_wrong, keys[name].is_null())
    place = pc.index(is_wrong, True).as_py()
    return None if place < 0 else keys.slice(place, 1).to_pylist()[0]


def content_sha256(records: pa.Table, rejected: pa.Table, draft: Manifest) -> str:
    """Identity of what a snapshot says, independent of the Parquet writer.

    Args:
        records: from :func:`canonical_records`.
        rejected: from :func:`canonical_rejected`.
        draft: its manifest; the terms of use and the settings that readers act on belong to what it says.
    """
    digest = hashlib.sha256()
    sink = pa.PythonFile(_HashingSink(digest), mode="w")
    for table in (records, rejected):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    readers_act_on = [
        draft.licence,
        draft.citation,
        draft.synthetic,
        draft.is_complete,
        draft.minimum_rows_share,
        draft.priority,
        draft.declared,
    ]
    digest.update(msgspec.json.encode(readers_act_on, order="deterministic"))
    return digest.hexdigest()


def _ascending(key: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(column, "ascending") for column in key]


class _HashingSink:
    """A write-only file that keeps only the hash of what is written."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""
