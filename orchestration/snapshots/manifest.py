"""The manifest of a snapshot and the record of an attempt, as they are written to disk (JSON)."""

import hashlib
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from orchestration.snapshots.layout import snapshot_folder
from orchestration.snapshots.records import RecordKind

#: The seal is the manifest's last line: the hash of its text with an empty seal.
_SEAL = re.compile(rb'(?<="manifest_sha256": ")[0-9a-f]*(?="\n\}\n\Z)')

_Record = TypeVar("_Record", bound=msgspec.Struct)


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
    of the Parquet writer; two snapshots with the same value say the same. ``manifest_sha256`` seals the manifest.
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
    manifest_sha256: str = ""

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


def encode_manifest(manifest: Manifest) -> bytes:
    """Stable, indented JSON of a manifest, sealed with its own hash."""
    return encode_sealed(msgspec.structs.replace(manifest, manifest_sha256=""))


def encode_sealed(record: msgspec.Struct) -> bytes:
    """The same for any record whose last field is an empty ``manifest_sha256``."""
    text = msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=2) + b"\n"
    return _SEAL.sub(hashlib.sha256(text).hexdigest().encode(), text)


def decode_manifest(data: bytes) -> Manifest:
    """Reads a manifest; raises ``msgspec.DecodeError`` when it is not one."""
    return _decode(data, Manifest)


def is_sealed(data: bytes) -> bool:
    """Whether the text of a manifest is as it was written."""
    seal = _SEAL.search(data)
    return seal is not None and seal.group() == hashlib.sha256(_SEAL.sub(b"", data)).hexdigest().encode()


def encode_outcome(outcome: Outcome) -> bytes:
    """Stable JSON of an attempt, one line."""
    return msgspec.json.encode(outcome, order="deterministic") + b"\n"


def decode_outcome(data: bytes) -> Outcome:
    """Reads one line of a ledger; raises like :func:`decode_manifest`."""
    return _decode(data, Outcome)


def _decode(data: bytes, record: type[_Record]) -> _Record:
    try:
        return msgspec.json.decode(data, type=record)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from None
