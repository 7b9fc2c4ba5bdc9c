"""The job that releases a month, and the days on which it runs by itself."""

from typing import Any

import dagster as dg

from orchestration.defs.quality import GATE_KEY, MONTHS
from orchestration.defs.release import PUBLICATION_KEY, RELEASE_KEY, RELEASED
from orchestration.errors import WarehouseError
from orchestration.release.due import Work, decide_now
from orchestration.settings import Settings
from orchestration.snapshots.store import utc_now

_SETTINGS = Settings()
_SCHEDULE_STATUS = dg.DefaultScheduleStatus.RUNNING if _SETTINGS.monthly_schedule else dg.DefaultScheduleStatus.STOPPED
_SENSOR_STATUS = dg.DefaultSensorStatus.RUNNING if _SETTINGS.monthly_schedule else dg.DefaultSensorStatus.STOPPED
_PUBLISHING = [] if _SETTINGS.publish_target is None else [PUBLICATION_KEY]

#: `orchestration/dagster.yaml` lets one run with this tag run at a time.
RELEASE_TAGS = {"warehouse/releases": "monthly"}

_UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)

monthly_release = dg.define_asset_job(
    "monthly_release",
    selection=dg.AssetSelection.assets(GATE_KEY, RELEASE_KEY, *_PUBLISHING),
    partitions_def=MONTHS,
    description="The gate of a month, its release and, where WAREHOUSE_PUBLISH_TARGET is set, its publication.",
    tags=RELEASE_TAGS,
)


@dg.schedule(
    job=monthly_release,
    cron_schedule="30 7 * * *",
    execution_timezone="UTC",
    default_status=_SCHEDULE_STATUS,
    description="Each day of a month's window, until there is a release. Off unless WAREHOUSE_MONTHLY_SCHEDULE=true.",
)
def monthly_release_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """After the day's build. A try that was missed because nothing ran is not made up for: today's is as good."""
    settings = Settings()
    today = utc_now().date()
    try:
        decision = decide_now(today, settings)
    except WarehouseError as error:
        return dg.SkipReason(str(error))
    if not decision.is_due:
        return dg.SkipReason(decision.why)
    key = f"{decision.month:%Y-%m} on {today}"
    if _runs(context.instance, statuses=_UNFINISHED):
        return dg.SkipReason(f"{decision.why} An earlier try has not ended.")
    if _runs(context.instance, tags={"dagster/run_key": key}):
        return dg.SkipReason(f"{decision.why} Today's try has been made.")
    return dg.RunRequest(
        run_key=key,
        partition_key=decision.month.isoformat(),
        asset_selection=[PUBLICATION_KEY] if decision.work is Work.PUBLISH else None,
    )


@dg.sensor(
    minimum_interval_seconds=3600,
    default_status=_SENSOR_STATUS,
    description="Fails the check of the release, once, when a month's window has ended without one.",
)
def missed_release(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """The cursor holds the month that was told."""
    try:
        decision = decide_now(utc_now().date(), Settings())
    except WarehouseError as error:
        return dg.SkipReason(str(error))
    month = decision.month.isoformat()
    if decision.work is not Work.MISSED or context.cursor == month:
        return dg.SkipReason(decision.why)
    return dg.SensorResult(
        asset_events=[
            dg.AssetCheckEvaluation(
                asset_key=RELEASE_KEY,
                check_name=RELEASED,
                passed=False,
                description=decision.why,
                metadata={"month": f"{decision.month:%Y-%m}"},
            )
        ],
        cursor=month,
    )


def _runs(instance: dg.DagsterInstance, **wanted: Any) -> bool:
    """Whether there are such runs of the monthly job."""
    return bool(instance.get_runs(dg.RunsFilter(job_name=monthly_release.name, **wanted), limit=1))
