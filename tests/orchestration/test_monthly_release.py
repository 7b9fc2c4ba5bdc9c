"""The release of a month by itself: on which days it is tried, what a run makes, and how a refusal or a miss shows."""

import importlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.release import assemble
from orchestration.release.publication import publish_release, target_of
from orchestration.release.store import versions
from orchestration.settings import Settings
from tests.orchestration.conftest import Orchestrated
from tests.release.toy_release import ToyCondition, ToyGate, ToyRelease

JULY = date(2026, 7, 1)
IN_WINDOW, AFTER = datetime(2026, 8, 6, 8, tzinfo=UTC), datetime(2026, 8, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def built_toy(orchestrated: Orchestrated, tmp_path_factory: pytest.TempPathFactory) -> ToyRelease:
    """A home with July landed and built, and no release yet."""
    toy = ToyRelease.make(tmp_path_factory.mktemp("monthly"))
    toy.land_month(JULY)
    toy.build()
    return toy


@pytest.fixture
def toy(built_toy: ToyRelease, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyRelease]:
    """The home in place of the real one, with a gate that a test sets; its releases go with the test."""
    built_toy.gate = ToyGate()
    monkeypatch.setattr(assemble, "QualityGate", lambda: built_toy.gate)
    with built_toy.in_place():
        yield built_toy
    if built_toy.settings.releases.exists():
        assemble.remove_tree(built_toy.settings.releases)


def make(name: str) -> dg.ExecuteInProcessResult:
    """Materializes an asset of releases for July."""
    from orchestration.defs import release

    return dg.materialize([getattr(release, name)], partition_key=JULY.isoformat(), raise_on_error=False)


def failure_of(result: dg.ExecuteInProcessResult) -> dg.Failure:
    [event] = [event for event in result.all_events if event.is_step_failure]
    failure = event.step_failure_data.user_failure_data
    assert failure is not None, event.step_failure_data.error
    return dg.Failure(failure.description, metadata=failure.metadata)


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    [event] = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


# ---- a run -----------------------------------------------------------------------------------------------------------


def test_the_release_is_made_once_from_the_same_inputs(toy: ToyRelease) -> None:
    first = make("release")
    assert first.success
    shown = metadata_of(first)
    assert (shown["version"], shown["new"], shown["path"]) == (
        "2026.07.0", True, str(toy.settings.releases / "2026.07.0"),
    )  # fmt: skip
    assert [(check.check_name, check.passed) for check in first.get_asset_check_evaluations()] == [
        ("month_is_released", True)
    ]
    assert metadata_of(make("release"))["new"] is False
    assert list(map(str, versions(toy.settings))) == ["2026.07.0"]


def test_a_refused_release_shows_each_reason_in_its_failure(toy: ToyRelease) -> None:
    toy.gate.conditions = (
        ToyCondition(),
        ToyCondition("days.few_days_are_missing", "3 days", "29 days", "failed", "Land them."),
        ToyCondition("names.coverage", "90 %", "not known", "not_evaluated", "Build again."),
    )
    result = make("release")
    failure = failure_of(result)
    assert (failure.description or "").splitlines() == [
        "The gate refuses 2026-07: 2 of 3 conditions do not hold.",
        "days.few_days_are_missing: 29 days (allowed: 3 days). Land them.",
        "names.coverage: could not be evaluated: not known (allowed: 90 %). Build again.",
    ]
    shown = {name: value.value for name, value in failure.metadata.items()}
    assert shown["refusing conditions"] == "days.few_days_are_missing, names.coverage"
    assert shown["days.few_days_are_missing"] == "29 days (allowed: 3 days). Land them."
    assert versions(toy.settings) == []


def test_the_ui_is_told_of_a_release_of_the_command_line(toy: ToyRelease) -> None:
    from orchestration.defs.command_line import command_line_work

    made = toy.cut(JULY)
    instance = dg.DagsterInstance.ephemeral()

    def told(cursor: str | None) -> tuple[list[object], str | None]:
        result = command_line_work(dg.build_sensor_context(instance=instance, cursor=cursor))
        return [
            event for event in result.asset_events if event.asset_key.path == ["releases", "release"]
        ], result.cursor

    events, cursor = told(None)
    materialization, check = events
    assert materialization.partition == "2026-07-01"
    assert materialization.metadata["version"].value == "2026.07.0"
    assert (check.check_name, check.passed) == ("month_is_released", True)
    assert told(cursor)[0] == []

    (made.folder / "release.json").chmod(0o644)
    (made.folder / "release.json").write_text("{")
    assert told(None)[0] == []


def test_another_release_at_work_is_said(toy: ToyRelease) -> None:
    with assemble.releases_lock(toy.settings):
        assert (failure_of(make("release")).description or "").startswith("Another process is making or publishing")


def test_the_newest_release_of_the_month_is_published(
    toy: ToyRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_PUBLISH_TARGET", (tmp_path / "place").as_uri())
    assert failure_of(make("publication")).description == ("There is no release of 2026-07 to publish; make it first.")
    make("release")
    published = make("publication")
    assert metadata_of(published)["version"] == "2026.07.0"
    assert (tmp_path / "place" / "latest").read_text().strip() == "2026.07.0"


def test_without_a_target_nothing_is_published(toy: ToyRelease) -> None:
    assert failure_of(make("publication")).description == (
        "No place is set to publish to; set WAREHOUSE_PUBLISH_TARGET."
    )


# ---- by itself -------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(orchestrated: Orchestrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home; today is in July's window unless told."""
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    at(monkeypatch, IN_WINDOW)
    return Settings()


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    from orchestration.defs import monthly_release

    monkeypatch.setattr(monthly_release, "utc_now", lambda: moment)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as running:
        yield running


Tick = Callable[[], dg.RunRequest | str]


@pytest.fixture
def tick(orchestrated: Orchestrated, instance: dg.DagsterInstance) -> Tick:
    """What the schedule asks for, or why it skips."""
    schedule = orchestrated.definitions.resolve_schedule_def("monthly_release_schedule")
    repository = orchestrated.definitions.get_repository_def()

    def evaluate() -> dg.RunRequest | str:
        data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, repository_def=repository))
        for request in data.run_requests or []:
            return request
        return str(data.skip_message)

    return evaluate


