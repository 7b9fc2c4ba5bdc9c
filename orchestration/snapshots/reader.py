"""Reading the raw store: which snapshots are there, what their manifests say, and every attempt on record."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import DataRefused
from orchestration.history.columns import KIND as HISTORY_KIND
from orchestration.history.proof import proven_records
from orchestration.history.store import History
from orchestration.snapshots.dropped import read_dropped
from orchestration.snapshots.layout import (
    DAY_PREFIX,
    LEDGER_NAME,
    MANIFEST_NAME,
    REJECTED_NAME,
    REVISION_PREFIX,
    is_name,
    received_file,
    snapshot_folder,
    source_folder,
    table_folder,
)
from orchestration.snapshots.ledger import read_outcomes
from orchestration.snapshots.manifest import Manifest, Outcome, decode_manifest, outcome_of


class SnapshotReader:
    """Reads the snapshots under one folder.

    Args:
        root: the folder ``raw/``; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def sources(self) -> list[str]:
        """Sources for which anything was attempted."""
        return sorted(filter(is_name, _folders(self.root)))

    def tables(self, source: str) -> list[str]:
        """Tables of a source for which anything has landed or was refused with rejected records."""
        return sorted(filter(is_name, _folders(self.root / source_folder(source))))

    def days(self, source: str, table: str) -> list[date]:
        """Days that have a folder, in order; a kill just before the first landing of a day leaves it empty."""
        return sorted(filter(None, map(_day, _folders(self.root / table_folder(source, table), DAY_PREFIX))))

    def snapshot_dates(self, source: str, table: str) -> list[date]:
        """Days for which a snapshot has landed, in order."""
        return [day for day in self.days(source, table) if self.revisions(source, table, day)]

    def revisions(self, source: str, table: str, snapshot_date: date) -> list[int]:
        """Revisions of one snapshot, oldest first."""
        folder = self.root / snapshot_folder(source, table, snapshot_date, 0).parent
        return sorted(int(number) for number in _folders(folder, REVISION_PREFIX) if number.isdecimal())

    def manifests(self, source: str | None = None, table: str | None = None) -> Iterator[Manifest]:
        """All manifests of all revisions (of one source or table), by source, table, date and revision.

        Raises:
            DataRefused: a snapshot has no valid manifest.
        """
        for of_source in [source] if source else self.sources():
            for of_table in [table] if table else self.tables(of_source):
                for day in self.days(of_source, of_table):
                    for revision in self.revisions(of_source, of_table, day):
                        yield self.manifest(of_source, of_table, day, revision)

    def manifest(self, source: str, table: str, snapshot_date: date, revision: int) -> Manifest:
        """The manifest of one revision; raises like :func:`read_manifest`."""
        return read_manifest(self.root / snapshot_folder(source, table, snapshot_date, revision) / MANIFEST_NAME)

    def current(self, source: str, table: str, snapshot_date: date) -> Manifest | None:
        """The newest revision of one snapshot: what readers take."""
        revisions = self.revisions(source, table, snapshot_date)
        return self.manifest(source, table, snapshot_date, revisions[-1]) if revisions else None

    def newest(self, source: str, table: str, before: date | None = None) -> Manifest | None:
        """The newest revision of the latest snapshot of a table, or of the latest one before a day."""
        # Days are looked at from the newest on: an archive may hold thousands, and the first usually answers.
        for day in reversed(self.days(source, table)):
            if before is None or day < before:
                manifest = self.current(source, table, day)
                if manifest is not None:
                    return manifest
        return None

    def records_path(self, manifest: Manifest) -> Path | None:
        """The file of a snapshot's records; None when they were compacted into the history of their table."""
        path = self.root / manifest.folder / manifest.records_file
        return None if not path.is_file() and self.is_in_history(manifest) else path

    def is_in_history(self, manifest: Manifest) -> bool:
        """Whether the history gives the records of a snapshot back.

        Raises:
            DataRefused: the history's index is damaged.
        """
        return manifest.kind == HISTORY_KIND and History(self.root, manifest.source, manifest.table).holds(manifest)

    def read(self, manifest: Manifest) -> pa.Table:
        """The accepted records of a snapshot, from its file or, where that was compacted, from the history.

        Raises:
            DataRefused: what the history gives back is not what landed.
        """
        path = self.records_path(manifest)
        return proven_records(self.root, manifest) if path is None else pq.read_table(path, partitioning=None)

    def rejection_reasons(self, attempt: Outcome) -> dict[str, int]:
        """Why records of a snapshot that landed were rejected: reason -> how many of them."""
        if attempt.snapshot_date is None or attempt.revision is None or not attempt.rejected_rows:
            return {}
        folder = snapshot_folder(attempt.source, attempt.table_name, attempt.snapshot_date, attempt.revision)
        reasons = pq.read_table(self.root / folder / REJECTED_NAME, columns=["reason"], partitioning=None)["reason"]
        return {count["values"]: count["counts"] for count in reasons.value_counts().to_pylist()}

    def received_path(self, sha256: str) -> Path:
        """Where the received bytes with this sha256 are kept.

        Raises:
            DataRefused: they were dropped after their retention.
        """
        path = self.root / received_file(sha256)
        if not path.is_file() and (dropped := read_dropped(self.root).get(sha256)) is not None:
            raise DataRefused(
                f"The received bytes {sha256} were dropped on {dropped.dropped_at:%Y-%m-%d}, after their retention "
                "(WAREHOUSE_RECEIVED_RETENTION_DAYS); only their hash is kept, fetch them from where the manifest says."
            )
        return path

    def outcomes(self, source: str | None = None) -> Iterator[Outcome]:
        """Every attempt (of one source): the landed ones from the manifests, the others from the ledgers."""
        yield from map(outcome_of, self.manifests(source))
        for of_source in [source] if source else self.sources():
            yield from read_outcomes(self.root / source_folder(of_source) / LEDGER_NAME)


def read_manifest(path: Path) -> Manifest:
    """Reads one manifest.

    Raises:
        DataRefused: the file is missing or not a manifest.
    """
    try:
        return decode_manifest(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise DataRefused(
            f"{path} cannot be read as a manifest ({error}); run `warehouse verify` on the raw store."
        ) from None


def _folders(folder: Path, prefix: str = "") -> list[str]:
    """Names of the folders in a folder that begin with a prefix, without it."""
    try:
        with os.scandir(folder) as entries:  # knows what is a folder without asking the disk for each
            return [
                entry.name.removeprefix(prefix) for entry in entries if entry.name.startswith(prefix) and entry.is_dir()
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _day(text: str) -> date | None:
    """A day in ISO form; None for anything else, which `warehouse verify` reports."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
