"""Runs: a day from raw to the published copy, what is refused, what is asked again, and what holds what back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import dagster as dg
import pytest
from msgspec import structs

from orchestration.ingest import ingest
from orchestration.plan import plan_ingest
from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.store import SnapshotStore, utc_now
from orchestration.sources.registry import SOURCES
from orchestration.sources.spec import IngestRequest
from orchestration.warehouse.build import build, finished_build
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import current_record
from orchestration.warehouse.query import query
from tests.fakes.replay import DAYS, write_hub_page
from tests.orchestration.conftest import Orchestrated

TRACKED = dg.AssetKey(["raw", "hf_hub__tracked"])


def run_job(orchestrated: Orchestrated, name: str, **options: object) -> dg.ExecuteInProcessResult:
    job = orchestrated.definitions.resolve_job_def(name)
    return job.execute_in_process(instance=dg.DagsterInstance.ephemeral(), raise_on_error=False, **options)


def land_in_dagster(day: date, *tables: dg.AssetKey) -> dg.ExecuteInProcessResult:
    from orchestration.defs.raw import raw_assets

    return dg.materialize(
        [raw_assets(SOURCES["hf_hub"])],
        selection=[TRACKED, *tables],
        partition_key=day.isoformat(),
        raise_on_error=False,
    )


def failure_message(result: dg.ExecuteInProcessResult) -> str:
    [event] = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None, data.error
    return data.user_failure_data.description or ""


@pytest.fixture(scope="module")
def refreshed(built: Orchestrated) -> dg.ExecuteInProcessResult:
    """The second day of the replay, as the schedule would run it."""
    return run_job(built, "daily_refresh", partition_key=DAYS[1].isoformat())


def metadata_of(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, object]:
    [event] = [event for event in result.get_asset_materialization_events() if event.asset_key == key]
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_a_day_goes_from_raw_to_the_published_copy_in_one_run(
    built: Orchestrated, refreshed: dg.ExecuteInProcessResult
) -> None:
    assert refreshed.success
    made = {event.materialization.asset_key.to_user_string() for event in refreshed.get_asset_materialization_events()}
    assert {"raw/hf_hub__tracked", "raw/tracked_models__models", "marts/dim_model", "published/warehouse"} <= made
    store = SnapshotStore(built.settings.raw)
    assert store.snapshot_dates("hf_hub", "tracked") == [DAYS[0], DAYS[1]]
    with query(built.settings, "select model_id, downloads from fct_model_downloads_daily order by 1") as result:
        assert list(result.rows) == [("Qwen/Qwen3-8B", 10), ("meta-llama/Llama-3.1-8B", 10)]


def test_a_raw_materialization_says_what_landed(built: Orchestrated, refreshed: dg.ExecuteInProcessResult) -> None:
    manifest = SnapshotStore(built.settings.raw).current("hf_hub", "tracked", DAYS[1])
    assert manifest is not None
    shown = metadata_of(refreshed, TRACKED)
    assert shown["dagster/row_count"] == 2
    assert shown["sha256"] == manifest.files[0].sha256
    assert (shown["bytes"], shown["revision"], shown["synthetic"]) == (manifest.bytes, 1, False)
    assert r"Qwen\/Qwen3\-8B" in str(shown["sample"])
    [event] = [event for event in refreshed.get_asset_materialization_events() if event.asset_key == TRACKED]
    assert event.partition == DAYS[1].isoformat()
    assert (event.materialization.tags or {})["dagster/data_version"] == manifest.content_sha256


def test_marts_and_the_published_copy_say_how_large_they_are(
    built: Orchestrated, refreshed: dg.ExecuteInProcessResult
) -> None:
    assert metadata_of(refreshed, dg.AssetKey(["marts", "fct_model_downloads_daily"]))["dagster/row_count"] == 2
    record = current_record(built.settings)
    assert record is not None
    assert metadata_of(refreshed, dg.AssetKey(["published", "warehouse"]))["build"] == record.build_id


def test_checks_of_raw_and_of_marts_are_reported(refreshed: dg.ExecuteInProcessResult) -> None:
    passed = {
        (evaluation.asset_key.to_user_string(), evaluation.check_name)
        for evaluation in refreshed.get_asset_check_evaluations()
        if evaluation.passed
    }
    assert ("raw/hf_hub__tracked", "files_match_manifest") in passed
    assert ("raw/hf_hub__tracked", "rows_like_before") in passed
    assert any(key == "marts/fct_model_downloads_daily" for key, _ in passed)


def test_a_table_that_shrinks_warns_and_a_damaged_file_blocks(built: Orchestrated, refreshed: object) -> None:
    from orchestration.defs.raw_checks import INTACT, USUAL_SIZE, raw_check_results

    store = SnapshotStore(built.settings.raw)
    manifest = store.current("hf_hub", "tracked", DAYS[1])
    assert manifest is not None
    results = {
        result.check_name: result for result in raw_check_results(store, TRACKED, structs.replace(manifest, rows=1))
    }
    assert not results[USUAL_SIZE].passed
    assert results[USUAL_SIZE].severity is dg.AssetCheckSeverity.WARN
    path = store.root / manifest.folder / manifest.records_file
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + b"x")
        results = {result.check_name: result for result in raw_check_results(store, TRACKED, manifest)}
        assert not results[INTACT].passed
        assert results[INTACT].severity is dg.AssetCheckSeverity.ERROR
    finally:
        path.write_bytes(whole)


def test_a_refused_day_fails_its_step_with_the_reason_and_is_not_asked_again(built: Orchestrated) -> None:
    page = write_hub_page(built.replay, DAYS[2], 30)
    whole = page.read_text()
    try:
        page.write_text("<html>")
        result = land_in_dagster(DAYS[2])
    finally:
        page.write_text(whole)
    assert not result.success
    assert "tracked" in failure_message(result)
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_a_table_of_which_nothing_is_heard_fails_its_step(built: Orchestrated) -> None:
    """Dagster would skip whatever follows and show the run as a success."""
    result = land_in_dagster(DAYS[0], dg.AssetKey(["raw", "hf_hub__derivatives"]))
    assert not result.success
    assert failure_message(result).startswith("hf_hub has no derivatives for this day;")
    assert [event.asset_key for event in result.get_asset_materialization_events()] == [TRACKED]
    nothing = land_in_dagster(DAYS[0] - timedelta(days=30))
    assert failure_message(nothing).startswith("hf_hub has no tracked for this day;")


@pytest.mark.parametrize("days", [-1, -200])
def test_a_live_source_refuses_a_past_day(built: Orchestrated, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.delenv("WAREHOUSE_SOURCES")
    day = utc_now().date() + timedelta(days=days)
    result = land_in_dagster(day)
    assert not result.success
    assert "hf_hub is live and answers only for today" in failure_message(result)
    assert SnapshotStore(built.settings.raw).current("hf_hub", "tracked", day) is None


def test_an_unreachable_source_is_asked_again(built: Orchestrated, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.defs import raw

    asked = []

    def unreachable(request: IngestRequest) -> Iterator[Failure]:
        asked.append(request)
        yield Failure("tracked", "failed", "The Hub does not answer.", snapshot_date=utc_now().date(), unreachable=True)

    monkeypatch.delenv("WAREHOUSE_SOURCES")
    monkeypatch.setattr(raw, "NETWORK_RETRY", dg.RetryPolicy(max_retries=2))
    monkeypatch.setitem(SOURCES, "hf_hub", replace(SOURCES["hf_hub"], connector=unreachable))
    result = land_in_dagster(utc_now().date())
    assert not result.success
    assert len(asked) == 3
    assert failure_message(result) == "tracked: The Hub does not answer."


def test_a_part_of_the_models_makes_the_database_whole_only_if_it_was(built: Orchestrated) -> None:
    build(built.settings)
    before = finished_build(built.settings)
    assert before is not None
    seed = [dg.AssetKey(["staging", "size_buckets"])]
    assert run_job(built, "rebuild", asset_selection=seed).success
    assert finished_build(built.settings) == before
    [planned] = plan_ingest(
        built.settings, sources=["hf_hub"], sources_file=built.settings.sources, snapshot_date=DAYS[2]
    )
    assert [outcome.outcome for outcome in ingest(planned.spec, planned.request)] == ["landed"]
    assert run_job(built, "rebuild", asset_selection=seed).success
    assert finished_build(built.settings) is None


def test_a_build_elsewhere_is_named(built: Orchestrated) -> None:
    with build_lock(built.settings, "warehouse build --full-refresh"):
        result = run_job(built, "rebuild")
    assert not result.success
    assert "(warehouse build --full-refresh), since" in failure_message(result)
    assert "published__warehouse" not in {event.step_key for event in result.all_events if event.is_step_success}


def test_what_landed_is_built_without_a_source_that_failed() -> None:
    from orchestration.defs.jobs import rebuild_without_failed_source

    assert decision(rebuild_without_failed_source, "raw__hf_hub") == dg.RunRequest
    assert decision(rebuild_without_failed_source, "raw__hf_hub", "dbt_build") == dg.SkipReason
    assert decision(rebuild_without_failed_source, "dbt_build") == dg.SkipReason


def decision(sensor: dg.SensorDefinition, *failed_steps: str) -> type:
    """What the sensor asks for after a run in which these steps failed."""

    def failing(name: str) -> dg.OpDefinition:
        @dg.op(name=name)
        def fails() -> None:
            raise dg.Failure("No.")

        return fails

    @dg.job
    def daily_refresh() -> None:
        for name in failed_steps:
            failing(name)()

    instance = dg.DagsterInstance.ephemeral()
    result = daily_refresh.execute_in_process(instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        sensor_name="s",
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(),
    ).for_run_failure()
    return type(sensor(context))


def test_the_ui_is_told_what_the_command_line_did(built: Orchestrated) -> None:
    from orchestration.defs.command_line import command_line_work

    instance = dg.DagsterInstance.ephemeral()
    first = command_line_work(dg.build_sensor_context(instance=instance))
    told = {key.to_user_string() for key, _ in materializations(first)}
    assert {"raw/hf_hub__tracked", "marts/dim_model", "ops/snapshots", "published/warehouse"} <= told
    checks = [event for event in first.asset_events if isinstance(event, dg.AssetCheckEvaluation)]
    assert checks
    assert all(check.passed for check in checks)
    again = command_line_work(dg.build_sensor_context(instance=instance, cursor=first.cursor))
    assert again.asset_events == []
    assert json.loads(again.cursor) == json.loads(first.cursor)


def test_the_ui_is_not_told_what_a_dagster_run_did(built: Orchestrated) -> None:
    from orchestration.defs.command_line import command_line_work
    from orchestration.defs.raw import raw_assets

    instance = dg.DagsterInstance.ephemeral()
    day = DAYS[0].isoformat()
    dg.materialize([raw_assets(SOURCES["hf_hub"])], selection=[TRACKED], partition_key=day, instance=instance)
    result = command_line_work(dg.build_sensor_context(instance=instance))
    assert (TRACKED, day) not in materializations(result)


def materializations(result: dg.SensorResult) -> set[tuple[dg.AssetKey, str | None]]:
    events = [event for event in result.asset_events or [] if isinstance(event, dg.AssetMaterialization)]
    return {(event.asset_key, event.partition) for event in events}
