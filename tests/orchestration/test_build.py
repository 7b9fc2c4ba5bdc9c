"""A build: skipped when nothing changed, never published half, mended when its database is broken."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.store import SnapshotStore
from orchestration.warehouse import build as building
from orchestration.warehouse import dbt, duckdb, room
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import current_copy, current_record
from orchestration.warehouse.query import query
from tests.fakes.candidates import NOON
from tests.fakes.toy_warehouse import ToyWarehouse

EARLIER = date(2026, 6, 1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was built once; tests get copies of it."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as monkeypatch:
        toy = ToyWarehouse.make(folder, monkeypatch)
        toy.land({"a/b": 1})
        toy.build()
    return folder


@pytest.fixture
def warehouse(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ToyWarehouse:
    """A home that was built, with its published copy."""
    shutil.copytree(template / "home", tmp_path / "home", symlinks=True)
    return ToyWarehouse.make(tmp_path, monkeypatch)


def published(warehouse: ToyWarehouse) -> list[tuple[object, ...]]:
    with query(warehouse.settings, "select * from fct_parameters") as result:
        return list(result.rows)


def count_dbt_runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Full refresh or not, of each run of dbt from now on."""
    runs: list[bool] = []
    run = dbt.build

    def counted(settings: object, *, full_refresh: bool = False, **rest: object) -> None:
        runs.append(full_refresh)
        run(settings, full_refresh=full_refresh, **rest)

    monkeypatch.setattr(dbt, "build", counted)
    return runs


def test_an_empty_store_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = ToyWarehouse.make(tmp_path, monkeypatch)
    with pytest.raises(ConfigurationError, match=r"No snapshot has landed .* `warehouse ingest`"):
        toy.build()


