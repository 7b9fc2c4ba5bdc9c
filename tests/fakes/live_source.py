"""A raw store beside a live source on loopback, with waits that are short enough for tests."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest, Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import source
from orchestration.sources.spec import IngestRequest
from tests.fakes.candidates import Clock

QUICK = {"request_wait_seconds": 0.01, "request_timeout_seconds": 0.5, "request_attempts": 3}


@dataclass
class LiveSource:
    """Lands one source as the command line would, on the day that its clock shows."""

    home: Path
    name: str
    today: date
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.set_day(self.today)

    def set_day(self, day: date) -> None:
        """Makes it morning of a day."""
        self.clock = Clock(datetime(day.year, day.month, day.day, 6, tzinfo=UTC))

    @property
    def store(self) -> SnapshotStore:
        return SnapshotStore(self.home / "raw", self.clock)

    def ingest(self, *tables: str, entries: tuple[dict[str, Any], ...] = (), day: date | None = None) -> list[Outcome]:
        """All outcomes of one call; the next one is made a second later."""
        request = IngestRequest(
            settings=Settings(home=self.home, **QUICK),
            store=self.store,
            entries=entries,
            tables=frozenset(tables),
            snapshot_date=day,
            clock=self.clock,
        )
        outcomes = list(ingest(source(self.name), request))
        self.clock.now = self.clock.now.replace(second=self.clock.now.second + 1)
        return outcomes

    def manifest(self, table: str, day: date | None = None) -> Manifest:
        """The manifest of the newest snapshot, or of that of a day."""
        found = self.store.newest(self.name, table) if day is None else self.store.current(self.name, table, day)
        assert found is not None
        return found

    def records(self, table: str, day: date | None = None) -> pl.DataFrame:
        """The accepted records of the newest snapshot, or of that of a day."""
        return pl.DataFrame(self.store.read(self.manifest(table, day)))

    def everything(self) -> bytes:
        """All that is on disk, one file after another."""
        return b"".join(path.read_bytes() for path in sorted(self.home.rglob("*")) if path.is_file())
