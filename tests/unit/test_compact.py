"""Compaction makes raw small and loses nothing, whenever it is killed and whatever it finds."""

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import cli
from orchestration.commands import compact
from orchestration.errors import DataRefused
from orchestration.history.compact import CompactedTable, compact_snapshots, drop_received
from orchestration.history.store import History
from orchestration.release.as_of import past_home
from orchestration.settings import Settings
from orchestration.snapshots.disk import write_parquet
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import SnapshotStore
from orchestration.snapshots.verify import verify_store
from tests.fakes.candidates import NOON, Clock, candidate, land, received_file
from tests.fakes.faults import Stopped, counting_steps, stopped_at
from tests.fakes.readings import FIRST, NOW, Snapshot, land_readings

DAY = timedelta(days=1)
TODAY = FIRST + 10 * DAY
WORLD: list[Snapshot] = [
    {"a/a": {"downloads_total": 5, "likes": None, "tags": ["x"]}, "a/b": {"downloads_total": None}},
    {"a/a": {"downloads_total": 9, "likes": 1, "tags": ["x"]}, "c": {"sha": "1"}},
    {"a/a": {"downloads_total": 9, "tags": ["x", "y"]}, "a/b": {"downloads_30d": 4}},
    {"a/b": {"downloads_30d": 4}},
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with four days, the last of which began a month, and a second revision of the second day."""
    home = Settings(home=tmp_path / "home", raw_retention_days=5, received_retention_days=30)
    for number, snapshot in enumerate(WORLD):
        land_readings(home.raw, snapshot, FIRST + number * DAY)
    land_readings(home.raw, {"a/a": {"downloads_total": 8}}, FIRST + DAY)
    return home


def run(settings: Settings, today: date = TODAY) -> list[CompactedTable]:
    return list(compact_snapshots(settings, "hub", today, lambda what, done, total: None))


def contents(raw: Path) -> list[pa.Table]:
    reader = SnapshotReader(raw)
    return [reader.read(manifest) for manifest in reader.manifests()]


def records_files(raw: Path) -> list[Path]:
    return sorted(raw.rglob("readings.parquet"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_what_is_older_than_the_retention_is_compacted(settings: Settings) -> None:
    before = contents(settings.raw)
    (done,) = run(settings, FIRST + 7 * DAY)
    assert (done.source, done.table, done.snapshots, done.trouble) == ("hub", "full", 3, None)
    assert [path.parent.parent.name for path in records_files(settings.raw)] == [
        f"snapshot_date={FIRST + number * DAY}" for number in (2, 3)
    ]
    assert contents(settings.raw) == before
    assert run(settings, FIRST + 7 * DAY) == []


def test_without_a_retention_nothing_is_touched(settings: Settings) -> None:
    before = files_of(settings.root)
    kept = Settings(home=settings.home)
    assert run(kept, date(2099, 1, 1)) == []
    assert drop_received(kept, NOW + 9999 * DAY) == []
    assert files_of(settings.root) == before


def test_a_compacted_store_is_whole_and_takes_the_same_day_again_as_unchanged(settings: Settings) -> None:
    run(settings)
    assert records_files(settings.raw) == []
    assert list(verify_store(settings.raw)) == []
    manifest = land_readings(settings.raw, WORLD[0], FIRST)
    assert manifest.revision == 1
    assert records_files(settings.raw) == []


def test_a_compacted_day_that_is_restated_gets_a_revision_and_keeps_the_first(settings: Settings) -> None:
    run(settings)
    restated = land_readings(settings.raw, {"a/a": {"downloads_total": 6}, "z": {"likes": 3}}, FIRST)
    before = contents(settings.raw)
    assert restated.revision == 2
    run(settings)
    assert records_files(settings.raw) == []
    assert contents(settings.raw) == before
    assert list(verify_store(settings.raw)) == []


def test_a_home_of_the_past_reads_compacted_snapshots(settings: Settings) -> None:
    before = contents(settings.raw)
    run(settings)
    past = past_home(settings, "past", is_wanted=lambda manifest: True, attempts_until=None)
    assert contents(past.raw) == before


def test_a_stop_at_any_step_loses_nothing_and_the_next_run_ends_the_same(settings: Settings, tmp_path: Path) -> None:
    before = contents(settings.raw)
    untouched = tmp_path / "untouched"
    shutil.copytree(settings.root, untouched)
    with counting_steps(settings.root) as counted:
        run(settings)
    undisturbed = files_of(settings.root)
    assert counted.step > 40
    for step in range(1, counted.step + 1):
        home = Settings(home=tmp_path / str(step), raw_retention_days=5)
        shutil.copytree(untouched, home.root)
        with stopped_at(home.root, step), suppress(Stopped):
            run(home)
        assert contents(home.raw) == before
        assert list(verify_store(home.raw)) == []
        run(home)
        assert files_of(home.root) == undisturbed
        shutil.rmtree(home.root)


def damaged_records(raw: Path, manifest: Manifest) -> None:
    """Other records than those that landed, which the disk gives back without complaint."""
    path = raw / manifest.folder / manifest.records_file
    table = SnapshotReader(raw).read(manifest)
    place = table.schema.get_field_index("likes")
    write_parquet(path, table.set_column(place, "likes", pa.array([77] * table.num_rows, pa.int64())))


def test_records_that_are_not_what_landed_are_not_compacted_and_stop_their_table_alone(settings: Settings) -> None:
    land_readings(settings.raw, WORLD[0], FIRST, table="other")
    manifest = SnapshotReader(settings.raw).manifest("hub", "full", FIRST + DAY, 1)
    damaged_records(settings.raw, manifest)
    full, other = run(settings)
    assert (full.snapshots, other.snapshots, other.trouble) == (1, 1, None)
    assert isinstance(full.trouble, DataRefused)
    assert f"hub/full of {FIRST + DAY}, revision 1, is not what landed" in str(full.trouble)
    assert (settings.raw / manifest.folder / manifest.records_file).is_file()
    assert not History(settings.raw, "hub", "full").holds(manifest)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing rows": (lambda folder: next(folder.glob("changes/*")).unlink(), "is missing; restore it."),
    "changed rows": (
        lambda folder: next(folder.glob("models/*")).open("ab").write(b"x"),
        "is not the file that was written; restore it.",
    ),
    "changed index": (
        lambda folder: (folder / "history.json").write_bytes(
            (folder / "history.json").read_bytes().replace(b'"revision": 1', b'"revision": 7')
        ),
        "was changed by hand",
    ),
    "text for an index": (lambda folder: (folder / "history.json").write_text("{"), "cannot be read as the index"),
    "no history": (shutil.rmtree, "readings.parquet is missing; restore it."),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_history_is_found(settings: Settings, damage: Callable[[Path], object], words: str) -> None:
    run(settings)
    damage(History(settings.raw, "hub", "full").folder)
    problems = list(verify_store(settings.raw))
    assert any(words in problem for problem in problems), problems


# ---- received bytes --------------------------------------------------------------------------------------------------


@pytest.fixture
def received(tmp_path: Path) -> Settings:
    """A home with two landings of one page and one landing of another, a month apart."""
    home = Settings(home=tmp_path / "home", received_retention_days=30)
    store = SnapshotStore(home.raw, Clock())
    old, shared = received_file(tmp_path, b"old"), received_file(tmp_path, b"shared", "shared.json")
    land(store, candidate({"a": 1}, received=[old, shared]))
    land(store, candidate({"a": 2}, received=[shared]), at=NOON + 31 * DAY)
    return home


def test_received_bytes_are_dropped_when_every_attempt_is_old_and_the_store_stays_whole(received: Settings) -> None:
    reader = SnapshotReader(received.raw)
    first = reader.manifest("hub", "tracked", date(2026, 7, 1), 1)
    old, shared = (entry.sha256 for entry in first.received)
    (dropped,) = drop_received(received, NOON + 40 * DAY)
    assert (dropped.sha256, dropped.bytes) == (old, 3)
    assert reader.received_path(shared).read_bytes() == b"shared"
    with pytest.raises(DataRefused, match=f"{old} were dropped on 2026-08-10, after their retention"):
        reader.received_path(old)
    assert list(verify_store(received.raw)) == []
    assert drop_received(received, NOON + 40 * DAY) == []
    reader.received_path(shared).unlink()
    assert len(list(verify_store(received.raw))) == 2


def test_dropped_bytes_that_arrive_again_are_kept_again(received: Settings, tmp_path: Path) -> None:
    drop_received(received, NOON + 99 * DAY)
    page = received_file(tmp_path, b"old")
    land(SnapshotStore(received.raw, Clock()), candidate({"a": 3}, received=[page]), at=NOON + 99 * DAY)
    reader = SnapshotReader(received.raw)
    (entry,) = reader.manifest("hub", "tracked", date(2026, 7, 1), 3).received
    assert reader.received_path(entry.sha256).read_bytes() == b"old"


def test_a_stop_at_any_step_of_dropping_leaves_a_whole_store(received: Settings, tmp_path: Path) -> None:
    untouched = tmp_path / "untouched"
    shutil.copytree(received.root, untouched)
    with counting_steps(received.root) as counted:
        drop_received(received, NOON + 99 * DAY)
    assert counted.step >= 3
    for step in range(1, counted.step + 1):
        home = Settings(home=tmp_path / str(step), received_retention_days=30)
        shutil.copytree(untouched, home.root)
        with stopped_at(home.root, step), suppress(Stopped):
            drop_received(home, NOON + 99 * DAY)
        assert list(verify_store(home.raw)) == []
        drop_received(home, NOON + 99 * DAY)
        assert not list(home.raw.glob("received/*/*"))
        assert list(verify_store(home.raw)) == []


# ---- the command line ------------------------------------------------------------------------------------------------

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def warehouse(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("WAREHOUSE_HOME", str(settings.root))
    monkeypatch.setattr(compact, "utc_now", lambda: NOW)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["warehouse", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def test_compact_without_a_retention_says_what_to_set(warehouse: Run) -> None:
    code, _, err = warehouse("compact")
    assert (code, "set WAREHOUSE_RAW_RETENTION_DAYS or WAREHOUSE_RECEIVED_RETENTION_DAYS" in err) == (2, True)


def test_a_day_is_the_same_before_and_after_it_was_compacted(
    warehouse: Run, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_RAW_RETENTION_DAYS", "5")
    asked: dict[str, Any] = {}
    for when in ("before", "after"):
        file = tmp_path / f"{when}.parquet"
        code, out, _ = warehouse("snapshot", "hub", FIRST, "--table", "full", "--output", file)
        assert code == 0
        assert ("rebuilt from the history" if when == "after" else "as it lies in raw") in out
        code, rows, _ = warehouse("snapshot", "hub", FIRST, "--format", "json")
        asked[when] = pq.read_table(file), json.loads(rows)
        if when == "before":
            code, out, _ = warehouse("compact")
            assert (code, "hub/full: 5 snapshots compacted" in out) == (0, True)
    assert asked["before"] == asked["after"]
    assert [row["model_id"] for row in asked["after"][1]] == ["a/a", "a/b"]
    code, out, _ = warehouse("compact")
    assert (code, out) == (0, "No snapshot of readings is older than 5 days and still whole in raw.\n")


def test_a_day_that_is_not_what_landed_is_refused(warehouse: Run, settings: Settings) -> None:
    manifest = SnapshotReader(settings.raw).manifest("hub", "full", FIRST, 1)
    damaged_records(settings.raw, manifest)
    code, out, err = warehouse("snapshot", "hub", FIRST)
    assert (code, out) == (1, "")
    assert "revision 1, is not what landed" in err


def test_a_day_that_is_not_there_or_in_several_tables_is_one_sentence(warehouse: Run, settings: Settings) -> None:
    code, _, err = warehouse("snapshot", "hub", "2020-01-01")
    assert (code, "No snapshot of hub of 2020-01-01 has landed" in err) == (2, True)
    land_readings(settings.raw, WORLD[0], FIRST, table="other")
    code, _, err = warehouse("snapshot", "hub", FIRST)
    assert (code, "several tables of 2026-03-29: full, other; choose one with --table" in err) == (2, True)
