"""Archive files as others keep them, and landing them as a user would."""

import gzip
import json
from collections.abc import Generator, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import source
from orchestration.sources.spec import IngestRequest

#: "Today" for whoever lands these files.
TODAY = datetime(2026, 9, 1, 12, tzinfo=UTC)
READINGS = {"model_id": "id", "downloads_total": "total", "likes": "likes"}


class Archive:
    """A folder of files and the raw store that they land in."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder / "archive"
        self.folder.mkdir()
        self.settings = Settings(home=folder / "home", request_attempts=2, request_timeout_seconds=5, **settings)
        self.store = SnapshotStore(self.settings.raw, lambda: TODAY)

    def write(self, name: str, content: str | bytes) -> str:
        """Writes a file, gzipped if it is called so; returns its location."""
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return str(path)

    def entry(self, location: str, **settings: Any) -> dict[str, Any]:
        """An entry of a sources file, about readings of one day unless the settings say otherwise."""
        usual: dict[str, Any] = {"table": "counters", "location": location, "columns": READINGS}
        if not settings.keys() & {"snapshot_date", "date_pattern", "date_column"}:
            usual["snapshot_date"] = date(2026, 7, 1)
        return usual | settings

    def land(self, *entries: dict[str, Any], name: str = "hf_archive", **request: Any) -> list[Outcome]:
        """Lands entries of one source."""
        return list(self.landing(*entries, name=name, **request))

    def landing(self, *entries: dict[str, Any], name: str = "hf_archive", **request: Any) -> Generator[Outcome]:
        """The same, an attempt at a time."""
        # One more microsecond per look: two attempts never begin at the same time.
        ticks = iter(range(10**9))
        clock = lambda: TODAY.replace(microsecond=next(ticks) % 10**6)  # noqa: E731
        asked = IngestRequest(settings=self.settings, store=self.store, entries=entries, clock=clock, **request)
        yield from ingest(source(name), asked)

    def records(self, table: str = "counters", day: date = date(2026, 7, 1), name: str = "hf_archive") -> pl.DataFrame:
        """The accepted records of a snapshot's newest revision."""
        manifest = self.store.current(name, table, day)
        assert manifest is not None
        return pl.DataFrame(self.store.read(manifest))

    def rejected(self, table: str = "counters", day: date = date(2026, 7, 1)) -> list[tuple[int, str, str]]:
        """The rejected records of a snapshot: number, text, reason."""
        manifest = self.store.current("hf_archive", table, day)
        assert manifest is not None
        return pl.read_parquet(self.store.root / manifest.folder / "rejected.parquet", hive_partitioning=False).rows()

    def landed(self) -> dict[tuple[str, date], str]:
        """What readers see: table and day -> identity of the records."""
        newest = {(one.table, one.snapshot_date): one for one in self.store.manifests()}
        return {key: one.content_sha256 for key, one in newest.items()}


def csv_of(rows: Iterable[Iterable[object]], header: str = "id,total,likes") -> str:
    """A CSV without any need for quotes."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def json_of(rows: Iterable[Iterable[object]], names: tuple[str, ...] = ("id", "total", "likes")) -> str:
    """A JSON list of records."""
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows])
