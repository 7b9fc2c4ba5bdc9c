"""The state of a raw table: newest, age, late, last attempt, failing since."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import SOURCES
from orchestration.status import TableStatus, table_status, warehouse_status
from tests.fakes.candidates import candidate, land

TODAY = date(2026, 7, 10)


def at(day: int, hour: int = 6) -> datetime:
    return datetime(2026, 7, day, hour, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "raw")


def fail(store: SnapshotStore, day: int, outcome: str = "failed") -> None:
    failure = Failure("tracked", outcome, "It does not answer.", snapshot_date=date(2026, 7, day))  # type: ignore[arg-type]
    store.record_failure("hub", failure, requested_at=at(day))


def state(store: SnapshotStore, limit: timedelta | None = timedelta(days=2)) -> TableStatus:
    return table_status(store, "hub", "tracked", store.outcomes("hub"), limit=limit, today=TODAY)


def test_a_table_that_never_landed(store: SnapshotStore) -> None:
    nothing = state(store)
    assert (nothing.newest, nothing.age, nothing.is_late, nothing.last, nothing.failing_since) == (None,) * 5


@pytest.mark.parametrize(("day", "late"), [(10, False), (8, False), (7, True)])
def test_age_against_the_limit(store: SnapshotStore, day: int, late: bool) -> None:
    land(store, candidate({"a/b": 1, "c/d": 2}, day=date(2026, 7, day)), at=at(day))
    here = state(store)
    assert (here.newest, here.snapshots, here.rows) == (date(2026, 7, day), 1, 2)
    assert (here.age, here.is_late) == (timedelta(days=10 - day), late)
    assert state(store, limit=None).is_late is None


def test_failing_since_the_first_trouble_after_the_last_good_attempt(store: SnapshotStore) -> None:
    fail(store, 3)
    land(store, candidate(day=date(2026, 7, 5)), at=at(5))
    assert state(store).failing_since is None
    fail(store, 6)
    fail(store, 7, "refused")
    here = state(store)
    assert here.failing_since == at(6)
    assert here.last is not None
    assert (here.last.outcome, here.last.attempted_at) == ("refused", at(7))


def test_an_unchanged_answer_ends_the_trouble(store: SnapshotStore) -> None:
    land(store, candidate(day=date(2026, 7, 5)), at=at(5))
    fail(store, 6)
    land(store, candidate(day=date(2026, 7, 5)), at=at(7))
    assert state(store).failing_since is None


def test_every_daily_table_and_every_attempted_one_is_listed(store: SnapshotStore) -> None:
    land(store, candidate(), source="hf_archive")
    listed = {(one.source, one.table) for one in warehouse_status(store, TODAY)}
    daily = {
        (spec.name, table.name) for spec in SOURCES.values() for table in spec.tables if table.live and table.by_default
    }
    assert listed == {("hf_archive", "tracked"), *daily}
    assert ("hf_hub", "full") not in listed


def test_only_what_a_day_brings_can_be_late(store: SnapshotStore) -> None:
    for source, table in (("hf_hub", "full"), ("hf_hub", "tracked"), ("openrouter", "weekly_top_models")):
        land(store, candidate(table=table), source=source)
    late = {(one.source, one.table): one.is_late for one in warehouse_status(store, date(2027, 1, 1))}
    assert late["hf_hub", "tracked"] is True
    assert late["hf_hub", "full"] is None
    assert late["openrouter", "weekly_top_models"] is None
