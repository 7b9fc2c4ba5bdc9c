"""The manifest of a snapshot and the record of an attempt, as they are written to disk (JSON)."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from orchestration.errors import ConfigurationError
from orchestration.snapshots.records import RecordKind

MANIFEST_NAME = "manifest.json"
REJECTED_NAME = "rejected.parquet"
RECEIVED = "received"

#: Names of sources and tables become folders and patterns in SQL, so nothing else gets through.
_NAME = re.compile(r"[a-z0-9_]{1,100}")


class ReceivedEntry(msgspec.Struct, frozen=True):
    """One received file: its bytes lie in the store under their sha256."""

    name: str
    location: str
    sha256: str
    bytes: int


class FileEntry(msgspec.Struct, frozen=True):
    """One data file of a snapshot."""

    name: str
    sha256: str
    bytes: int
    rows: int


class ColumnEntry(msgspec.Struct, frozen=True):
    """One column of the records file."""

    name: str
    type: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot is, where it came from and how to prove that it is unchanged.

    ``content_sha256`` identifies the records, the rejected records and the settings that readers act on, independent
    of the Parquet writer; two snapshots with the same value say the same.
    """

    source: str
    table: str
    kind: RecordKind
    snapshot_date: date
    revision: int
    location: str
    source_revision: str | None
    licence: str
    citation: str
    requested_at: datetime
    fetched_at: datetime
    seconds: float
    rows: int
    rejected_rows: int
    bytes: int
    columns: tuple[ColumnEntry, ...]
    files: tuple[FileEntry, ...]
    received: tuple[ReceivedEntry, ...]
    content_sha256: str
    code_version: str
    synthetic: bool
    is_complete: Literal["all", "organizations"] | None
    minimum_rows_share: float | None
    priority: int
    declared: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Folder of the snapshot, relative to the raw store."""
        return snapshot_folder(self.source, self.table, self.snapshot_date, self.revision)

    @property
    def records_file(self) -> str:
        """Name of the Parquet file that holds the accepted records."""
        return f"{self.kind.value}.parquet"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to land a snapshot; a row of ``ops.ingest_outcomes``.

    ``bytes`` counts the received bytes, ``seconds`` the time from request to verdict, ``received`` names the kept
    bytes by sha256 and ``rejected`` the file of rejected records, where nothing landed that could hold them
    (``refused/<rejected>.parquet`` in the table's folder). ``snapshot_date`` is null when not even the date could be
    read.
    """

    source: str
    table_name: str
    snapshot_date: date | None
    attempted_at: datetime
    outcome: Literal["landed", "unchanged", "refused", "failed"]
    reason: str | None = None
    rows: int = 0
    rejected_rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    revision: int | None = None
    received: tuple[str, ...] = ()
    rejected: str | None = None
    unreachable: bool = False


def is_name(name: str) -> bool:
    """Whether a source or table may have this name."""
    return _NAME.fullmatch(name) is not None


def source_folder(source: str) -> Path:
    """Folder of a source, relative to the raw store.

    Raises:
        ConfigurationError: a name is not made of small letters, digits and underscores.
    """
    return Path(_checked(source))


def table_folder(source: str, table: str) -> Path:
    """Folder of all snapshots of one table; raises like :func:`source_folder`."""
    return source_folder(source) / _checked(table)


def snapshot_folder(source: str, table: str, snapshot_date: date, revision: int) -> Path:
    """Folder of one revision of a snapshot, relative to the raw store (hive-partitioned, so that SQL can read it)."""
    return table_folder(source, table) / f"snapshot_date={snapshot_date.isoformat()}" / f"revision={revision}"


def refused_file(source: str, table: str, sha256: str) -> Path:
    """File of the rejected records of an attempt that landed nothing, relative to the raw store."""
    return table_folder(source, table) / "refused" / f"{sha256}.parquet"


def received_file(sha256: str) -> Path:
    """Received bytes, by their sha256, relative to the raw store."""
    return Path(RECEIVED) / sha256[:2] / sha256


def outcome_of(manifest: Manifest) -> Outcome:
    """The landed attempt that a manifest stands for: the manifest itself is the record of a landing."""
    return Outcome(
        source=manifest.source,
        table_name=manifest.table,
        snapshot_date=manifest.snapshot_date,
        attempted_at=manifest.requested_at,
        outcome="landed",
        rows=manifest.rows,
        rejected_rows=manifest.rejected_rows,
        bytes=sum(entry.bytes for entry in manifest.received),
        seconds=manifest.seconds,
        revision=manifest.revision,
        received=tuple(entry.sha256 for entry in manifest.received),
    )


def encode(value: Manifest | Outcome) -> bytes:
    """Stable JSON of a manifest (indented) or an outcome (one line)."""
    line = msgspec.json.encode(value, order="deterministic")
    return msgspec.json.format(line, indent=2) + b"\n" if isinstance(value, Manifest) else line + b"\n"


def decode_manifest(data: bytes) -> Manifest:
    """Reads a manifest; raises ``msgspec.DecodeError`` or ``msgspec.ValidationError`` when it is not one."""
    return msgspec.json.decode(data, type=Manifest)


def decode_outcome(data: bytes) -> Outcome:
    """Reads one line of a ledger; raises like :func:`decode_manifest`."""
    return msgspec.json.decode(data, type=Outcome)


def _checked(name: str) -> str:
    if not is_name(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a source or table; use small letters, digits and underscores."
        )
    return name
