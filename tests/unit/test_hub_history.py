"""The generated history of the benchmark is the same on every run and has the Hub's shape."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.hub_history import HubDay, HubHistory
from orchestration.snapshots.content import canonical
from orchestration.snapshots.records import RecordKind
from tests.fakes.archives import Archive

MODELS, DAYS = 20_000, 60


def counters(day: HubDay) -> np.ndarray:
    """Total and 30-day counter of each model, -1 where it is not listed."""
    found = np.full((2, MODELS), -1)
    found[:, day.models] = day.downloads_total, day.downloads_30d
    return found


def test_two_runs_are_the_same_and_another_seed_is_not() -> None:
    def last(seed: int) -> tuple[HubHistory, HubDay]:
        made = HubHistory(500, 40, seed)
        *_, day = made.days()
        return made, day

    (made, one), (again, two), (_, other) = last(1), last(1), last(2)
    assert made.records(one).equals(again.records(two))
    assert made.registry() == again.registry()
    assert not np.array_equal(one.downloads_total, other.downloads_total)


def test_days_that_are_drawn_twice_are_the_same() -> None:
    made = HubHistory(500, 20)
    first, second = ([day.downloads_30d.tolist() for day in made.days()] for _ in range(2))
    assert first == second


def test_the_catalogue_grows_and_about_one_model_in_eight_changes_a_day() -> None:
    days = [counters(day) for day in HubHistory(MODELS, DAYS).days()]
    listed = [int((day[0] >= 0).sum()) for day in days]
    assert listed[0] < listed[-1] <= MODELS
    changed = [(one != other).any(axis=0).mean() for one, other in pairwise(days)]
    assert 0.10 < np.median(changed) < 0.18
    assert changed[40] < 0.01  # a day on which the counters stood still
    assert any(((one[0] >= 0) & (other[0] < 0)).any() for one, other in pairwise(days))


def test_records_are_readings_in_the_order_of_their_ids() -> None:
    made = HubHistory(300, 3)
    *_, day = made.days()
    records = made.records(day)
    assert records.equals(canonical(records, RecordKind.READINGS))
    total = dict(zip(records["model_id"].to_pylist(), records["downloads_total"].to_pylist(), strict=True))
    names = made.ids.take(day.models).to_pylist()
    assert [total[name] for name in names] == day.downloads_total.tolist()


def test_a_dump_of_a_day_lands_as_the_day_itself(tmp_path: Path) -> None:
    made = HubHistory(300, 3)
    *_, day = made.days()
    archive = Archive(tmp_path)
    pq.write_table(made.hub_stats(day), archive.folder / "dump.parquet")
    archive.land(
        {
            "table": "hub_stats",
            "layout": "hub_stats",
            "location": str(archive.folder / "dump.parquet"),
            "snapshot_date": day.day,
        }
    )
    manifest = archive.store.current("hf_archive", "hub_stats", day.day)
    assert manifest is not None
    assert archive.store.read(manifest).to_pylist() == made.records(day).to_pylist()


def test_the_registry_tracks_models_of_the_hub_that_others_build_on() -> None:
    made = HubHistory(2000, 30)
    *_, day = made.days()
    tables = made.registry()
    tracked = {row["model_id"] for row in tables[RecordKind.REGISTRY_MODELS]}
    bases = {base["model_id"] for bases in made.records(day)["base_models"].to_pylist() for base in bases or []}
    assert len(tracked) == 100
    assert bases
    assert bases <= tracked
    organizations = {row["organization_id"] for row in tables[RecordKind.REGISTRY_REGIONS]}
    assert {row["organization_id"] for row in tables[RecordKind.REGISTRY_MODELS]} <= organizations