def test_in_its_window_a_month_is_asked_for_with_a_new_run_each_day(
    tick: Tick, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tick()
    assert isinstance(first, dg.RunRequest)
    assert (first.partition_key, first.run_key, first.asset_selection) == ("2026-07-01", "2026-07 on 2026-08-06", None)
    assert first.tags["dagster/partition"] == "2026-07-01"
    at(monkeypatch, IN_WINDOW.replace(day=7))
    second = tick()
    assert isinstance(second, dg.RunRequest)
    assert second.run_key == "2026-07 on 2026-08-07"


def test_outside_its_window_or_once_released_there_is_nothing_to_do(
    tick: Tick, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, IN_WINDOW.replace(day=5))
    assert tick() == "The release of 2026-07 is due on 2026-08-06."
    at(monkeypatch, AFTER)
    assert str(tick()).startswith("2026-07 was not released in its window, 2026-08-06 to 2026-08-19,")
    at(monkeypatch, IN_WINDOW)
    (home.releases / "2026.07.0").mkdir(parents=True)
    assert tick() == "2026-07 is released."


def test_while_a_try_has_not_ended_or_has_been_made_today_no_other_begins(
    orchestrated: Orchestrated,
    instance: dg.DagsterInstance,
    tick: Tick,
    home: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orchestration.defs.monthly_release import monthly_release

    job = orchestrated.definitions.resolve_job_def(monthly_release.name)
    run = instance.create_run_for_job(job, tags={"dagster/run_key": "2026-07 on 2026-08-06"})
    assert str(tick()).endswith("An earlier try has not ended.")
    instance.report_run_failed(run)
    assert str(tick()).endswith("Today's try has been made.")
    at(monkeypatch, IN_WINDOW.replace(day=7))
    assert isinstance(tick(), dg.RunRequest)


def test_what_is_released_but_not_published_is_only_published(
    toy: ToyRelease,
    orchestrated: Orchestrated,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Making it again would give a second release where raw has grown since."""
    from orchestration.defs import monthly_release
    from orchestration.defs.quality import GATE_KEY
    from orchestration.defs.release import PUBLICATION_KEY, RELEASE_KEY
    from orchestration.release.due import Work, decide_now

    monkeypatch.setenv("WAREHOUSE_PUBLISH_TARGET", (tmp_path / "place").as_uri())
    at(monkeypatch, IN_WINDOW)
    release = toy.cut(JULY)
    settings = Settings()
    request = monthly_release.monthly_release_schedule(dg.build_schedule_context(instance))
    assert isinstance(request, dg.RunRequest)
    assert request.asset_selection == [PUBLICATION_KEY]
    assert decide_now(IN_WINDOW.date(), settings).work is Work.PUBLISH
    publish_release(settings, release.folder, target_of(settings.publish_target or ""))
    assert decide_now(IN_WINDOW.date(), settings).work is Work.DONE
    try:
        with_target = importlib.reload(monthly_release)
        selected = with_target.monthly_release.selection.resolve(orchestrated.definitions.resolve_asset_graph())
        assert selected == {GATE_KEY, RELEASE_KEY, PUBLICATION_KEY}
    finally:
        monkeypatch.delenv("WAREHOUSE_PUBLISH_TARGET")
        importlib.reload(monthly_release)


def test_a_missed_month_fails_its_check_once(
    orchestrated: Orchestrated, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs.monthly_release import missed_release
    from orchestration.defs.release import RELEASE_KEY

    assert isinstance(missed_release(dg.build_sensor_context()), dg.SkipReason)
    at(monkeypatch, AFTER)
    told = missed_release(dg.build_sensor_context())
    assert isinstance(told, dg.SensorResult)
    [event] = told.asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    assert (event.asset_key, event.check_name, event.passed) == (RELEASE_KEY, "month_is_released", False)
    assert (event.description or "").startswith("2026-07 was not released in its window, 2026-08-06 to 2026-08-19")
    assert isinstance(missed_release(dg.build_sensor_context(cursor=told.cursor)), dg.SkipReason)


def test_a_target_that_is_none_is_one_sentence(tick: Tick, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_PUBLISH_TARGET", "somewhere")
    (home.releases / "2026.07.0").mkdir(parents=True)
    assert str(tick()).startswith("'somewhere' is no place to publish to;")
