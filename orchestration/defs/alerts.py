"""The sensor that alerts people, and what it sees of Dagster's runs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

import dagster as dg

from orchestration.alerts.alert import Alert
from orchestration.alerts.causes import FailedRun, of_release, of_runs, of_sources
from orchestration.alerts.tell import tell
from orchestration.defs.quality import REFUSING
from orchestration.errors import WarehouseError
from orchestration.release.due import decide_now
from orchestration.release.store import versions
from orchestration.settings import Settings
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import utc_now
from orchestration.status import warehouse_status

#: Who failed longer ago, and has not run since, is not news.
_RECENT = timedelta(days=8)
_PARTITION = "dagster/partition"
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


@dg.sensor(
    minimum_interval_seconds=120,
    default_status=dg.DefaultSensorStatus.STOPPED if Settings().alerts is None else dg.DefaultSensorStatus.RUNNING,
    description="Alerts people, once per cause, of refused gates, failed runs, late sources and missed releases. "
    "Off unless WAREHOUSE_ALERTS names apprise URLs.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """It starts nothing, and a service that does not answer fails nothing: the next tick tries again."""
    # 0.3 s that loading the definitions does not need.
    from orchestration.alerts.services import alert_services  # noqa: PLC0415

    settings = Settings()
    try:
        services = alert_services(settings)
        if not services:
            return dg.SkipReason("Nobody is to be alerted: WAREHOUSE_ALERTS is not set.")
        now = utc_now()
        return dg.SkipReason(tell(settings, list(present_alerts(settings, context.instance, now)), services).sentence())
    except WarehouseError as error:
        return dg.SkipReason(str(error))


def present_alerts(settings: Settings, instance: dg.DagsterInstance, now: datetime) -> Iterator[Alert]:
    """All that is wrong at a moment."""
    released = [f"{version.month:%Y-%m}" for version in versions(settings)]
    yield from of_runs(failed_runs(instance, now - _RECENT), released)
    yield from of_sources(warehouse_status(SnapshotReader(settings.raw), now.date()))
    if settings.monthly_schedule:
        yield from of_release(decide_now(now.date(), settings))


def failed_runs(instance: dg.DagsterInstance, since: datetime) -> Iterator[FailedRun]:
    """Jobs whose newest run since a moment failed; assets that were made without a job count as one by their names."""
    by_job: dict[str, list[dg.RunRecord]] = {}
    for record in instance.get_run_records(dg.RunsFilter(statuses=_ENDED, created_after=since)):  # newest first
        by_job.setdefault(_job_name(record.dagster_run), []).append(record)
    for job, records in by_job.items():
        if records[0].dagster_run.status is dg.DagsterRunStatus.FAILURE:
            yield _failed_run(instance, job, records)


def _failed_run(instance: dg.DagsterInstance, job: str, records: list[dg.RunRecord]) -> FailedRun:
    run = records[0].dagster_run
    partition = run.tags.get(_PARTITION)
    steps: dict[str, str] = {}
    refusing: tuple[str, ...] = ()
    for stored in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = stored.get_dagster_event()
        failure = event.step_failure_data.user_failure_data
        error = event.step_failure_data.error
        kind = (error.cause or error).cls_name if error else None
        # What a library says of its own errors may hold anything; the run's page shows it.
        said = failure.description if failure else None
        steps[str(event.step_key)] = said or f"an unexpected error ({kind or 'unknown'}); the run's page shows it"
        conditions = failure.metadata.get(REFUSING) if failure else None
        if isinstance(conditions, dg.TextMetadataValue):
            refusing = tuple((conditions.text or "").split(", "))
    failing = list(
        takewhile(
            lambda record: (
                record.dagster_run.status is dg.DagsterRunStatus.FAILURE
                and (not refusing or record.dagster_run.tags.get(_PARTITION) == partition)
            ),
            records,
        )
    )
    return FailedRun(
        job=job,
        run_id=run.run_id,
        since=failing[-1].create_timestamp,
        steps=steps,
        month=partition[:7] if partition else None,
        refusing=refusing,
    )


def _job_name(run: dg.DagsterRun) -> str:
    if not run.job_name.startswith("__"):
        return run.job_name
    return ", ".join(sorted(key.to_user_string() for key in run.asset_selection or ())) or "assets"
