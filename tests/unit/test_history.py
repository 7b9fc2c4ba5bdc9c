"""The history gives every snapshot back exactly, in whatever order they came, and stores only what changed."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.history.index import HistoryIndex
from orchestration.history.store import History
from orchestration.snapshots.content import content_sha256
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.records import REJECTED_SCHEMA
from tests.fakes.readings import FIRST, SNAPSHOTS, Snapshot, land_readings

DAY = timedelta(days=1)


def add(raw: Path, manifests: Iterable[Manifest]) -> HistoryIndex:
    """Adds snapshots to the history of their table, in the given order."""
    for manifest in manifests:
        history = History(raw, manifest.source, manifest.table)
        history.commit(history.with_snapshot(manifest, raw / manifest.folder / manifest.records_file))
    return history.index()


def landed(raw: Path, snapshots: list[Snapshot], first: date = FIRST) -> list[Manifest]:
    return [land_readings(raw, snapshot, first + number * DAY) for number, snapshot in enumerate(snapshots)]


def change_rows(raw: Path, month: str | None = None) -> list[dict[str, Any]]:
    """All change rows with the model's id for its key, in a fixed order."""
    history = History(raw, "hub", "full")
    index = history.index()
    names = {
        row["model_key"]: row["model_id"]
        for file in index.of("models")
        for row in pq.read_table(history.folder / file.name, partitioning=None).to_pylist()
    }
    rows = [
        row | {"model_id": names[row["model_key"]], "model_key": None}
        for file in index.of("changes")
        if month in {None, file.month}
        for row in pq.read_table(history.folder / file.name, partitioning=None).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["model_id"], row["snapshot_date"], row["revision"]))


def assert_gives_back(raw: Path, manifest: Manifest) -> None:
    found = History(raw, manifest.source, manifest.table).reconstruct(manifest.snapshot_date, manifest.revision)
    assert found.to_pylist() == SnapshotReader(raw).read(manifest).to_pylist()
    rejected = REJECTED_SCHEMA.empty_table()
    assert content_sha256(found, rejected, manifest) == manifest.content_sha256


@settings(max_examples=25)
@given(snapshots=st.lists(SNAPSHOTS, min_size=1, max_size=8), data=st.data())
def test_any_order_of_arrival_gives_every_snapshot_back_and_the_same_rows(
    snapshots: list[Snapshot], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        raw, other = Path(folder) / "a" / "raw", Path(folder) / "b" / "raw"
        manifests = landed(raw, snapshots)
        # Some days are restated: a second revision, which usually says something else.
        for manifest in data.draw(st.lists(st.sampled_from(manifests), max_size=2)):
            manifests.append(land_readings(raw, data.draw(SNAPSHOTS), manifest.snapshot_date))
        manifests = list({manifest.folder: manifest for manifest in manifests}.values())
        add(raw, data.draw(st.permutations(manifests)))
        for manifest in manifests:
            assert_gives_back(raw, manifest)
        other.parent.mkdir()
        other.symlink_to(raw)
        add(other, sorted(manifests, key=lambda manifest: (manifest.snapshot_date, manifest.revision)))
        assert change_rows(raw) == change_rows(other)
