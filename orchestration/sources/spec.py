"""What a source is, to everything that handles sources without knowing which: the CLI, Dagster, dbt, the gate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.settings import Settings
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.snapshots.store import SnapshotStore, utc_now


@dataclass(frozen=True)
class TableSpec:
    """One raw table of a source.

    Attributes:
        name: table name in the raw store; ``*`` stands for tables that the --sources file names (archives).
        kind: kind of its records.
        description: one sentence for people, shown in the Dagster UI.
        live: whether a live answer can be asked for; it then describes today, never a past day.
        by_default: whether it is fetched when no table is named, and so every day.
    """

    name: str
    kind: RecordKind
    description: str
    live: bool
    by_default: bool = True


@dataclass(frozen=True)
class Progress:
    """How far a long fetch has come.

    Attributes:
        what: what is being fetched, e.g. ``hf_hub/tracked``.
        rows: records so far.
        total: records expected, if known (yesterday's count serves as an estimate).
        seconds: time so far.
    """

    what: str
    rows: int
    total: int | None
    seconds: float


@dataclass(frozen=True)
class IngestRequest:
    """All that a connector needs to make candidates.

    Attributes:
        store: for reading (the registry of tracked models, yesterday's size); connectors never write to it.
        entries: tables of the --sources file for this source, as parsed TOML; empty means live.
        tables: which tables are wanted; empty means all.
        snapshot_date: the day wanted; None means every day that the locations hold, or today for a live source.
        synthetic: whether the input is the embedded sample.
        report: receives progress.
    """

    settings: Settings
    store: SnapshotStore
    entries: tuple[dict[str, Any], ...] = ()
    tables: frozenset[str] = frozenset()
    snapshot_date: date | None = None
    synthetic: bool = False
    clock: Callable[[], datetime] = utc_now
    report: Callable[[Progress], None] = lambda progress: None

    def wants(self, table: str, snapshot_date: date) -> bool:
        """Whether a snapshot is among those asked for."""
        return (not self.tables or table in self.tables) and self.snapshot_date in (None, snapshot_date)


Connector = Callable[[IngestRequest], Iterator[Candidate | Failure]]


@dataclass(frozen=True)
class SourceSpec:
    """One source: who provides it, under which terms, how fresh it should be and how it is read.

    Attributes:
        live_location: what a person would open to see the data; None when there is only an archive.
        licence: SPDX id or the name of the terms; a --sources entry may override it per revision.
        citation: how to cite the provider.
        max_age: a newest snapshot older than this is late; None for a source that does not move.
        connector: makes candidates; expected trouble is yielded as ``Failure``, never raised.
        priority: default rank where several sources report the same model and day; lower wins.
        minimum_rows_share: see ``Candidate``; the default for live listings.
        key_variable: environment variable with the key without which the live service refuses; None where none is
            needed. A source whose key is not set is left out unless it is named.
    """

    name: str
    title: str
    live_location: str | None
    licence: str
    citation: str
    max_age: timedelta | None
    tables: tuple[TableSpec, ...]
    connector: Connector
    priority: int = 100
    minimum_rows_share: float | None = None
    key_variable: str | None = None
    owners: tuple[str, ...] = field(default=("team:data-engineering",))
