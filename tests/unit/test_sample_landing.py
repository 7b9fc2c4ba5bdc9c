"""Landing the sample: the same bytes everywhere, what is missing and nothing twice, never mixed with other data."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.sample import artificial_analysis, epoch, hub, land_sample, landing, lmarena, openrouter, registry
from orchestration.sample.calendar import LAST_DAY
from orchestration.sample.feeds import SampleSnapshot
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore

#: Holds a list day, a derivatives day, a restated day, days of the leaderboards and ordinary days.
PERIOD = {"since": date(2026, 3, 26), "until": date(2026, 4, 1)}
#: Holds the snapshot that is refused and its neighbours.
REFUSED = {"since": date(2025, 11, 23), "until": date(2025, 11, 25)}


def home(folder: Path) -> Settings:
    return Settings(home=folder)


def land(folder: Path, **period: date) -> list[Outcome]:
    return list(land_sample(home(folder), **period))


def files(folder: Path) -> dict[str, str]:
    """Every file of a raw store and the hash of its bytes."""
    raw = home(folder).raw
    return {
        path.relative_to(raw).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in raw.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    outcomes = land(folder, **PERIOD)
    assert {outcome.outcome for outcome in outcomes} == {"landed"}
    moments = [outcome.attempted_at for outcome in outcomes]
    assert moments == sorted(moments)
    return folder


def test_two_folders_hold_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    deeper = tmp_path / "another" / "place"
    land(deeper, **PERIOD)
    assert files(deeper) == files(undisturbed)


def test_no_path_of_this_machine_is_in_a_store(undisturbed: Path) -> None:
    raw = home(undisturbed).raw
    for path in [*raw.rglob("manifest.json"), *raw.rglob("*.jsonl")]:
        assert str(undisturbed).encode() not in path.read_bytes(), path


def test_manifests_say_synthetic_in_simulated_time(undisturbed: Path) -> None:
    manifests = list(SnapshotStore(home(undisturbed).raw).manifests())
    assert {manifest.source for manifest in manifests} == {
        *("hf_hub", "tracked_models", "artificial_analysis", "lmarena", "epoch")
    }
    for manifest in manifests:
        assert manifest.synthetic
        assert manifest.licence == "CC0-1.0"
        assert "synthetic" in manifest.citation
        assert manifest.location.startswith(f"sample:{manifest.source}/{manifest.table}/{manifest.snapshot_date}/")
        if manifest.revision == 1:
            assert manifest.fetched_at == datetime(*manifest.snapshot_date.timetuple()[:3], 23, tzinfo=UTC)


def test_a_restated_day_has_two_revisions(undisturbed: Path) -> None:
    store = SnapshotStore(home(undisturbed).raw)
    day = date(2026, 3, 31)
    assert store.revisions("hf_hub", "tracked", day) == [1, 2]
    newest = store.current("hf_hub", "tracked", day)
    assert newest is not None
    assert newest.fetched_at == datetime(2026, 4, 1, 5, tzinfo=UTC)


def test_when_all_has_landed_a_second_call_does_nothing(undisturbed: Path) -> None:
    before = files(undisturbed)
    assert land(undisturbed, **PERIOD) == []
    assert files(undisturbed) == before


@pytest.mark.parametrize("kept", [1, 4, 9, 15])
def test_an_interrupted_landing_goes_on_where_it_was(kept: int, undisturbed: Path, tmp_path: Path) -> None:
    interrupted = land_sample(home(tmp_path), **PERIOD)
    for _ in range(kept):
        next(interrupted)
    interrupted.close()
    outcomes = land(tmp_path, **PERIOD)
    assert len(outcomes) == len(list(SnapshotStore(home(undisturbed).raw).manifests())) - kept
    assert files(tmp_path) == files(undisturbed)


def test_a_longer_period_adds_days(undisturbed: Path, tmp_path: Path) -> None:
    land(tmp_path, since=PERIOD["since"], until=date(2026, 3, 29))
    land(tmp_path, **PERIOD)
    assert files(tmp_path) == files(undisturbed)


def test_what_a_killed_call_left_is_removed(tmp_path: Path) -> None:
    left = home(tmp_path).raw / landing._STAGING / "0" / "page-00001.json.gz"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a page")
    land(tmp_path, **REFUSED)
    assert not (home(tmp_path).raw / landing._STAGING).exists()


def test_a_refused_snapshot_is_on_record_once(tmp_path: Path) -> None:
    outcomes = land(tmp_path, **REFUSED)
    assert [(outcome.snapshot_date.day, outcome.outcome) for outcome in outcomes if outcome.snapshot_date] == [
        (23, "landed"),
        (24, "refused"),
        (25, "landed"),
    ]
    assert land(tmp_path, **REFUSED) == []
    store = SnapshotStore(home(tmp_path).raw)
    assert sum(outcome.outcome == "refused" for outcome in store.outcomes("hf_hub")) == 1
    assert store.snapshot_dates("hf_hub", "tracked") == [date(2025, 11, 23), date(2025, 11, 25)]


def test_a_truncated_page_is_on_record_and_the_second_attempt_lands(tmp_path: Path) -> None:
    day = date(2026, 8, 14)
    first, second = land(tmp_path, since=day, until=day)
    assert (first.outcome, second.outcome) == ("refused", "landed")
    assert "truncated" in (first.reason or "")
    assert str(tmp_path) not in (first.reason or "")
    assert land(tmp_path, since=day, until=day) == []


def test_duplicates_and_hostile_rows_are_rejected_records(tmp_path: Path) -> None:
    land(tmp_path, since=date(2025, 3, 11), until=date(2025, 3, 11))
    (duplicates,) = SnapshotStore(home(tmp_path).raw).manifests("hf_hub", "tracked")
    assert duplicates.rejected_rows == 5
    land(tmp_path, since=date(2026, 1, 20), until=date(2026, 1, 20))
    *_, hostile = SnapshotStore(home(tmp_path).raw).manifests("hf_hub", "tracked")
    assert hostile.rejected_rows > 20
    readings = SnapshotStore(home(tmp_path).raw).read(hostile)
    assert "Qwen/Qwen3-8B" in readings["model_id"].to_pylist()


def test_another_sample_in_the_home_is_refused(tmp_path: Path) -> None:
    land(tmp_path, **REFUSED)
    before = files(tmp_path)
    with pytest.raises(ConfigurationError, match=r"holds another sample .*set WAREHOUSE_HOME"):
        next(land_sample(home(tmp_path), scale=2))
    assert files(tmp_path) == before


def test_real_data_in_the_home_is_refused(tmp_path: Path) -> None:
    land(tmp_path, **REFUSED)
    (path, *_) = home(tmp_path).raw.rglob("manifest.json")
    manifest = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode({**manifest, "synthetic": False}))
    with pytest.raises(ConfigurationError, match=r"holds real data \(hf_hub/tracked of 2025-11-.*set WAREHOUSE_HOME"):
        next(land_sample(home(tmp_path)))


def test_a_second_lander_is_refused(tmp_path: Path) -> None:
    (home(tmp_path).raw / ".staging").mkdir(parents=True)
    with (
        FileLock(home(tmp_path).raw / ".staging" / "sample.lock"),
        pytest.raises(ConfigurationError, match="Another process is landing the sample"),
    ):
        next(land_sample(home(tmp_path)))


def test_scale_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least 1"):
        next(land_sample(home(tmp_path), scale=0))


def test_scale_multiplies_the_listed_models(undisturbed: Path, tmp_path: Path) -> None:
    day = date(2026, 3, 28)
    once = SnapshotStore(home(undisturbed).raw).current("hf_hub", "tracked", day)
    (outcome,) = land_sample(home(tmp_path), scale=3, since=day, until=day)
    assert once is not None
    assert outcome.rows == pytest.approx(3 * once.rows, rel=0.02)


def test_progress_counts_the_snapshots(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    list(land_sample(home(tmp_path), report=lambda state: seen.append((state.rows, state.total)), **REFUSED))
    assert seen == [(1, 3), (2, 3), (3, 3)]


# ---- the same bytes in any order and any process -----------------------------------------------------------------


def digest(snapshot: SampleSnapshot) -> str:
    made = snapshot.files()
    return hashlib.sha256(b"".join(made[name] for name in sorted(made))).hexdigest()


@cache
def some() -> list[SampleSnapshot]:
    wanted = {date(2024, 2, 29), date(2025, 7, 10), LAST_DAY}
    served = [
        one for feed in (openrouter, artificial_analysis, lmarena, epoch) for one in list(feed.snapshots(1))[::11]
    ]
    return [one for one in hub.snapshots(1) if one.snapshot_date in wanted] + list(registry.snapshots(1))[:7] + served


@cache
def digests() -> list[str]:
    return [digest(snapshot) for snapshot in some()]


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(some()))), threads=st.integers(1, 4))
def test_files_do_not_depend_on_order_or_threads(order: list[int], threads: int) -> None:
    with ThreadPoolExecutor(threads) as makers:
        made = dict(zip(order, makers.map(lambda number: digest(some()[number]), order), strict=True))
    assert [made[number] for number in range(len(order))] == digests()


def test_another_process_makes_the_same_files() -> None:
    """Also under another seed of ``hash`` and another locale and time zone."""
    code = "from tests.unit.test_sample_landing import digests; print(*digests())"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    made = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert made.stdout.split() == digests()
