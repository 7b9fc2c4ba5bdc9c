"""How the raw tables are: newest snapshot, age against the source's limit, last attempt, failing since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.registry import SOURCES


@dataclass(frozen=True)
class TableStatus:
    """One raw table.

    Attributes:
        newest: day of the newest snapshot, None when nothing has landed.
        snapshots: number of days that have landed.
        rows: records of the newest snapshot.
        synthetic: whether the newest snapshot is invented.
        age: from the newest snapshot's day to today.
        is_late: older than the source allows; None where the source names no limit.
        last: the last attempt.
        failing_since: first of the attempts that have failed or been refused since the last good one.
    """

    source: str
    table: str
    newest: date | None
    snapshots: int
    rows: int
    synthetic: bool
    age: timedelta | None
    is_late: bool | None
    last: Outcome | None
    failing_since: datetime | None


def warehouse_status(store: SnapshotReader, today: date) -> list[TableStatus]:
    """The state of every table that was ever attempted, and of every daily live table that was not."""
    statuses = []
    for source in sorted({*SOURCES, *store.sources()}):
        attempts: dict[str, list[Outcome]] = {}
        for outcome in store.outcomes(source):
            attempts.setdefault(outcome.table_name, []).append(outcome)
        spec = SOURCES.get(source)
        live = {table.name for table in spec.tables if table.live and table.by_default} if spec else set()
        for table in sorted({*attempts, *live}):
            # What is fetched only when asked for, and what only a file can bring, is never late.
            limit = spec.max_age if spec and table in live else None
            statuses.append(table_status(store, source, table, attempts.get(table, []), limit=limit, today=today))
    return statuses


def table_status(
    store: SnapshotReader,
    source: str,
    table: str,
    attempts: Iterable[Outcome],
    *,
    limit: timedelta | None,
    today: date,
) -> TableStatus:
    """The state of one table."""
    newest = store.newest(source, table) if table != "*" else None
    age = None if newest is None else today - newest.snapshot_date
    ordered = sorted(attempts, key=lambda outcome: outcome.attempted_at, reverse=True)
    failing = list(takewhile(lambda outcome: outcome.outcome in {"failed", "refused"}, ordered))
    return TableStatus(
        source=source,
        table=table,
        newest=newest.snapshot_date if newest else None,
        snapshots=0 if newest is None else len(store.snapshot_dates(source, table)),
        rows=newest.rows if newest else 0,
        synthetic=newest.synthetic if newest else False,
        age=age,
        is_late=None if limit is None or age is None else age > limit,
        last=ordered[0] if ordered else None,
        failing_since=failing[-1].attempted_at if failing else None,
    )
