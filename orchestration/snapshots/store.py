"""The raw store: lands candidates atomically, keeps every revision and every received byte.

A snapshot is made whole in ``raw/.staging`` and renamed into place in one step: it is there with its manifest or not
at all. Nothing under a ``snapshot_date=`` folder is ever changed afterwards; compaction (orchestration/history) may
remove the records of old readings after proof that they can be given back. ``layout.py`` says where things lie.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
from msgspec import structs

from orchestration.errors import DataRefused, WarehouseError
from orchestration.snapshots.acceptance import reason_to_refuse
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.content import canonical_records, canonical_rejected, content_sha256
from orchestration.snapshots.disk import staged, sync, write_durably, write_parquet, writing
from orchestration.snapshots.layout import (
    LEDGER_NAME,
    MANIFEST_NAME,
    REJECTED_NAME,
    STAGING,
    refused_file,
    source_folder,
    table_folder,
)
from orchestration.snapshots.ledger import append_outcome, read_outcomes
from orchestration.snapshots.manifest import (
    ColumnEntry,
    Manifest,
    Outcome,
    ReceivedEntry,
    encode_manifest,
    outcome_of,
)
from orchestration.snapshots.public_text import public_text
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.received import ReceivedFiles
from orchestration.snapshots.records import RECORD_TYPES


def utc_now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class SnapshotStore(SnapshotReader):
    """Reads and lands snapshots under one folder.

    Args:
        root: the folder ``raw/``; made when the first snapshot lands.
        clock: gives the present; the sample passes a simulated one, so that its store is the same on every run.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(root)
        self.clock = clock
        self._received = ReceivedFiles(root)
        self._ledgers: dict[str, dict[tuple[object, ...], Outcome]] = {}

    def land(
        self,
        source: str,
        candidate: Candidate,
        *,
        licence: str,
        citation: str,
        synthetic: bool,
        requested_at: datetime,
        objection: str | None = None,
    ) -> Outcome:
        """Judges a candidate and lands it as a new snapshot or revision.

        An attempt is known by its time and what was received: one that is replayed after a kill, under a simulated
        clock, finds itself on record and leaves no second row.

        Args:
            source: name of the source.
            candidate: what its connector made.
            licence: licence of the source, where the candidate has none of its own.
            citation: how to cite the source, where the candidate has none of its own.
            synthetic: whether the data is generated.
            requested_at: when the attempt began.
            objection: why the caller refuses a candidate that says anything new.

        Returns:
            The outcome: ``landed``, ``unchanged`` (the newest revision says the same; no second copy) or ``refused``.

        Raises:
            ConfigurationError: a name cannot be a folder, or the store cannot be written.
            WarehouseError: the disk refused the write; nothing of the snapshot is left behind.
        """
        with self._attempt(source, candidate.table, candidate.snapshot_date, requested_at):
            table_folder(source, candidate.table)  # an impossible name is refused before anything is written
            records, rejected = canonical_records(candidate), canonical_rejected(candidate)
            draft = self._draft(
                source,
                candidate,
                licence=licence,
                citation=citation,
                synthetic=synthetic,
                requested_at=requested_at,
                received=tuple(self._received.keep(source, file) for file in candidate.received),
            )
            draft = structs.replace(draft, content_sha256=content_sha256(records, rejected, draft))
            if (known := self._on_record(draft)) is not None:
                return known
            attempt = outcome_of(draft)
            current = self.current(source, candidate.table, candidate.snapshot_date)
            if current is not None and current.content_sha256 == draft.content_sha256:
                return self._record(structs.replace(attempt, outcome="unchanged", revision=current.revision))
            reason = objection or self._reason_to_refuse(source, candidate, records, current)
            if reason is not None:
                kept = self._keep_refused(source, candidate.table, rejected)
                refused = structs.replace(attempt, outcome="refused", reason=reason, revision=None, rejected=kept)
                return self._record(refused)
            return outcome_of(self._write(draft, records, rejected))

    def record_failure(self, source: str, failure: Failure, *, requested_at: datetime) -> Outcome:
        """Records an attempt that gave no candidate and keeps the bytes that did arrive; raises like :meth:`land`."""
        with self._attempt(source, failure.table, failure.snapshot_date, requested_at):
            received = tuple(self._received.keep(source, file) for file in failure.received)
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
                rejected=self._keep_refused(source, failure.table, failure.rejected),
                unreachable=failure.unreachable,
            )
            return self._ledger(source).get(_identity(outcome)) or self._record(outcome)

    def sweep_staging(self, source: str) -> None:
        """Removes what a killed landing of this source left behind; only for the holder of the source's lock."""
        shutil.rmtree(self.root / STAGING / source, ignore_errors=True)

    # ---- inside ------------------------------------------------------------------------------------------------

    def _draft(
        self,
        source: str,
        candidate: Candidate,
        *,
        licence: str,
        citation: str,
        synthetic: bool,
        requested_at: datetime,
        received: tuple[ReceivedEntry, ...],
    ) -> Manifest:
        """The manifest of a candidate as far as it is known before its files are written."""
        now = self.clock()
        schema = RECORD_TYPES[candidate.kind].schema
        return Manifest(
            source=source,
            table=candidate.table,
            kind=candidate.kind,
            snapshot_date=candidate.snapshot_date,
            revision=0,
            location=public_text(candidate.location),
            source_revision=candidate.source_revision,
            licence=candidate.licence or licence,
            citation=candidate.citation or citation,
            requested_at=requested_at,
            fetched_at=now,
            seconds=(now - requested_at).total_seconds(),
            rows=candidate.records.num_rows,
            rejected_rows=candidate.rejected.num_rows,
            bytes=0,
            columns=tuple(ColumnEntry(field.name, str(field.type)) for field in schema),
            files=(),
            received=received,
            content_sha256="",
            code_version=code_version(),
            synthetic=synthetic,
            is_complete=candidate.is_complete,
            minimum_rows_share=candidate.minimum_rows_share,
            priority=candidate.priority,
            declared=candidate.declared,
        )

    @contextmanager
    def _attempt(self, source: str, table: str, snapshot_date: date | None, requested_at: datetime) -> Iterator[None]:
        """Turns what the disk refuses into one sentence, and records it as far as the disk still lets."""
        source_folder(source)
        try:
            of_day = f" of {snapshot_date}" if snapshot_date else ""
            with writing(self.root, f"{source}/{table}{of_day} was not landed"):
                yield
        except WarehouseError as error:
            failed = Outcome(
                source=source,
                table_name=table,
                snapshot_date=snapshot_date,
                attempted_at=requested_at,
                outcome="failed",
                reason=str(error),
            )
            with suppress(OSError):
                self._record(failed)
            raise

    def _on_record(self, draft: Manifest) -> Outcome | None:
        """What is on record of the same attempt, if this one is a replay."""
        attempt = outcome_of(draft)
        for revision in self.revisions(draft.source, draft.table, draft.snapshot_date):
            there = self.manifest(draft.source, draft.table, draft.snapshot_date, revision)
            if (there.requested_at, there.content_sha256) == (draft.requested_at, draft.content_sha256):
                return structs.replace(attempt, outcome="unchanged", revision=revision)
        return self._ledger(draft.source).get(_identity(attempt))

    def _record(self, outcome: Outcome) -> Outcome:
        outcome = structs.replace(outcome, reason=outcome.reason and public_text(outcome.reason))
        append_outcome(self.root / source_folder(outcome.source) / LEDGER_NAME, outcome)
        self._ledger(outcome.source)[_identity(outcome)] = outcome
        return outcome

    def _ledger(self, source: str) -> dict[tuple[object, ...], Outcome]:
        if source not in self._ledgers:
            self._ledgers[source] = {}
            # A damaged ledger is reported by every build; it is no reason to lose what arrives today.
            with suppress(DataRefused):
                for outcome in read_outcomes(self.root / source_folder(source) / LEDGER_NAME):
                    self._ledgers[source][_identity(outcome)] = outcome
        return self._ledgers[source]

    def _reason_to_refuse(
        self, source: str, candidate: Candidate, records: pa.Table, current: Manifest | None
    ) -> str | None:
        compares = candidate.minimum_rows_share is not None
        before = self.newest(source, candidate.table, before=candidate.snapshot_date) if compares else None
        compared = [manifest for manifest in (before, current) if manifest is not None]
        return reason_to_refuse(candidate, records, compared=compared, today=self.clock().date())

    def _write(self, draft: Manifest, records: pa.Table, rejected: pa.Table) -> Manifest:
        with staged(self.root, draft.source) as folder:
            folder.mkdir()
            files = [write_parquet(folder / draft.records_file, records)]
            if rejected.num_rows:
                files.append(write_parquet(folder / REJECTED_NAME, rejected))
            manifest = structs.replace(
                draft,
                revision=1 + max(self.revisions(draft.source, draft.table, draft.snapshot_date), default=0),
                bytes=sum(file.bytes for file in files),
                files=tuple(files),
            )
            write_durably(folder / MANIFEST_NAME, encode_manifest(manifest))
            target = self.root / manifest.folder
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                folder.rename(target)
            except OSError as error:
                if not target.exists():
                    raise
                raise WarehouseError(
                    f"{manifest.source}/{manifest.table} of {manifest.snapshot_date} was landed by another process at "
                    "the same moment; run it again."
                ) from error
            with suppress(OSError):  # the snapshot is there, whether or not the disk confirms it
                sync(target.parent)
        return manifest

    def _keep_refused(self, source: str, table: str, rejected: pa.Table) -> str | None:
        """Keeps the rejected records of an attempt that lands no snapshot; returns the sha256 of their file."""
        if not rejected.num_rows:
            return None
        with staged(self.root, source) as file:
            entry = write_parquet(file, rejected)
            target = self.root / refused_file(source, table, entry.sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        return entry.sha256


@cache
def code_version() -> str:
    """Version of this package, as manifests record it."""
    return version("open-model-warehouse")


def _identity(attempt: Outcome) -> tuple[object, ...]:
    """What tells attempts apart: a real clock never shows the same microsecond twice, a simulated one may."""
    moment = (attempt.table_name, attempt.snapshot_date, attempt.attempted_at)
    return *moment, attempt.received, attempt.rows, attempt.rejected_rows
