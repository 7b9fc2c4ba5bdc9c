"""``warehouse compact``: old raw snapshots of readings move into the history, old received bytes are dropped."""

from contextlib import ExitStack

from orchestration.commands.terminal import load_settings, progress, say
from orchestration.errors import ConfigurationError, DataRefused
from orchestration.history.compact import CompactedTable, compact_snapshots, drop_received
from orchestration.ingest import only_writer
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import utc_now
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.results import printable

EXAMPLES = (
    "WAREHOUSE_RAW_RETENTION_DAYS=60 warehouse compact",
    "WAREHOUSE_RECEIVED_RETENTION_DAYS=30 warehouse compact",
)


def compact() -> None:
    """Makes old raw data small.

    Snapshots of readings older than WAREHOUSE_RAW_RETENTION_DAYS become rows of what changed; each is first rebuilt
    from them and compared with the hash kept at landing. Received bytes older than WAREHOUSE_RECEIVED_RETENTION_DAYS
    are dropped for good; their hashes stay. By default both are kept for ever. The exit code is 1 if a table could not
    be compacted to the end; what was is safe.
    """
    settings = load_settings()
    if settings.raw_retention_days is None and settings.received_retention_days is None:
        raise ConfigurationError(
            "Everything is to be kept; set WAREHOUSE_RAW_RETENTION_DAYS or WAREHOUSE_RECEIVED_RETENTION_DAYS to a "
            "number of days."
        )
    reader, now = SnapshotReader(settings.raw), utc_now()
    tables: list[CompactedTable] = []
    with build_lock(settings), ExitStack() as locks, progress() as show:
        sources = reader.sources()
        for source in sources:
            locks.enter_context(only_writer(reader, source))
        for source in sources:
            tables += compact_snapshots(settings, source, now.date(), show)
        dropped = drop_received(settings, now)
    for table in tables:
        say(_line(table))
    if settings.raw_retention_days is not None and not tables:
        say(f"No snapshot of readings is older than {settings.raw_retention_days} days and still whole in raw.")
    if settings.received_retention_days is not None:
        say(f"received: {len(dropped):,} files dropped, {_megabytes(sum(each.bytes for each in dropped))}")
    troubles = [table.trouble for table in tables if table.trouble]
    if troubles:
        raise DataRefused("; ".join(map(str, troubles)))


def _line(table: CompactedTable) -> str:
    done = f"{table.snapshots:,} snapshots compacted, {_megabytes(table.removed_bytes)} removed"
    size = "" if table.trouble else f"; the history has {_megabytes(table.history_bytes)}"
    return printable(f"{table.source}/{table.table}: {done}{size}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
