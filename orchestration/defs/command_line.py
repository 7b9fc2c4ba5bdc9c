"""What the command line did, told to Dagster: its UI then shows the same state, whoever landed or built it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import msgspec

from orchestration.defs.quality import GATE_KEY, evaluations, gate_metadata, month_partition
from orchestration.defs.raw import DAYS
from orchestration.defs.raw_checks import INTACT, raw_check_results
from orchestration.defs.raw_keys import ANY_TABLE, raw_key
from orchestration.defs.raw_metadata import archive_metadata, snapshot_metadata
from orchestration.defs.release import RELEASE_KEY, RELEASED, release_metadata
from orchestration.defs.transform import PUBLISHED_KEY, dbt_build, published_metadata
from orchestration.errors import WarehouseError
from orchestration.quality.report import GateReport, newest_gate
from orchestration.release.assemble import Release
from orchestration.release.layout import SUMS
from orchestration.release.manifest import read_manifest
from orchestration.release.store import folder_of, versions
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.registry import SOURCES
from orchestration.warehouse import dbt
from orchestration.warehouse.publish import BuildRecord, current_record
from orchestration.warehouse.relations import row_counts

#: Days of a raw table whose content is watched; of older ones only whether Dagster knows them.
_RECENT_DAYS = 7
_OLDER_DAYS_AT_ONCE = 400

#: Dagster's tag for the version of what an asset holds.
DATA_VERSION = "dagster/data_version"

_UNIQUE_ID = "dagster_dbt/unique_id"

Event = dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckEvaluation


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells Dagster what the command line has landed, built, judged and released. It starts nothing.",
)
def command_line_work(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """The cursor holds what was told already: content by raw table and day, dbt run, build, gate, releases."""
    told: dict[str, str] = json.loads(context.cursor or "{}")
    seen: dict[str, str] = {}
    settings = Settings()
    events: list[Event] = []
    for name, version, told_by in (
        *_raw_news(settings, context.instance),
        *_dbt_news(settings),
        *_published_news(settings, context.instance),
        *_gate_news(settings, context.instance),
        *_release_news(settings, context.instance),
    ):
        if name is None or told.get(name) != version:
            events += told_by
        if name is not None:
            seen[name] = version
    return dg.SensorResult(asset_events=events, cursor=json.dumps(seen))


#: A name for the cursor (None: Dagster itself remembers), the version of what is there, and the events that tell it.
News = Iterator[tuple[str | None, str, Iterator[Event]]]


def _raw_news(settings: Settings, instance: dg.DagsterInstance) -> News:
    store = SnapshotReader(settings.raw)
    for spec in SOURCES.values():
        for table in spec.tables:
            key = raw_key(spec, table)
            news = _archive_news if table.name == ANY_TABLE else _table_news
            yield from news(store, instance, key, spec.name, table.name)


def _archive_news(store: SnapshotReader, instance: dg.DagsterInstance, key: dg.AssetKey, source: str, _: str) -> News:
    newest = filter(None, (store.newest(source, table) for table in store.tables(source)))
    manifest = max(newest, key=lambda manifest: manifest.fetched_at, default=None)
    if manifest is not None:
        yield key.to_user_string(), manifest.content_sha256, _landing(store, instance, key, None, manifest)


def _table_news(store: SnapshotReader, instance: dg.DagsterInstance, key: dg.AssetKey, source: str, table: str) -> News:
    """Oldest first, since Dagster shows the last event as the state; recent days wait until the others are told."""
    days = [day for day in store.snapshot_dates(source, table) if DAYS.has_partition_key(day.isoformat())]
    known = instance.get_materialized_partitions(key)
    older = [day for day in days[:-_RECENT_DAYS] if day.isoformat() not in known]
    for day in older[:_OLDER_DAYS_AT_ONCE]:
        manifest = store.current(source, table, day)
        if manifest is not None:
            yield None, manifest.content_sha256, iter([_materialization(store, key, day.isoformat(), manifest)])
    for day in [] if len(older) > _OLDER_DAYS_AT_ONCE else days[-_RECENT_DAYS:]:
        manifest = store.current(source, table, day)
        if manifest is not None:
            name = f"{key.to_user_string()} {day}"
            yield name, manifest.content_sha256, _landing(store, instance, key, day.isoformat(), manifest)


def _landing(
    store: SnapshotReader, instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None, manifest: Manifest
) -> Iterator[Event]:
    if _is_known(instance, key, partition, manifest.content_sha256):
        return
    yield _materialization(store, key, partition, manifest)
    for result in [] if partition is None else raw_check_results(store, key, manifest):
        yield dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=result.check_name or "",
            passed=result.passed,
            severity=result.severity,
            blocking=result.check_name == INTACT,
            metadata=result.metadata,
        )


def _materialization(
    store: SnapshotReader, key: dg.AssetKey, partition: str | None, manifest: Manifest
) -> dg.AssetMaterialization:
    metadata = archive_metadata(store, manifest.source) if partition is None else snapshot_metadata(store, manifest)
    return dg.AssetMaterialization(
        key, metadata=metadata, partition=partition, tags={DATA_VERSION: manifest.content_sha256}
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
    rows = row_counts(settings, settings.build_database)
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


def _gate_news(settings: Settings, instance: dg.DagsterInstance) -> News:
    path = newest_gate(settings)
    if path is not None:
        content = path.read_bytes()
        version = hashlib.sha256(content).hexdigest()
        yield "gate", version, _gate(instance, msgspec.json.decode(content, type=GateReport), path.parent, version)


def _gate(instance: dg.DagsterInstance, report: GateReport, folder: Path, version: str) -> Iterator[Event]:
    partition = month_partition(report)
    if not _is_known(instance, GATE_KEY, partition, version):
        metadata = gate_metadata(report, folder)
        yield dg.AssetMaterialization(GATE_KEY, metadata=metadata, partition=partition, tags={DATA_VERSION: version})
    yield from evaluations(report)


def _release_news(settings: Settings, instance: dg.DagsterInstance) -> News:
    newest = {version.month: version for version in versions(settings)}
    for month, version in newest.items():
        folder = folder_of(settings, version)
        try:
            made, sums = Release(folder, read_manifest(folder), unchanged=False), file_sha256(folder / SUMS)[0]
        except (OSError, WarehouseError):  # damaged: `warehouse verify` says how
            continue
        yield f"release {month}", sums, _release(instance, made, sums)


def _release(instance: dg.DagsterInstance, made: Release, version: str) -> Iterator[Event]:
    partition = made.manifest.month.isoformat()
    if not _is_known(instance, RELEASE_KEY, partition, version):
        metadata = release_metadata(made)
        yield dg.AssetMaterialization(RELEASE_KEY, metadata=metadata, partition=partition, tags={DATA_VERSION: version})
        yield dg.AssetCheckEvaluation(
            asset_key=RELEASE_KEY, check_name=RELEASED, passed=True, metadata={"month": f"{made.manifest.month:%Y-%m}"}
        )


def _is_known(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None, version: str) -> bool:
    """Whether the newest materialization, by a Dagster run or told before, is of this version."""
    partitions = None if partition is None else [partition]
    newest = instance.fetch_materializations(dg.AssetRecordsFilter(key, asset_partitions=partitions), limit=1).records
    materialization = newest[0].asset_materialization if newest else None
    return materialization is not None and (materialization.tags or {}).get(DATA_VERSION) == version
