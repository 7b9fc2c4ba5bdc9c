"""Proof that the history gives back what landed: the same hash of content as the manifest has kept since then."""

from pathlib import Path

import pyarrow as pa

from orchestration.errors import DataRefused
from orchestration.history.index import HistoryIndex
from orchestration.history.store import History
from orchestration.snapshots.content import content_sha256
from orchestration.snapshots.disk import read_parquet
from orchestration.snapshots.layout import REJECTED_NAME
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.records import REJECTED_SCHEMA


def proven_records(raw: Path, manifest: Manifest, index: HistoryIndex | None = None) -> pa.Table:
    """The records of a snapshot, reconstructed from its history and proven by the manifest's hash.

    Args:
        raw: the folder ``raw/``.
        manifest: of the snapshot.
        index: the index to reconstruct from; by default the present one.

    Raises:
        DataRefused: the history does not hold the snapshot, or what it gives back is not what landed.
    """
    records = History(raw, manifest.source, manifest.table).reconstruct(
        manifest.snapshot_date, manifest.revision, index
    )
    require_content(raw, manifest, records)
    return records


def require_content(raw: Path, manifest: Manifest, records: pa.Table) -> None:
    """Refuses records that, with the snapshot's rejected records and settings, have another hash than at landing.

    Args:
        raw: the folder ``raw/``.
        manifest: of the snapshot.
        records: in canonical form.

    Raises:
        DataRefused: they have.
    """
    rejected = REJECTED_SCHEMA.empty_table()
    if manifest.rejected_rows:
        rejected = read_parquet(raw / manifest.folder / REJECTED_NAME)
    found = content_sha256(records, rejected, manifest)
    if found != manifest.content_sha256:
        raise DataRefused(
            f"{manifest.source}/{manifest.table} of {manifest.snapshot_date}, revision {manifest.revision}, is not "
            f"what landed (content {found}, its manifest says {manifest.content_sha256}); run `warehouse verify` and "
            "restore what it names."
        )
