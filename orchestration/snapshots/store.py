"""The raw store on disk: lands candidates atomically, keeps every revision and every received byte.

    raw/<source>/<table>/snapshot_date=YYYY-MM-DD/revision=N/   records, rejected.parquet, manifest.json (write-once)
    raw/<source>/outcomes.jsonl                                  attempts that landed nothing
    raw/<source>/<table>/refused/<sha256>.parquet                rejected records of attempts that landed nothing
    raw/received/<aa>/<sha256>                                   bytes as received, one copy each

A snapshot is made whole in ``raw/.staging`` and renamed into place in one step: it is there with its manifest or not
at all. Nothing under a ``snapshot_date=`` folder is ever changed afterwards.
"""

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import DataRefused
from orchestration.settings import STAGING_MAX_AGE
from orchestration.snapshots.acceptance import reason_to_refuse
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.ledger import append_outcomes, read_outcomes
from orchestration.snapshots.manifest import (
    MANIFEST_NAME,
    ColumnEntry,
    FileEntry,
    Manifest,
    Outcome,
    ReceivedEntry,
    decode_manifest,
    encode,
    outcome_of,
    snapshot_folder,
    table_folder,
)
from orchestration.snapshots.records import RECORD_TYPES

RECEIVED = "received"
REJECTED_NAME = "rejected.parquet"
_CHUNK = 1 << 20


