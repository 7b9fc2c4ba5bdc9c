"""The gate in Dagster: its conditions as checks with their observed values, its refusal in the run's own message."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from orchestration.quality.results import Check
from tests.orchestration.conftest import Orchestrated

MONTH = "2026-03-01"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Expectations whose results are known, without the engine that takes its time."""
    from expectations import SUITES
    from orchestration.defs import quality
    from orchestration.quality import gate

    def judged(settings: object, subject: object, suites: object, docs: Path | None = None) -> tuple[Check, ...]:
        what = {"threshold": "t", "what_to_do": "Do.", "why": "w", "since": "2026-11"}
        return tuple(
            Check(
                name=suite.check_name(one),
                table=suite.table,
                severity=one.severity,
                verdict="failed" if one.name == "few_days_are_missing" else "passed",
                observed="29 days",
                **what,
            )
            for suite in SUITES
            for frame in suite.frames
            for one in frame.expectations
        )

    monkeypatch.setattr(gate, "run_suites", judged)
    monkeypatch.setattr(quality, "run_suites", judged)
    yield


@pytest.fixture
def refused(built: Orchestrated, quick: None) -> dg.ExecuteInProcessResult:
    from orchestration.defs.quality import quality_gate
    from orchestration.warehouse.build import build

    build(built.settings)
    return dg.materialize([quality_gate], partition_key=MONTH, raise_on_error=False)


def test_a_refusal_fails_the_run_with_its_reasons(refused: dg.ExecuteInProcessResult) -> None:
    [event] = [event for event in refused.all_events if event.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None, data.error
    lines = (data.user_failure_data.description or "").splitlines()
    assert lines[0].startswith("The gate refuses 2026-03: 1 of ")
    assert lines[1:] == ["days.few_days_are_missing: 29 days (allowed: t). Do."]
    shown = {name: value.value for name, value in data.user_failure_data.metadata.items()}
    assert shown["refusing conditions"] == "days.few_days_are_missing"
    assert shown["days.few_days_are_missing"] == "29 days (allowed: t). Do."
    assert str(shown["gate"]).endswith("gate.json")
    checks = {one.check_name: one for one in refused.get_asset_check_evaluations()}
    assert [name for name, check in checks.items() if not check.passed] == ["days__few_days_are_missing"]
    assert checks["build_is_unedited"].metadata["observed"].value.startswith("all ")
    [made] = refused.get_asset_materialization_events()
    assert made.materialization.metadata["verdict"].value == "refused"
    assert made.partition == MONTH


def test_expectations_are_checks_of_their_tables(built: Orchestrated, quick: None) -> None:
    from orchestration.defs.quality import expectations

    job = dg.Definitions(asset_checks=[expectations]).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(instance=dg.DagsterInstance.ephemeral())
    checks = {(one.asset_key.to_user_string(), one.check_name): one for one in result.get_asset_check_evaluations()}
    found = checks["marts/fct_model_downloads_daily", "days__few_days_are_missing"]
    assert not found.passed
    assert found.metadata["observed"].value == "29 days"
    assert checks["ops/snapshots", "freshness__sources_are_young_enough"].passed


def test_the_ui_is_told_of_a_gate_of_the_command_line(built: Orchestrated, quick: None) -> None:
    from orchestration.defs.command_line import command_line_work
    from orchestration.defs.quality import GATE_KEY
    from orchestration.quality.gate import evaluate_gate

    evaluate_gate(built.settings, date.fromisoformat(MONTH))
    instance = dg.DagsterInstance.ephemeral()
    told = command_line_work(dg.build_sensor_context(instance=instance))
    gates = [event for event in told.asset_events if getattr(event, "asset_key", None) == GATE_KEY]
    materializations = [event for event in gates if isinstance(event, dg.AssetMaterialization)]
    assert [event.partition for event in materializations] == [MONTH]
    checks = [event for event in told.asset_events if isinstance(event, dg.AssetCheckEvaluation)]
    missing = [event.asset_key for event in checks if event.check_name == "days__few_days_are_missing"]
    assert missing == [GATE_KEY, dg.AssetKey(["marts", "fct_model_downloads_daily"])]
    again = command_line_work(dg.build_sensor_context(instance=instance, cursor=told.cursor))
    assert again.asset_events == []
