"""What Dagster loads: every asset with its description and owners, lineage from raw, and what may run by itself."""

import importlib

import dagster as dg
import pytest
import yaml

from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.sources.registry import SOURCES
from tests.orchestration.conftest import Orchestrated
from tests.orchestration.write_asset_keys import KEYS_FILE


@pytest.fixture(scope="session")
def specs(orchestrated: Orchestrated) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in orchestrated.definitions.resolve_all_asset_specs()}


def upstream(specs: dict[str, dg.AssetSpec], key: str) -> set[str]:
    """All assets from which one is made."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for dep in specs[waiting.pop()].deps:
            name = dep.asset_key.to_user_string()
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_asset_keys_are_the_ones_on_file(specs: dict[str, dg.AssetSpec]) -> None:
    """Others rely on these names; a change is made by running tests.orchestration.write_asset_keys."""
    assert sorted(specs) == KEYS_FILE.read_text().split()


def test_every_asset_is_described_owned_and_grouped(specs: dict[str, dg.AssetSpec]) -> None:
    assert [key for key, spec in specs.items() if not (spec.description and spec.owners and spec.kinds)] == []
    assert {spec.group_name for spec in specs.values()} == {
        "raw", "seeds", "staging", "intermediate", "marts", "ops", "published", "quality", "releases",
    }  # fmt: skip


def test_there_is_one_raw_asset_per_table_of_the_registry(specs: dict[str, dg.AssetSpec]) -> None:
    raw = {key for key in specs if key.startswith("raw/")}
    assert raw == {
        f"raw/{spec.name}" if table.name == "*" else f"raw/{spec.name}__{table.name}"
        for spec in SOURCES.values()
        for table in spec.tables
    }


def test_lineage_goes_from_raw_to_the_published_copy(specs: dict[str, dg.AssetSpec]) -> None:
    assert {"raw/hf_hub__tracked", "raw/hf_archive"} <= upstream(specs, "marts/fct_model_downloads_daily")
    assert "raw/tracked_models__release_date_corrections" in upstream(specs, "marts/dim_model")
    known = {key for key in specs if key.startswith(("raw/", "marts/", "ops/"))}
    assert known <= upstream(specs, "published/warehouse")
    # The raw store's own books depend on every table, a staging model only on its own source.
    assert {key for key in specs if key.startswith("raw/")} == upstream(specs, "staging/stg_catalog__snapshots")
    assert upstream(specs, "staging/stg_hf_archive__readings") == {"raw/hf_archive"}
    # Every dependency is an asset of this location: none dangles.
    assert {dep.asset_key.to_user_string() for spec in specs.values() for dep in spec.deps} <= set(specs)


def test_every_dbt_test_is_a_blocking_check(orchestrated: Orchestrated) -> None:
    from orchestration.defs.transform import _MANIFEST, dbt_build

    tests = {name for name, node in _MANIFEST["nodes"].items() if node["resource_type"] == "test"}
    checks = {(spec.metadata or {})["dagster_dbt/unique_id"]: spec for spec in dbt_build.check_specs}
    assert set(checks) == tests
    for name, spec in checks.items():
        assert spec.blocking == (_MANIFEST["nodes"][name]["config"]["severity"].lower() == "error")


def test_every_condition_and_every_expectation_is_a_check(orchestrated: Orchestrated) -> None:
    from expectations import SUITES
    from orchestration.defs.quality import GATE_KEY, dagster_name, table_key
    from orchestration.quality.gate import condition_names

    graph = orchestrated.definitions.resolve_asset_graph()
    checks = graph.asset_check_keys
    assert {dg.AssetCheckKey(GATE_KEY, dagster_name(name)) for name in condition_names()} <= checks
    assert {
        dg.AssetCheckKey(table_key(suite.table), dagster_name(suite.check_name(one)))
        for suite in SUITES
        for frame in suite.frames
        for one in frame.expectations
    } <= checks
    assert {key.asset_key for key in checks} <= graph.get_all_asset_keys()
    # Judging the month before is no part of a day's work.
    for job in ("daily_refresh", "rebuild"):
        nodes = {node.name for node in orchestrated.definitions.resolve_job_def(job).nodes}
        assert not {"quality__gate", "expectations", "releases__release", "releases__publication"} & nodes


def test_columns_come_with_type_and_description(specs: dict[str, dg.AssetSpec]) -> None:
    schema = specs["marts/fct_model_downloads_daily"].metadata["dagster/column_schema"]
    column = next(column for column in schema.columns if column.name == "counter_correction")
    assert column.type == "bigint"
    assert column.description


def test_live_tables_have_a_partition_a_day_up_to_today_and_archives_none(orchestrated: Orchestrated) -> None:
    from orchestration.defs.raw import DAYS
    from orchestration.snapshots.store import utc_now

    graph = orchestrated.definitions.resolve_asset_graph()
    assert graph.get(dg.AssetKey(["raw", "hf_hub__tracked"])).partitions_def == DAYS
    assert graph.get(dg.AssetKey(["raw", "hf_archive"])).partitions_def is None
    assert DAYS.get_last_partition_key() == utc_now().date().isoformat()


def test_only_the_network_is_asked_again(orchestrated: Orchestrated) -> None:
    nodes = {node.name: node for node in orchestrated.definitions.resolve_implicit_global_asset_job_def().nodes}
    retried = {name for name, node in nodes.items() if node.definition.retry_policy is not None}
    live = {f"raw__{name}" for name, spec in SOURCES.items() if any(table.live for table in spec.tables)}
    assert retried == live
    assert {"dbt_build", "published__warehouse", "raw__hf_archive"} <= set(nodes) - retried


def test_freshness_limits_are_the_sources_own(specs: dict[str, dg.AssetSpec]) -> None:
    policy = specs["raw/hf_hub__tracked"].freshness_policy
    assert policy is not None
    assert policy.fail_window.to_timedelta() == SOURCES["hf_hub"].max_age
    assert specs["raw/hf_archive"].freshness_policy is None
    assert specs["raw/hf_hub__full"].freshness_policy is None, "it is fetched only when asked for"


def test_whoever_writes_the_build_database_waits_in_the_pool_that_has_a_limit(orchestrated: Orchestrated) -> None:
    nodes = {node.name: node for node in orchestrated.definitions.resolve_implicit_global_asset_job_def().nodes}
    pooled = {name for name, node in nodes.items() if "duckdb" in node.definition.pools}
    assert pooled == {"dbt_build", "published__warehouse", "quality__gate", "expectations", "releases__release"}
    assert "publishing" in nodes["releases__publication"].definition.pools, "builds need not wait for an upload"
    with dg.instance_for_test(overrides=_instance_settings()) as instance:
        assert instance.global_op_concurrency_default_limit == 1
        assert instance.get_concurrency_config().pool_config.pool_granularity.value == "op"
        assert not instance.telemetry_enabled
        [limit] = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
        assert limit == {"key": "warehouse/releases", "limit": 1}


def test_nothing_runs_by_itself_unless_it_is_switched_on(
    orchestrated: Orchestrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs import alerts, jobs, monthly_release

    assert monthly_release.monthly_release_schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert monthly_release.missed_release.default_status is dg.DefaultSensorStatus.STOPPED
    assert alerts.alerts.default_status is dg.DefaultSensorStatus.STOPPED
    assert jobs.daily_schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert jobs.rebuild_without_failed_source.default_status is dg.DefaultSensorStatus.STOPPED
    with monkeypatch.context() as switched_on:
        switched_on.setenv("WAREHOUSE_DAILY_SCHEDULE", "true")
        switched_on.setenv("WAREHOUSE_MONTHLY_SCHEDULE", "true")
        switched_on.setenv("WAREHOUSE_ALERTS", "json://127.0.0.1/")
        on = importlib.reload(jobs)
        assert on.daily_schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        assert on.rebuild_without_failed_source.default_status is dg.DefaultSensorStatus.RUNNING
        monthly = importlib.reload(monthly_release)
        assert monthly.monthly_release_schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        assert monthly.missed_release.default_status is dg.DefaultSensorStatus.RUNNING
        assert importlib.reload(alerts).alerts.default_status is dg.DefaultSensorStatus.RUNNING
    for module in (jobs, monthly_release, alerts):
        importlib.reload(module)


def test_a_day_brings_what_can_be_asked(orchestrated: Orchestrated, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that only answers with a key must not fail every day's run where nobody has one."""
    from orchestration.defs import jobs

    def brought() -> set[str]:
        return {key.to_user_string() for key in jobs._refreshed_tables()}

    monkeypatch.setattr(jobs, "_SETTINGS", Settings(sources=None))
    monkeypatch.delenv("ARTIFICIAL_ANALYSIS_API_KEY", raising=False)
    assert {"raw/hf_hub__tracked", "raw/openrouter__rankings_daily", "raw/openrouter__models"} <= brought()
    assert not {key for key in brought() if "artificial_analysis" in key or "lmarena" in key or "weekly" in key}
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", "key")
    assert "raw/artificial_analysis__evaluations" in brought()


def test_the_workspace_file_names_the_definitions() -> None:
    [location] = yaml.safe_load((PROJECT_ROOT / "workspace.yaml").read_text())["load_from"]
    assert location["python_module"]["module_name"] == "orchestration.definitions"


def _instance_settings() -> dict[str, object]:
    settings: dict[str, object] = yaml.safe_load((PROJECT_ROOT / "orchestration" / "dagster.yaml").read_text())
    return settings
