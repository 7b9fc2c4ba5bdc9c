"""Jobs and when they run by themselves."""

import dagster as dg

from orchestration.defs.quality import expectations
from orchestration.defs.raw import DAYS
from orchestration.defs.raw_keys import ANY_TABLE, raw_key
from orchestration.plan import without_key
from orchestration.settings import Settings
from orchestration.sources.locations import load_sources_file
from orchestration.sources.registry import SOURCES, source

_SETTINGS = Settings()
_STATUS = dg.DefaultScheduleStatus.RUNNING if _SETTINGS.daily_schedule else dg.DefaultScheduleStatus.STOPPED


def _refreshed_tables() -> list[dg.AssetKey]:
    """What a day brings: the tables of the sources file where one is set, else the live ones that can be asked."""
    if _SETTINGS.sources is None:
        left_out = without_key()
        return [
            raw_key(spec, table)
            for spec in SOURCES.values()
            for table in spec.tables
            if table.live and table.by_default and spec not in left_out
        ]
    keys = []
    for name, entries in load_sources_file(_SETTINGS.sources).items():
        named = {entry.get("table") for entry in entries}  # an entry without a name may hold every table
        spec = source(name)
        keys += [raw_key(spec, table) for table in spec.tables if {table.name, None} & named or table.name == ANY_TABLE]
    return keys


_RAW = dg.AssetSelection.assets(*_refreshed_tables())
#: Judging the month before is no part of a day's work.
_MONTHLY = dg.AssetSelection.groups("quality", "releases") | dg.AssetSelection.checks(expectations)
_TRANSFORM = dg.AssetSelection.all() - dg.AssetSelection.groups("raw") - _MONTHLY

#: One run, so that a failed check holds back what comes after it.
daily_refresh = dg.define_asset_job(
    "daily_refresh",
    selection=_RAW | _TRANSFORM,
    partitions_def=DAYS,
    description="Today's raw snapshots, dbt build with its tests, published copy: in one run, in this order.",
    tags={"dagster/priority": "1"},
)

rebuild = dg.define_asset_job(
    "rebuild",
    selection=_TRANSFORM,
    description="dbt build and published copy from whatever is in the raw store.",
)

#: In the morning, when providers east and west have closed the day before; the partition is the day of observation.
daily_schedule = dg.build_schedule_from_partitioned_job(
    daily_refresh,
    name="daily_refresh_schedule",
    hour_of_day=5,
    minute_of_hour=30,
    default_status=_STATUS,
    description="Off unless WAREHOUSE_DAILY_SCHEDULE=true.",
)


@dg.run_failure_sensor(
    monitored_jobs=[daily_refresh],
    request_job=rebuild,
    default_status=dg.DefaultSensorStatus.RUNNING if _SETTINGS.daily_schedule else dg.DefaultSensorStatus.STOPPED,
)
def rebuild_without_failed_source(context: dg.RunFailureSensorContext) -> dg.RunRequest | dg.SkipReason:
    """One source that fails must not hold back the others: what did land is built in a run of its own."""
    failed = [event.step_key for event in context.get_step_failure_events()]
    if failed and all(str(step).startswith("raw__") for step in failed):
        return dg.RunRequest(run_key=context.dagster_run.run_id)
    return dg.SkipReason(f"Not a raw source: {', '.join(map(str, failed)) or 'no step'} failed.")
