"""Compaction: raw snapshots of readings that are older than their retention move into the history, after proof.

Per snapshot: its rows are written, it is reconstructed from the files on disk and its hash compared with the one kept
at landing; only then does the history's index name it, and only after that is the records file removed. A kill at any
moment leaves the snapshot readable, and the next run goes on from there. Manifests and rejected records stay.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orchestration.errors import DataRefused, WarehouseError
from orchestration.history.columns import KIND
from orchestration.history.proof import proven_records
from orchestration.history.store import History
from orchestration.settings import Settings
from orchestration.snapshots.disk import sync, writing
from orchestration.snapshots.dropped import DroppedBytes, record_dropped
from orchestration.snapshots.layout import received_file
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader


@dataclass(frozen=True)
class CompactedTable:
    """What compaction did to one table.

    Attributes:
        snapshots: how many were moved into the history.
        removed_bytes: size of their records files.
        history_bytes: size of the whole history of the table now, without the copy of its newest snapshot.
        trouble: why it stopped before the last one, or None.
    """

    source: str
    table: str
    snapshots: int
    removed_bytes: int
    history_bytes: int
    trouble: WarehouseError | None


Report = Callable[[str, int, int | None], None]


def compact_snapshots(settings: Settings, source: str, today: date, report: Report) -> Iterator[CompactedTable]:
    """Compacts the snapshots of one source. The caller holds the build lock and the lock of the source.

    Args:
        settings: which home, and ``raw_retention_days``; nothing is compacted without it.
        source: name of the source.
        today: the present day, UTC.
        report: receives progress.
    """
    if settings.raw_retention_days is None:
        return
    until = today - timedelta(settings.raw_retention_days)
    reader = SnapshotReader(settings.raw)
    for table in reader.tables(source):
        old = [each for each in reader.manifests(source, table) if each.kind == KIND and each.snapshot_date < until]
        due = [each for each in old if (settings.raw / each.folder / each.records_file).is_file()]
        if due:
            yield _compact_table(settings, source, table, due, report)


def drop_received(settings: Settings, now: datetime) -> list[DroppedBytes]:
    """Drops received bytes that every attempt received longer ago than ``received_retention_days``.

    The caller holds the build lock and the locks of all sources.

    Args:
        settings: which home, and the retention; nothing is dropped without it.
        now: the present.
    """
    if settings.received_retention_days is None:
        return []
    until = now - timedelta(settings.received_retention_days)
    reader = SnapshotReader(settings.raw)
    newest: dict[str, datetime] = {}
    for outcome in reader.outcomes():
        for sha256 in outcome.received:
            newest[sha256] = max(newest.get(sha256, outcome.attempted_at), outcome.attempted_at)
    paths = {sha256: settings.raw / received_file(sha256) for sha256, moment in newest.items() if moment < until}
    there = {sha256: path for sha256, path in sorted(paths.items()) if path.is_file()}
    dropped = [DroppedBytes(sha256, path.stat().st_size, now) for sha256, path in there.items()]
    if dropped:
        with writing(settings.raw, "The received bytes were not dropped"):
            record_dropped(settings.raw, dropped)
            for path in there.values():
                path.unlink()
    return dropped


def _compact_table(settings: Settings, source: str, table: str, due: list[Manifest], report: Report) -> CompactedTable:
    history = History(settings.raw, source, table)
    done, removed, trouble = 0, 0, None
    try:
        with writing(settings.root, f"{source}/{table} was not compacted to the end"):
            history.sweep()
            for manifest in due:
                removed += _compact_one(settings, history, manifest)
                done += 1
                report(f"{source}/{table}: days compacted", done, len(due))
    except WarehouseError as error:  # one table's trouble does not keep the others from it
        trouble = error
        with suppress(OSError, DataRefused):
            history.sweep()
    files = () if trouble else history.index().files
    size = sum(file.bytes for file in files if file.role in {"changes", "models"})
    return CompactedTable(source, table, done, removed, size, trouble)


def _compact_one(settings: Settings, history: History, manifest: Manifest) -> int:
    """Moves one snapshot into the history; returns the bytes that its records file had."""
    path = settings.raw / manifest.folder / manifest.records_file
    if history.holds(manifest):  # a kill came between the last two steps
        proven_records(settings.raw, manifest)
    else:
        draft = history.with_snapshot(manifest, path)
        proven_records(settings.raw, manifest, draft)
        history.commit(draft)
    size = path.stat().st_size
    path.unlink()
    sync(path.parent)
    return size