def utc_now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class SnapshotStore:
    """Reads and lands snapshots under one folder.

    Args:
        root: the folder ``raw/``; made when the first snapshot lands.
        clock: gives the present; the sample passes a simulated one, so that its store is the same on every run.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.root = root
        self.clock = clock

    # ---- reading -----------------------------------------------------------------------------------------------

    def manifests(self, source: str = "*", table: str = "*") -> Iterator[Manifest]:
        """All manifests of all revisions, ordered by source, table, date and revision."""
        for path in sorted(self.root.glob(f"{source}/{table}/snapshot_date=*/revision=*/{MANIFEST_NAME}"), key=_order):
            yield read_manifest(path)

    def revisions(self, source: str, table: str, snapshot_date: date) -> list[int]:
        """Revisions of one snapshot, oldest first."""
        folder = self.root / snapshot_folder(source, table, snapshot_date, 0).parent
        return sorted(int(path.parent.name.partition("=")[2]) for path in folder.glob(f"revision=*/{MANIFEST_NAME}"))

    def newest(self, source: str, table: str, before: date | None = None) -> Manifest | None:
        """The newest revision of the latest snapshot of a table, or of the latest one before a day."""
        # Day folders are looked at from the newest on: an archive may hold thousands, and the first usually answers.
        for day in reversed(self._day_folders(source, table)):
            if before is None or day < before:
                manifest = self.current(source, table, day)
                if manifest is not None:
                    return manifest
        return None

    def current(self, source: str, table: str, snapshot_date: date) -> Manifest | None:
        """The newest revision of one snapshot: what readers take."""
        revisions = self.revisions(source, table, snapshot_date)
        if not revisions:
            return None
        return read_manifest(self.root / snapshot_folder(source, table, snapshot_date, revisions[-1]) / MANIFEST_NAME)

    def snapshot_dates(self, source: str, table: str) -> list[date]:
        """Days for which a snapshot has landed, in order."""
        return [day for day in self._day_folders(source, table) if self.revisions(source, table, day)]

    def read(self, manifest: Manifest) -> pa.Table:
        """The accepted records of a snapshot."""
        return pq.read_table(self.root / manifest.folder / manifest.records_file, partitioning=None)

    def received_path(self, sha256: str) -> Path:
        """Where the received bytes with this sha256 are kept."""
        return self.root / RECEIVED / sha256[:2] / sha256

    def outcomes(self, source: str = "*") -> Iterator[Outcome]:
        """Every attempt: the landed ones from the manifests, the others from the ledgers."""
        yield from map(outcome_of, self.manifests(source))
        for path in sorted(self.root.glob(f"{source}/outcomes.jsonl")):
            yield from read_outcomes(path)

    # ---- landing -----------------------------------------------------------------------------------------------

    def land(
        self,
        source: str,
        candidate: Candidate,
        *,
        licence: str,
        citation: str,
        synthetic: bool,
        requested_at: datetime,
    ) -> Outcome:
        """Judges a candidate and lands it as a new snapshot or revision.

        Returns:
            The outcome: ``landed``, ``unchanged`` (the newest revision says the same; no second copy) or ``refused``.

        Raises:
            DataRefused: the disk refused the write; nothing of the snapshot is left behind.
        """
        with _writing(self.root, f"{source}/{candidate.table} of {candidate.snapshot_date}"):
            received = tuple(self._keep(file) for file in candidate.received)
            compared = candidate.minimum_rows_share is not None
            previous = self.newest(source, candidate.table, before=candidate.snapshot_date) if compared else None
            reason = reason_to_refuse(candidate, previous=previous, today=self.clock().date())
            content = content_sha256(candidate)
            current = self.current(source, candidate.table, candidate.snapshot_date)
            if reason is None and (current is None or current.content_sha256 != content):
                manifest = self._write(
                    source,
                    candidate,
                    content,
                    received,
                    licence=candidate.licence or licence,
                    citation=candidate.citation or citation,
                    synthetic=synthetic,
                    requested_at=requested_at,
                )
                return outcome_of(manifest)
            if reason is not None:
                self._keep_refused(source, candidate.table, candidate.rejected)
            outcome = Outcome(
                source=source,
                table_name=candidate.table,
                snapshot_date=candidate.snapshot_date,
                attempted_at=requested_at,
                outcome="refused" if reason else "unchanged",
                reason=reason,
                rows=candidate.records.num_rows,
                rejected_rows=candidate.rejected.num_rows,
                bytes=sum(entry.bytes for entry in received),
                seconds=(self.clock() - requested_at).total_seconds(),
                revision=None if reason or current is None else current.revision,
                received=tuple(entry.sha256 for entry in received),
            )
            self.record(outcome)
            return outcome

    def record_failure(self, source: str, failure: Failure, *, requested_at: datetime) -> Outcome:
        """Records an attempt that gave no candidate and keeps the bytes that did arrive."""
        with _writing(self.root, f"{source}/{failure.table}"):
            received = tuple(self._keep(file) for file in failure.received)
            self._keep_refused(source, failure.table, failure.rejected)
            outcome = Outcome(
                source=source,
                table_name=failure.table,
                snapshot_date=failure.snapshot_date,
                attempted_at=requested_at,
                outcome=failure.outcome,
                reason=failure.reason,
                rejected_rows=failure.rejected.num_rows,
                bytes=sum(entry.bytes for entry in received),
                seconds=(self.clock() - requested_at).total_seconds(),
                received=tuple(entry.sha256 for entry in received),
                unreachable=failure.unreachable,
            )
            self.record(outcome)
            return outcome

    def record(self, outcome: Outcome) -> None:
        """Appends one attempt to the ledger of its source."""
        append_outcomes(self.root / outcome.source / "outcomes.jsonl", [outcome])

    def sweep_staging(self) -> None:
        """Removes staging folders that a killed process left behind long ago."""
        for folder in (self.root / ".staging").glob("*"):
            age = datetime.now(UTC) - datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            if age > STAGING_MAX_AGE:
                shutil.rmtree(folder, ignore_errors=True)

    # ---- inside ------------------------------------------------------------------------------------------------

    def _day_folders(self, source: str, table: str) -> list[date]:
        folders = (self.root / table_folder(source, table)).glob("snapshot_date=*")
        return sorted(date.fromisoformat(folder.name.partition("=")[2]) for folder in folders)

    def _write(
        self,
        source: str,
        candidate: Candidate,
        content: str,
        received: tuple[ReceivedEntry, ...],
        *,
        licence: str,
        citation: str,
        synthetic: bool,
        requested_at: datetime,
    ) -> Manifest:
        staged = self.root / ".staging" / uuid.uuid4().hex
        staged.mkdir(parents=True)
        try:
            files = [_write_parquet(staged / f"{candidate.kind.value}.parquet", sorted_records(candidate))]
            if candidate.rejected.num_rows:
                files.append(_write_parquet(staged / REJECTED_NAME, candidate.rejected))
            revision = 1 + max(self.revisions(source, candidate.table, candidate.snapshot_date), default=0)
            fetched_at = self.clock()
            manifest = Manifest(
                source=source,
                table=candidate.table,
                kind=candidate.kind,
                snapshot_date=candidate.snapshot_date,
                revision=revision,
                location=candidate.location,
                source_revision=candidate.source_revision,
                licence=licence,
                citation=citation,
                requested_at=requested_at,
                fetched_at=fetched_at,
                seconds=(fetched_at - requested_at).total_seconds(),
                rows=candidate.records.num_rows,
                rejected_rows=candidate.rejected.num_rows,
                bytes=sum(file.bytes for file in files),
                columns=tuple(ColumnEntry(field.name, str(field.type)) for field in candidate.records.schema),
                files=tuple(files),
                received=received,
                content_sha256=content,
                code_version=code_version(),
                synthetic=synthetic,
                is_complete=candidate.is_complete,
                minimum_rows_share=candidate.minimum_rows_share,
                priority=candidate.priority,
                declared=candidate.declared,
            )
            write_durably(staged / MANIFEST_NAME, encode(manifest))
            target = self.root / manifest.folder
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(target)  # fails if another process landed this revision meanwhile
            sync_folder(target.parent)
            return manifest
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _keep(self, file: ReceivedFile) -> ReceivedEntry:
        """Copies received bytes into the store, once, under their sha256."""
        sha256, size = file_sha256(file.path)
        target = self.received_path(sha256)
        if not target.exists():
            staged = self.root / ".staging" / uuid.uuid4().hex
            staged.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(file.path, staged)
                with staged.open("rb") as handle:
                    os.fsync(handle.fileno())
                target.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(target)
            finally:
                staged.unlink(missing_ok=True)
        return ReceivedEntry(name=file.name, location=file.location, sha256=sha256, bytes=size)

    def _keep_refused(self, source: str, table: str, rejected: pa.Table) -> None:
        """Keeps the rejected records of an attempt that lands no snapshot."""
        if not rejected.num_rows:
            return
        staged = self.root / ".staging" / uuid.uuid4().hex
        staged.parent.mkdir(parents=True, exist_ok=True)
        entry = _write_parquet(staged, rejected)
        target = self.root / table_folder(source, table) / "refused" / f"{entry.sha256}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)


def sorted_records(candidate: Candidate) -> pa.Table:
    """The records in the kind's schema, ordered by its key: same records, same bytes."""
    kind = RECORD_TYPES[candidate.kind]
    table: pa.Table = candidate.records.select(kind.schema.names).cast(kind.schema)
    return table.sort_by([(column, "ascending") for column in kind.key])


