"""The raw store with every file of ../shared/data in it, landed through the checked-in sources file."""

from pathlib import Path
from typing import Any

import polars as pl

from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.locations import load_sources_file
from orchestration.sources.registry import SOURCES
from orchestration.sources.spec import IngestRequest

SOURCES_FILE = Path(__file__).with_name("shared_data.toml")


class Landed:
    """The raw store with all files in it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.store = SnapshotStore(self.settings.raw)
        self.outcomes = self.land()

    def land(self, **request: Any) -> list[Outcome]:
        entries = load_sources_file(SOURCES_FILE)
        return [
            outcome
            for name in entries
            for outcome in ingest(
                SOURCES[name],
                IngestRequest(settings=self.settings, store=self.store, entries=entries[name], **request),
            )
        ]

    def records(self, table: str, source: str = "hf_archive") -> pl.DataFrame:
        """All accepted records of a table, with their ``snapshot_date``."""
        return pl.concat(
            pl.DataFrame(self.store.read(manifest)).with_columns(snapshot_date=pl.lit(manifest.snapshot_date))
            for manifest in self.store.manifests(source, table)
        )
