"""The history gives every snapshot back exactly, in whatever order they came, and stores only what changed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DataRefused
from orchestration.history import difference
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


@settings(max_examples=25)
@given(snapshots=st.lists(SNAPSHOTS, min_size=2, max_size=4))
def test_how_many_rows_are_compared_at_a_time_makes_no_difference(snapshots: list[Snapshot]) -> None:
    found = []
    for stretch in (1, 2, 1 << 17):
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr(difference, "_STRETCH", stretch)
            raw = Path(folder) / "raw"
            add(raw, landed(raw, snapshots))
            found.append(change_rows(raw))
    assert found[0] == found[1] == found[2]


def counted(raw: Path, *snapshots: Snapshot) -> list[int]:
    """How many change rows each of these days has."""
    manifests = landed(raw, list(snapshots))
    add(raw, manifests)
    rows = [row["snapshot_date"] for row in change_rows(raw)]
    return [rows.count(manifest.snapshot_date) for manifest in manifests]


def test_a_day_on_which_nothing_changed_has_no_rows(tmp_path: Path) -> None:
    day: Snapshot = {"a": {"likes": 1, "tags": ["x"], "base_models": [{"relation": None, "model_id": "b"}]}, "b": {}}
    assert counted(tmp_path / "raw", day, day, day) == [2, 0, 0]


def test_a_time_that_moves_for_all_models_is_kept_once_per_day(tmp_path: Path) -> None:
    def read(hour: int, late: int = 0) -> Snapshot:
        times = dict.fromkeys("abc", datetime(2026, 3, 1, hour))
        return {name: {"read_at": moment} for name, moment in {**times, "d": datetime(2026, 3, 1, hour, late)}.items()}

    assert counted(tmp_path / "raw", read(1), read(2), read(3, late=1), read(4), read(5)) == [4, 0, 1, 1, 0]


@pytest.mark.parametrize(
    "other",
    [
        {"likes": 2},
        {"likes": None},
        {"likes": 1, "tags": []},
        {"likes": 1, "tags": [None]},
        {"likes": 1, "tags": ["y", "x"]},
        {"likes": 1, "tags": ["x", "y"], "base_models": []},
        {"likes": 1, "tags": ["x", "y"], "base_models": [{"relation": None, "model_id": None}]},
    ],
    ids=str,
)
def test_whatever_changes_is_a_row_and_so_is_the_way_back(tmp_path: Path, other: dict[str, Any]) -> None:
    first: Snapshot = {"a": {"likes": 1, "tags": ["x", "y"]}, "b": {"likes": 5}}
    assert counted(tmp_path / "raw", first, first | {"a": other}, first) == [2, 1, 1]


def test_a_model_that_vanishes_and_returns_keeps_its_key_and_gives_all_columns_again(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    model: Snapshot = {"a": {"downloads_total": 7, "sha": "1"}}
    manifests = landed(raw, [model | {"b": {}}, {"b": {}}, model | {"b": {}}])
    index = add(raw, manifests)
    assert index.models == 2
    rows = [row for row in change_rows(raw) if row["model_id"] == "a"]
    assert [(row["is_listed"], row["downloads_total_change"], row["sha"]) for row in rows] == [
        (True, 7, {"value": "1"}),
        (False, -7, None),
        (True, 7, {"value": "1"}),
    ]


def test_keys_stay_when_an_earlier_day_arrives_late(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    early, late = landed(raw, [{"a": {}, "z": {}}, {"m": {}, "z": {}}])
    history = History(raw, "hub", "full")

    def keys() -> dict[str, int]:
        tables = [pq.read_table(history.folder / file.name, partitioning=None) for file in history.index().of("models")]
        return {row["model_id"]: row["model_key"] for table in tables for row in table.to_pylist()}

    add(raw, [late])
    assert keys() == {"m": 0, "z": 1}
    add(raw, [early])
    assert keys() == {"m": 0, "z": 1, "a": 2}


def test_a_closed_month_is_one_file_ordered_by_model_and_day(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    index = add(raw, landed(raw, [{"a": {"likes": n}, "b": {"likes": n}} for n in range(6)], date(2026, 3, 28)))
    assert [file.month for file in index.of("changes")] == ["2026-03", "2026-04", "2026-04"]
    march = History(raw, "hub", "full").folder / index.of("changes")[0].name
    rows = pq.read_table(march, partitioning=None).select(["model_key", "snapshot_date"]).to_pylist()
    assert [(row["model_key"], row["snapshot_date"].day) for row in rows] == [
        (key, day) for key in (0, 1) for day in (28, 29, 30, 31)
    ]


def test_the_newest_day_is_enough_to_add_the_next(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    *old, new = landed(raw, [{"a": {"likes": n}} for n in range(4)], date(2026, 4, 1))
    index = add(raw, old)
    folder = History(raw, "hub", "full").folder
    for file in index.of("changes"):
        (folder / file.name).write_bytes(b"not read")
    assert len(add(raw, [new]).snapshots) == 4


def test_without_the_kept_day_the_next_is_added_from_the_rows(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    *old, new = landed(raw, [{"a": {"likes": n}, "b": {}} for n in range(4)])
    index = add(raw, old)
    (History(raw, "hub", "full").folder / index.of("newest_records")[0].name).unlink()
    add(raw, [new])
    for manifest in (*old, new):
        assert_gives_back(raw, manifest)


def test_a_damaged_file_is_one_sentence_whether_a_day_is_added_or_given_back(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    first, *between, new = landed(raw, [{"a": {"likes": n}} for n in range(4)])
    index = add(raw, [first, *between])
    for file in index.of("changes"):
        (History(raw, "hub", "full").folder / file.name).write_bytes(b"no Parquet")
    with pytest.raises(DataRefused, match=r"cannot take in .*readings.parquet \(Parquet magic bytes not found"):
        add(raw, [new])  # it closes a month
    with pytest.raises(DataRefused, match=r"snapshot of 2026-03-29 cannot be read from .*run `warehouse verify`"):
        assert_gives_back(raw, first)


def test_a_day_that_the_history_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="does not hold the snapshot of 2026-03-29, revision 1"):
        History(tmp_path / "raw", "hub", "full").reconstruct(FIRST, 1)
