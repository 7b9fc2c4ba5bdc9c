"""What the command line did, told to Dagster: its UI then shows the same state, whoever landed or built it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.defs.raw import DAYS
from orchestration.defs.raw_keys import ANY_TABLE, raw_key
from orchestration.defs.raw_metadata import archive_metadata, snapshot_metadata
from orchestration.defs.transform import PUBLISHED_KEY, dbt_build, published_metadata
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.registry import SOURCES
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.publish import BuildRecord, current_record

#: Days of a raw table that are told at most; older ones are in the store and in ops.snapshots.
_RECENT_DAYS = 7

#: Dagster's tag for the version of what an asset holds.
DATA_VERSION = "dagster/data_version"

_UNIQUE_ID = "dagster_dbt/unique_id"

Event = dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckEvaluation


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells Dagster what `warehouse ingest`, `build` and `demo` have done. It starts nothing.",
)
def command_line_work(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """The cursor holds what was told already: content by raw table and day, the dbt run, the published build."""
    told: dict[str, str] = json.loads(context.cursor or "{}")
    settings = Settings()
    news: dict[str, list[Event]] = {}
    for name, version, events in (
        *_raw_news(settings, context.instance),
        *_dbt_news(settings),
        *_published_news(settings, context.instance),
    ):
        if told.get(name) != version:
            news[name] = list(events)
            told[name] = version
    return dg.SensorResult(
        asset_events=[event for events in news.values() for event in events], cursor=json.dumps(told)
    )


#: A name for the cursor, the version of what is there, and the events that tell it (made only if it is new).
News = Iterator[tuple[str, str, Iterator[Event]]]


def _raw_news(settings: Settings, instance: dg.DagsterInstance) -> News:
    store = SnapshotReader(settings.raw)
    for spec in SOURCES.values():
        for table in spec.tables:
            key = raw_key(spec, table)
            if table.name == ANY_TABLE:
                newest = [store.newest(spec.name, name) for name in store.tables(spec.name)]
                manifests = sorted(filter(None, newest), key=lambda manifest: manifest.fetched_at)[-1:]
            else:
                days = store.snapshot_dates(spec.name, table.name)[-_RECENT_DAYS:]
                manifests = [manifest for day in days if (manifest := store.current(spec.name, table.name, day))]
            for manifest in manifests:
                partition = None if table.name == ANY_TABLE else manifest.snapshot_date.isoformat()
                if partition is None or DAYS.has_partition_key(partition):
                    name = f"{key.to_user_string()} {partition}"
                    yield name, manifest.content_sha256, _landing(store, instance, key, partition, manifest)


def _landing(
    store: SnapshotReader, instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None, manifest: Manifest
) -> Iterator[Event]:
    if not _is_known(instance, key, partition, manifest.content_sha256):
        yield dg.AssetMaterialization(
            key,
            metadata=archive_metadata(store, manifest.source)
            if partition is None
            else snapshot_metadata(store, manifest),
            partition=partition,
            tags={DATA_VERSION: manifest.content_sha256},
        )


def _dbt_news(settings: Settings) -> News:
    try:
        run = json.loads((dbt.target_path(settings) / "run_results.json").read_bytes())
    except (OSError, ValueError):  # no build yet, or one is being written
        return
    yield "dbt", run["metadata"]["invocation_id"], _dbt_events(settings, run["results"])


def _dbt_events(settings: Settings, results: list[Mapping[str, Any]]) -> Iterator[Event]:
    keys = {spec.metadata[_UNIQUE_ID]: spec.key for spec in dbt_build.specs}
    checks = {(spec.metadata or {})[_UNIQUE_ID]: spec for spec in dbt_build.check_specs}
    rows = duckdb.table_rows(settings, settings.build_database)
    for result in results:
        unique_id, status = result["unique_id"], result["status"]
        if unique_id in keys and status == "success":
            key = keys[unique_id]
            count = rows.get((key.path[0], key.path[1]))
            metadata = {"Execution Duration": result["execution_time"]}
            yield dg.AssetMaterialization(
                key, metadata=metadata if count is None else {**metadata, "dagster/row_count": count}
            )
        elif unique_id in checks and status in {"pass", "fail", "warn", "error"}:
            check = checks[unique_id]
            yield dg.AssetCheckEvaluation(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=status == "pass",
                severity=dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR,
                blocking=check.blocking,
                metadata={"failing rows": result["failures"] or 0, "status": status},
            )


def _published_news(settings: Settings, instance: dg.DagsterInstance) -> News:
    record = current_record(settings)
    if record is not None:
        yield "published", record.build_id, _publication(settings, instance, record)


def _publication(settings: Settings, instance: dg.DagsterInstance, record: BuildRecord) -> Iterator[Event]:
    if not _is_known(instance, PUBLISHED_KEY, None, record.fingerprint):
        metadata = published_metadata(settings, record)
        yield dg.AssetMaterialization(PUBLISHED_KEY, metadata=metadata, tags={DATA_VERSION: record.fingerprint})


def _is_known(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None, version: str) -> bool:
    """Whether the newest materialization, by a Dagster run or told before, is of this version."""
    partitions = None if partition is None else [partition]
    newest = instance.fetch_materializations(dg.AssetRecordsFilter(key, asset_partitions=partitions), limit=1).records
    materialization = newest[0].asset_materialization if newest else None
    return materialization is not None and (materialization.tags or {}).get(DATA_VERSION) == version
