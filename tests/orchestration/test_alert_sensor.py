"""The sensor of alerts: refused gates and failed runs are told once over all retries, across restarts."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.settings import Settings
from tests.fakes.alert_service import AlertService, alert_service
from tests.orchestration.conftest import Orchestrated
from tests.release.toy_release import ToyCondition

OCTOBER = {"dagster/partition": "2026-10-01"}
DAYS = ToyCondition("days.few_days_are_missing", "3", "29", "failed", "Land them.")
NAMES = ToyCondition("names.coverage", "90 %", "71 % of [x](http://evil)", "failed", "Add names.")


@pytest.fixture
def service(orchestrated: Orchestrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AlertService]:
    """A service that WAREHOUSE_ALERTS names, and an empty home."""
    with alert_service() as running:
        monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("WAREHOUSE_ALERTS", running.address)
        yield running


def run(instance: dg.DagsterInstance, job: str, step: str, act: Callable[[], Any], **options: Any) -> None:
    """One run of a job of that name with one step."""

    @dg.op(name=step)
    def acts() -> None:
        act()

    @dg.job(name=job)
    def a_job() -> None:
        acts()

    a_job.execute_in_process(instance=instance, raise_on_error=False, **options)


def refuse(*conditions: ToyCondition) -> None:
    from orchestration.defs.quality import refused

    raise refused("The gate refuses 2026-10: some conditions do not hold.", conditions, Path("gate.json"))


def tick(instance: dg.DagsterInstance) -> str:
    from orchestration.defs.alerts import alerts

    skipped = alerts(dg.build_sensor_context(instance=instance))
    assert isinstance(skipped, dg.SkipReason)
    return skipped.skip_message or ""


def test_a_refusal_is_told_once_over_its_retries_and_again_with_other_reasons(service: AlertService) -> None:
    instance = dg.DagsterInstance.ephemeral()
    for _ in range(3):
        run(instance, "monthly_release", "quality__gate", lambda: refuse(DAYS), tags=OCTOBER)
        tick(instance)
    assert service.titles == ["The gate refuses 2026-10"]
    run(instance, "monthly_release", "quality__gate", lambda: refuse(DAYS, NAMES), tags=OCTOBER)
    tick(instance)
    assert service.titles == ["The gate refuses 2026-10"] * 2
    body = service.taken[-1][1]
    assert "names.coverage: 71 % of (x)(http: //evil) (allowed: 90 %). Add names." in body.splitlines()
    record = json.loads((Settings().root / "alerts" / "told.json").read_bytes())
    assert record[0]["cause"] == {
        "kind": "gate", "subject": "2026-10", "details": ["days.few_days_are_missing", "names.coverage"],
    }  # fmt: skip


def test_a_release_that_was_made_otherwise_ends_the_refusal(service: AlertService) -> None:
    instance = dg.DagsterInstance.ephemeral()
    run(instance, "monthly_release", "quality__gate", lambda: refuse(DAYS), tags=OCTOBER)
    (Settings().releases / "2026.10.0").mkdir(parents=True)
    assert tick(instance) == "Nothing new to tell."


def test_a_failed_run_is_told_once_until_a_success_and_then_anew(service: AlertService) -> None:
    def fail() -> None:
        raise dg.Failure("tracked: The Hub does not answer.")

    instance = dg.DagsterInstance.ephemeral()
    for outcome in (fail, fail, lambda: None, fail):
        run(instance, "daily_refresh", "raw__hf_hub", outcome)
        tick(instance)
    assert service.titles == ["daily_refresh failed"] * 2
    assert service.taken[0][1].startswith("raw__hf_hub: tracked: The Hub does not answer.\nFailing since ")


def test_two_jobs_are_two_causes_and_one_that_works_is_none(service: AlertService) -> None:
    def fail() -> None:
        raise dg.Failure("No.")

    instance = dg.DagsterInstance.ephemeral()
    run(instance, "daily_refresh", "dbt_build", fail)
    run(instance, "rebuild", "dbt_build", fail)
    run(instance, "another", "dbt_build", lambda: None)
    tick(instance)
    assert sorted(service.titles) == ["daily_refresh failed", "rebuild failed"]


def test_assets_that_were_made_without_a_job_have_their_names(service: AlertService) -> None:
    @dg.asset
    def broken() -> None:
        raise dg.Failure("No.")

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([broken], instance=instance, raise_on_error=False)
    tick(instance)
    [title] = service.titles
    assert title.endswith(" failed")
    assert "__" not in title


def test_what_a_library_says_is_not_sent_on(service: AlertService) -> None:
    def leak() -> None:
        raise RuntimeError("GET /rankings?key=sk-or-secret failed")

    instance = dg.DagsterInstance.ephemeral()
    run(instance, "daily_refresh", "raw__openrouter", leak)
    tick(instance)
    [(_, body)] = service.taken
    assert "secret" not in body
    assert body.startswith("raw__openrouter: an unexpected error (RuntimeError); the run's page shows it\n")


def test_a_service_that_refuses_fails_nothing_and_is_asked_again(service: AlertService) -> None:
    def fail() -> None:
        raise dg.Failure("No.")

    instance = dg.DagsterInstance.ephemeral()
    run(instance, "rebuild", "dbt_build", fail)
    service.statuses = [500]
    assert "did not take an alert; it is tried again" in tick(instance)
    assert tick(instance) == "Told: rebuild failed."


def test_an_address_that_is_none_is_said_where_the_sensor_is_seen(
    service: AlertService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_ALERTS", "nonsense://hidden")
    said = tick(dg.DagsterInstance.ephemeral())
    assert said.startswith("WAREHOUSE_ALERTS names an address that apprise does not know")
    assert "hidden" not in said
    monkeypatch.delenv("WAREHOUSE_ALERTS")
    assert tick(dg.DagsterInstance.ephemeral()) == "Nobody is to be alerted: WAREHOUSE_ALERTS is not set."


def test_a_missed_release_is_told_where_releases_are_awaited(
    service: AlertService, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from orchestration.defs import alerts

    monkeypatch.setattr(alerts, "utc_now", lambda: datetime(2026, 11, 25, tzinfo=UTC))
    instance = dg.DagsterInstance.ephemeral()
    assert tick(instance) == "Nothing new to tell."
    monkeypatch.setenv("WAREHOUSE_MONTHLY_SCHEDULE", "true")
    assert tick(instance) == "Told: The release of 2026-10 was missed."
    assert tick(instance) == "Nothing new to tell."
