"""Which candidates may become current."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from orchestration.snapshots.acceptance import EARLIEST
from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.snapshots.store import SnapshotStore
from tests.fakes.candidates import DAY, NOON, Clock, candidate, land, parameters

DAY_AFTER = DAY + timedelta(1)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "raw", Clock())


def models(count: int) -> dict[str, int | None]:
    return {f"org/model-{number}": number for number in range(count)}


def test_tomorrow_is_accepted_and_the_day_after_is_not(store: SnapshotStore) -> None:
    today = store.clock().date()
    assert land(store, candidate(day=today + timedelta(1))).outcome == "landed"
    outcome = land(store, candidate(day=today + timedelta(2)))
    assert outcome.outcome == "refused"
    assert outcome.reason == (
        "tracked of 2026-08-03 lies in the future (today is 2026-08-01 UTC); correct the date of "
        "https://hub.example/models."
    )


def test_a_date_before_the_hub_existed_is_refused(store: SnapshotStore) -> None:
    assert land(store, candidate(day=EARLIEST)).outcome == "landed"
    for day in (EARLIEST - timedelta(1), date(202, 6, 7), date.min):
        outcome = land(store, candidate(day=day))
        assert outcome.reason is not None
        assert "lies before 2016-01-01" in outcome.reason


def test_no_records_is_no_snapshot(store: SnapshotStore) -> None:
    outcome = land(store, candidate(records=parameters({})))
    assert outcome.reason == "tracked of 2026-07-01 has no usable records; look at https://hub.example/models."


@pytest.mark.parametrize(("rows", "outcome"), [(10, "landed"), (9, "refused")])
def test_a_partial_answer_is_refused_just_below_the_declared_share(
    store: SnapshotStore, rows: int, outcome: str
) -> None:
    land(store, candidate(models(20)))
    later = land(store, candidate(models(rows), day=DAY_AFTER, minimum_rows_share=0.5))
    assert later.outcome == outcome
    newest = store.newest("hub", "tracked")
    assert newest is not None
    assert newest.snapshot_date == (DAY_AFTER if outcome == "landed" else DAY)


def test_the_reason_says_what_stays_current(store: SnapshotStore) -> None:
    land(store, candidate(models(20)))
    later = land(store, candidate(models(5), day=DAY_AFTER, minimum_rows_share=0.5))
    assert later.reason == (
        "tracked of 2026-07-02 has 5 rows, less than 50% of the 20 of 2026-07-01: a partial answer; 2026-07-01 stays "
        "current, fetch it again."
    )


def test_a_partial_second_answer_does_not_replace_the_first_of_the_day(store: SnapshotStore) -> None:
    land(store, candidate(models(6)))
    land(store, candidate(models(10), day=DAY_AFTER, minimum_rows_share=0.5))
    again = land(store, candidate(models(4), day=DAY_AFTER, minimum_rows_share=0.5), at=NOON + timedelta(hours=1))
    assert again.outcome == "refused"


def test_later_snapshots_do_not_judge_earlier_ones(store: SnapshotStore) -> None:
    land(store, candidate(models(20), day=DAY_AFTER))
    assert land(store, candidate(models(2), minimum_rows_share=0.5)).outcome == "landed"


def test_other_tables_do_not_judge_this_one(store: SnapshotStore) -> None:
    land(store, candidate(models(20), table="full"))
    assert land(store, candidate(models(2), day=DAY_AFTER, minimum_rows_share=0.5)).outcome == "landed"


def test_without_a_share_a_list_may_shrink(store: SnapshotStore) -> None:
    land(store, candidate(models(71)))
    assert land(store, candidate(models(30), day=DAY_AFTER)).outcome == "landed"


def test_what_is_current_is_not_refused_when_it_is_read_again(store: SnapshotStore) -> None:
    small = candidate(models(2), day=DAY_AFTER, minimum_rows_share=0.5)
    land(store, small)
    land(store, candidate(models(20)))  # a late file for an earlier day
    assert land(store, small, at=NOON + timedelta(hours=1)).outcome == "unchanged"


@pytest.mark.parametrize("ids", [["a", "b", "a"], ["b", None], [None], [None, None], ["a", "a"]])
def test_a_key_that_does_not_identify_is_refused(store: SnapshotStore, ids: list[str | None]) -> None:
    rows = [{"model_id": model_id, "total_parameters": number} for number, model_id in enumerate(ids)]
    table = pa.Table.from_pylist(rows, RECORD_TYPES[RecordKind.REGISTRY_PARAMETERS].schema)
    outcome = land(store, candidate(records=table))
    assert outcome.outcome == "refused"
    assert outcome.reason is not None
    assert "twice or not whole" in outcome.reason


def test_keys_of_several_columns_are_judged_together(store: SnapshotStore) -> None:
    schema = RECORD_TYPES[RecordKind.EDGES].schema

    def edges(*triples: tuple[str, str, str]) -> Candidate:
        names = ("derivative_model_id", "base_model_id", "relation")
        rows = [dict(zip(names, triple, strict=True)) for triple in triples]
        return Candidate("edges", RecordKind.EDGES, DAY, pa.Table.from_pylist(rows, schema), (), "edges.csv")

    distinct = [("a", "b", "finetune"), ("a", "b", "adapter"), ("a", "c", "adapter"), ("d", "b", "adapter")]
    assert land(store, edges(*distinct)).outcome == "landed"
    assert land(store, edges(*distinct, ("a", "b", "adapter"))).outcome == "refused"
