"""A raw store beside a fake Hub, with waits that are short enough for tests."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import source
from orchestration.sources.spec import IngestRequest, Progress
from tests.fakes.candidates import Clock

TODAY = date(2026, 8, 1)
QUICK = {"request_wait_seconds": 0.01, "request_timeout_seconds": 1.0, "request_attempts": 4}


@dataclass
class HubWarehouse:
    """Lands ``hf_hub`` as the command line would.

    Attributes:
        reports: all progress that was reported.
    """

    home: Path
    clock: Clock = field(default_factory=lambda: Clock(datetime(2026, 8, 1, 6, tzinfo=UTC)))
    settings: dict[str, Any] = field(default_factory=dict)
    reports: list[Progress] = field(default_factory=list)

    @property
    def store(self) -> SnapshotStore:
        return SnapshotStore(self.home / "raw", self.clock)

    @property
    def listings(self) -> Path:
        """Where interrupted listings wait."""
        return self.home / "raw" / ".listings"

    def track(self, *model_ids: str, table: str = "models") -> None:
        """Lands a registry of these models."""
        rows = [{"organization_id": name.split("/")[0], "model_name": name, "model_id": name} for name in model_ids]
        registry = Candidate(
            table=table,
            kind=RecordKind.REGISTRY_MODELS,
            snapshot_date=self.clock().date(),
            records=pa.Table.from_pylist(rows, RECORD_TYPES[RecordKind.REGISTRY_MODELS].schema),
            received=(),
            location="registry",
        )
        outcome = self.store.land(
            "tracked_models", registry, licence="MIT", citation="-", synthetic=False, requested_at=self.clock()
        )
        assert outcome.outcome in {"landed", "unchanged"}, outcome

    def ingest(self, *tables: str, entries: tuple[dict[str, Any], ...] = (), day: date | None = None) -> list[Outcome]:
        """All outcomes of one call."""
        request = IngestRequest(
            settings=Settings(home=self.home, **(QUICK | self.settings)),
            store=self.store,
            entries=entries,
            tables=frozenset(tables),
            snapshot_date=day,
            clock=self.clock,
            report=self.reports.append,
        )
        return list(ingest(source("hf_hub"), request))

    def current(self, table: str = "tracked", day: date = TODAY) -> dict[str, dict[str, Any]]:
        """The current snapshot: model id -> reading; empty if there is none."""
        manifest = self.store.current("hf_hub", table, day)
        return {} if manifest is None else {row["model_id"]: row for row in self.store.read(manifest).to_pylist()}

    def rejected(self, table: str = "tracked", day: date = TODAY) -> list[dict[str, Any]]:
        """The rejected records of the current snapshot."""
        manifest = self.store.current("hf_hub", table, day)
        assert manifest is not None
        path = self.home / "raw" / manifest.folder / "rejected.parquet"
        return pa.parquet.read_table(path, partitioning=None).to_pylist() if path.exists() else []