def content_sha256(candidate: Candidate) -> str:
    """Identity of what a candidate says: records, rejected records and declared settings."""
    digest = hashlib.sha256()
    sink = _HashingSink(digest)
    for table in (sorted_records(candidate), candidate.rejected):
        with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as writer:
            writer.write_table(table.combine_chunks())
    meaning = [candidate.is_complete, candidate.minimum_rows_share, candidate.priority, candidate.declared]
    digest.update(msgspec.json.encode(meaning, order="deterministic"))
    return digest.hexdigest()


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


def read_manifest(path: Path) -> Manifest:
    """Reads one manifest.

    Raises:
        DataRefused: the file is not a manifest.
    """
    try:
        return decode_manifest(path.read_bytes())
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DataRefused(
            f"{path} is not a valid manifest ({error}); run `warehouse verify` on the raw store."
        ) from None


def file_sha256(path: Path) -> tuple[str, int]:
    """The sha256 and size in bytes of a file, read in pieces."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def write_durably(path: Path, data: bytes) -> None:
    """Writes a new file and waits until the disk has it."""
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until the disk has a folder's entries (a rename is durable only then)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def code_version() -> str:
    """Version of this package, as manifests record it."""
    return version("open-model-warehouse")


def _write_parquet(path: Path, table: pa.Table) -> FileEntry:
    pq.write_table(table, path, compression="zstd")
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
    sha256, size = file_sha256(path)
    return FileEntry(name=path.name, sha256=sha256, bytes=size, rows=table.num_rows)


def _order(path: Path) -> tuple[str, str, str, int]:
    revision, day, table = path.parent, path.parent.parent, path.parent.parent.parent
    return (table.parent.name, table.name, day.name, int(revision.name.partition("=")[2]))


@contextmanager
def _writing(root: Path, what: str) -> Iterator[None]:
    """Turns the system's refusal to write into one clear sentence."""
    try:
        yield
    except OSError as error:
        causes = {
            errno.ENOSPC: "the disk is full; free some space and run it again",
            errno.EDQUOT: "the disk quota is used up; free some space and run it again",
            errno.EROFS: "the file system is read-only; set WAREHOUSE_HOME to a folder that can be written",
            errno.EACCES: "the folder cannot be written; set WAREHOUSE_HOME to a folder that can be",
            errno.EPERM: "the folder cannot be written; set WAREHOUSE_HOME to a folder that can be",
            errno.ENOTEMPTY: "another process landed it at the same moment; run it again",
            errno.EEXIST: "another process landed it at the same moment; run it again",
        }
        if error.errno not in causes:
            raise
        raise DataRefused(f"{what} was not landed in {root}: {causes[error.errno]}.") from error