def test_equal_inputs_are_not_built_again(warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_dbt_runs(monkeypatch)
    copy, record = current_copy(warehouse.settings), current_record(warehouse.settings)
    result = warehouse.build()
    assert result.unchanged
    assert result.record == record
    assert runs == []
    assert current_copy(warehouse.settings) == copy


@pytest.mark.parametrize("what", ["snapshot", "late snapshot", "revision", "project", "failed attempt", "full refresh"])
def test_every_changed_input_is_built(warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    before = warehouse.build()
    assert before.unchanged
    runs = count_dbt_runs(monkeypatch)
    match what:
        case "snapshot":
            warehouse.land({"c/d": 2}, date(2026, 7, 2))
        case "late snapshot":
            warehouse.land({"c/d": 2}, EARLIER)
        case "revision":
            warehouse.land({"a/b": 3})
        case "project":
            warehouse.edit("models/models.yml", "Parameters.", "Count of parameters.")
        case "failed attempt":
            failure = Failure("tracked", "failed", "The Hub does not answer.", snapshot_date=date(2026, 7, 2))
            SnapshotStore(warehouse.settings.raw).record_failure("hub", failure, requested_at=NOON)
    after = warehouse.build(full_refresh=what == "full refresh")
    assert not after.unchanged
    # What another project made cannot be gone on from.
    assert runs == [what in {"full refresh", "project"}]
    assert after.record.build_id != before.record.build_id
    assert (after.record.fingerprint == before.record.fingerprint) == (what == "full refresh")


def test_a_repeated_refusal_is_no_new_input(warehouse: ToyWarehouse) -> None:
    store = SnapshotStore(warehouse.settings.raw)
    failure = Failure("tracked", "refused", "No rows.", snapshot_date=date(2026, 7, 2))
    store.record_failure("hub", failure, requested_at=NOON)
    warehouse.build()
    store.record_failure("hub", failure, requested_at=NOON.replace(hour=13))
    assert warehouse.build().unchanged


def test_a_failed_test_keeps_the_published_copy_and_is_named(warehouse: ToyWarehouse) -> None:
    copy, content = current_copy(warehouse.settings), published(warehouse)
    warehouse.land({"a/b": 9})
    only_x = "[unique, {accepted_values: {arguments: {values: ['x']}}}]"
    warehouse.edit("models/models.yml", "[unique]", only_x)
    with pytest.raises(DataRefused) as refusal:
        warehouse.build()
    sentence = str(refusal.value)
    assert "dbt failed on 1 of" in sentence
    assert "test accepted_values_fct_parameters_model_id__x (Got 1 result" in sentence
    assert "\n" not in sentence
    assert (warehouse.settings.root / "build" / "logs" / "dbt.log").exists()
    assert current_copy(warehouse.settings) == copy
    assert published(warehouse) == content
    with pytest.raises(DataRefused, match="not the result of a finished build"):
        building.publish_finished(warehouse.settings)


def test_a_failed_model_is_named(warehouse: ToyWarehouse) -> None:
    warehouse.edit("models/staging/stg_parameters.sql", "select model_id", "select nonsense as model_id")
    with pytest.raises(DataRefused, match=r"model stg_parameters \(.*nonsense"):
        warehouse.build()


def test_a_broken_project_is_a_matter_of_configuration(warehouse: ToyWarehouse) -> None:
    warehouse.edit("models/models.yml", "[unique]", "[unique")
    with pytest.raises(ConfigurationError, match=r"dbt cannot parse .*: Parsing Error"):
        warehouse.build()


def test_a_build_killed_before_publishing_is_published_without_running_dbt_again(
    warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(building, "publish", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        warehouse.land({"c/d": 2}, EARLIER)
        warehouse.build()
    runs = count_dbt_runs(monkeypatch)
    assert not warehouse.build().unchanged
    assert runs == []
    assert published(warehouse) == [("a/b", 1), ("c/d", 2)]


def test_a_build_that_has_begun_is_not_finished(warehouse: ToyWarehouse) -> None:
    """Also when the kill left the file as it was: what was written ahead lies beside it."""
    assert building.finished_build(warehouse.settings) is not None
    building.begin(warehouse.settings)
    assert building.finished_build(warehouse.settings) is None


def test_a_hand_edit_of_the_build_database_is_not_published(warehouse: ToyWarehouse) -> None:
    with duckdb.connect(warehouse.settings, warehouse.settings.build_database) as connection:
        connection.execute("UPDATE marts.fct_parameters SET total_parameters = 666")
    shutil.rmtree(warehouse.settings.published)
    warehouse.build()
    assert published(warehouse) == [("a/b", 1)]


@pytest.mark.parametrize("damage", ["junk", "truncated", "empty"])
def test_a_broken_build_database_is_made_anew(warehouse: ToyWarehouse, damage: str) -> None:
    database = warehouse.settings.build_database
    whole = database.read_bytes()
    database.write_bytes({"junk": b"junk" * 5000, "truncated": whole[: len(whole) // 2], "empty": b"\0" * 4096}[damage])
    warehouse.land({"c/d": 2}, EARLIER)
    result = warehouse.build()
    # Half of a file can still open; what matters then is that the marts are right.
    assert damage == "truncated" or any("built anew" in note for note in result.notes)
    assert published(warehouse) == [("a/b", 1), ("c/d", 2)]


def test_a_database_that_breaks_under_dbt_is_made_anew_once(
    warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, calls = dbt.build, []

    def breaks_first(settings: object, **rest: object) -> None:
        calls.append(rest)
        if len(calls) == 1:
            raise dbt.BrokenDatabase("checksum")
        run(settings, **rest)

    monkeypatch.setattr(dbt, "build", breaks_first)
    warehouse.land({"c/d": 2}, EARLIER)
    assert any("built anew" in note for note in warehouse.build().notes)
    assert len(calls) == 2


def test_dbt_leaves_no_trace_in_this_process(warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", "/elsewhere")
    here = Path.cwd()
    warehouse.land({"c/d": 2}, EARLIER)
    warehouse.build()
    assert Path.cwd() == here
    assert os.environ["WAREHOUSE_HOME"] == "/elsewhere"
    with duckdb.connect(warehouse.settings, warehouse.settings.build_database):
        pass  # dbt let go of the file


def test_dbt_spills_where_the_setting_says(warehouse: ToyWarehouse, tmp_path: Path) -> None:
    warehouse.settings.spill_directory = tmp_path / "fast disk"
    spills_there = f" where current_setting('temp_directory') like '{tmp_path}/fast disk/%' group by"
    warehouse.edit("models/marts/fct_parameters.sql", " group by", spills_there)
    warehouse.build()
    assert published(warehouse) == [("a/b", 1)]


def test_memory_and_spill_that_do_not_suffice_are_one_sentence(warehouse: ToyWarehouse) -> None:
    warehouse.settings.memory_limit, warehouse.settings.spill_limit = "300MB", "100MB"
    numbered = "select row_number() over (order by md5(range::varchar)) from range(20000000) order by 1 desc limit 1"
    warehouse.edit("models/marts/fct_parameters.sql", " group by", f" where ({numbered}) > 0 group by")
    sentence = r"did not suffice for fct_parameters: raise WAREHOUSE_MEMORY_LIMIT \(300MB\) or WAREHOUSE_SPILL_LIMIT"
    with pytest.raises(ConfigurationError, match=sentence) as error:
        warehouse.build()
    assert "\n" not in str(error.value)


def test_a_build_for_which_there_is_no_room_is_refused_before_anything_is_touched(
    warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free_disk", lambda folder: 1_000_000)
    copy, runs = current_copy(warehouse.settings), count_dbt_runs(monkeypatch)
    warehouse.land({"c/d": 2}, EARLIER)
    with pytest.raises(ConfigurationError, match=r"takes about 0.2 GB of disk .*, and 0.0 GB are free at") as error:
        warehouse.build()
    assert str(error.value).endswith("WAREHOUSE_BUILD_ANYWAY=true tries it all the same.")
    assert runs == []
    assert building.finished_build(warehouse.settings) is not None
    assert current_copy(warehouse.settings) == copy
    warehouse.settings.build_anyway = True
    warehouse.build()
    assert published(warehouse) == [("a/b", 1), ("c/d", 2)]


def test_what_a_build_reads_is_known_from_the_catalog(warehouse: ToyWarehouse) -> None:
    warehouse.land({"a/b": 1, "c/d": 2}, EARLIER)
    building.prepare(warehouse.settings)
    assert room.inputs_of(warehouse.settings, anew=True) == room.Inputs(models=0, readings=0, changes=0, others=3)
    assert room.inputs_of(warehouse.settings, anew=False) == room.Inputs(models=0, readings=0, changes=0, others=2)


def test_two_builds_at_once_are_refused(warehouse: ToyWarehouse) -> None:
    with build_lock(warehouse.settings, "Dagster run 1"), pytest.raises(ConfigurationError, match="Dagster run 1"):
        warehouse.build()


def test_an_open_build_database_is_named(warehouse: ToyWarehouse) -> None:
    warehouse.land({"c/d": 2}, EARLIER)
    script = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(warehouse.settings.build_database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(ConfigurationError, match=f"is open in process {holder.pid}"):
            warehouse.build()
    finally:
        holder.kill()
        holder.wait()


def test_the_manifest_is_parsed_only_when_the_project_changed(
    warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = dbt.ensure_manifest(warehouse.settings)
    first = manifest.stat().st_mtime_ns
    assert dbt.ensure_manifest(warehouse.settings).stat().st_mtime_ns == first
    warehouse.edit("models/models.yml", "Parameters.", "Count of parameters.")
    dbt.ensure_manifest(warehouse.settings)
    assert "Count of parameters." in manifest.read_text()


def test_an_interrupted_build_ends_with_130_and_frees_the_lock(warehouse: ToyWarehouse) -> None:
    """Ctrl-C reaches dbt's threads too; the published copy stays."""
    copy = current_copy(warehouse.settings)
    warehouse.edit("models/marts/fct_parameters.sql", " group by", ", range(9000000000) group by")
    script = (
        "import sys, pathlib; from orchestration.warehouse import dbt; dbt.DBT_PROJECT = pathlib.Path(sys.argv.pop());"
        "from orchestration.cli import main; main()"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", script, "build", str(warehouse.project)], stderr=subprocess.PIPE, text=True
    )
    log = warehouse.settings.root / "build" / "logs" / "dbt.log"
    deadline = time.monotonic() + 60
    while "START sql table model marts.fct_parameters" not in (log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline
        assert build.poll() is None
        time.sleep(0.1)
    time.sleep(2)  # the step is announced before its query runs, and it is the query that is to be interrupted
    build.send_signal(signal.SIGINT)
    _, err = build.communicate(timeout=60)
    # A shell shows 130 for both: where an `exec` was interrupted, as in templates, Python ends by the signal itself.
    assert build.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in err
    with build_lock(warehouse.settings):
        pass
    assert current_copy(warehouse.settings) == copy
