"""Raw assets, made from the registry: one per table of each source, one step per source.

A live table is partitioned by the day that it describes and can only be asked for today. An archive has no
partitions: one materialization lands every day of its files. Where ``WAREHOUSE_SOURCES`` names a sources file, all are
read from there instead of the live services, and a past day may be asked for.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import dagster as dg

from orchestration.defs.raw_checks import raw_check_results, raw_check_specs
from orchestration.defs.raw_keys import ANY_TABLE, raw_key
from orchestration.defs.raw_metadata import archive_metadata, column_schema, snapshot_metadata
from orchestration.errors import Unreachable, WarehouseError
from orchestration.ingest import ingest
from orchestration.plan import plan_ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest, Outcome
from orchestration.snapshots.records import RECORD_TYPES
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import SOURCES
from orchestration.sources.spec import SourceSpec, TableSpec

#: The day that a live snapshot describes, UTC; today is a partition.
DAYS = dg.DailyPartitionsDefinition(start_date="2023-11-01", timezone="UTC", end_offset=1)

#: A provider that cannot be reached is asked again after 1, 2 and 4 minutes.
NETWORK_RETRY = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def is_live(spec: SourceSpec) -> bool:
    """Whether a source has a service that is asked over the network."""
    return any(table.live for table in spec.tables)


def raw_assets(spec: SourceSpec) -> dg.AssetsDefinition:
    """The assets of one source; they share a step, since a source is landed by one process at a time."""
    tables = {raw_key(spec, table): table for table in spec.tables}

    @dg.multi_asset(
        name=f"raw__{spec.name}",
        specs=[_asset_spec(spec, table) for table in spec.tables],
        check_specs=[
            check for key, table in tables.items() if table.name != ANY_TABLE for check in raw_check_specs(key)
        ],
        partitions_def=DAYS if is_live(spec) else None,
        retry_policy=NETWORK_RETRY if is_live(spec) else None,
        can_subset=True,
        description=f"Lands {spec.title}.",
    )
    def land(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        wanted = {key: tables[key] for key in sorted(context.selected_asset_keys)}
        day = date.fromisoformat(context.partition_key) if context.has_partition_key else None
        store = SnapshotStore(Settings().raw)
        outcomes = _land(context, spec, list(wanted.values()), day)
        for key, table in wanted.items():
            of_table = [outcome for outcome in outcomes if table.name in (ANY_TABLE, outcome.table_name)]
            manifests = _held(store, spec, of_table)
            if manifests:
                yield _materialization(store, key, table, manifests)
        _fail_for_trouble(spec, wanted.values(), outcomes)

    return land


def _asset_spec(spec: SourceSpec, table: TableSpec) -> dg.AssetSpec:
    limit = spec.max_age if table.by_default else None
    freshness = None if limit is None else dg.FreshnessPolicy.time_window(fail_window=limit)
    columns = [(field.name, str(field.type)) for field in RECORD_TYPES[table.kind].schema]
    return dg.AssetSpec(
        raw_key(spec, table),
        description=f"{table.description}\n\nSource: {spec.title}. Licence: {spec.licence}.",
        group_name="raw",
        owners=list(spec.owners),
        kinds={"python", "parquet"},
        tags={"domain": spec.name},
        freshness_policy=freshness,
        skippable=True,
        metadata={
            "live_location": dg.MetadataValue.url(spec.live_location) if spec.live_location else "archive only",
            "licence": spec.licence,
            "citation": spec.citation,
            **({} if table.name == ANY_TABLE else {"dagster/column_schema": column_schema(columns)}),
        },
    )


def _land(
    context: dg.AssetExecutionContext, spec: SourceSpec, tables: list[TableSpec], day: date | None
) -> list[Outcome]:
    settings = Settings()
    names = [table.name for table in tables if table.name != ANY_TABLE]
    outcomes = []
    try:
        [planned] = plan_ingest(
            settings, sources=[spec.name], sources_file=settings.sources, tables=names, snapshot_date=day
        )
        for outcome in ingest(planned.spec, planned.request):
            context.log.info(
                f"{outcome.table_name} of {outcome.snapshot_date}: {outcome.outcome}. {outcome.reason or ''}"
            )
            outcomes.append(outcome)
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=isinstance(error, Unreachable)) from None
    return outcomes


def _held(store: SnapshotStore, spec: SourceSpec, outcomes: list[Outcome]) -> list[Manifest]:
    """Manifests of what an attempt landed or found unchanged, newest day last."""
    held = [
        store.manifest(spec.name, outcome.table_name, outcome.snapshot_date, outcome.revision)
        for outcome in outcomes
        if outcome.outcome in {"landed", "unchanged"} and outcome.snapshot_date and outcome.revision
    ]
    return sorted(held, key=lambda manifest: manifest.snapshot_date)


def _materialization(
    store: SnapshotStore, key: dg.AssetKey, table: TableSpec, manifests: list[Manifest]
) -> dg.MaterializeResult[None]:
    newest = manifests[-1]
    rows = sum(manifest.rows for manifest in manifests)
    metadata = (
        archive_metadata(store, newest.source) | {"dagster/row_count": rows}
        if table.name == ANY_TABLE
        else snapshot_metadata(store, newest)
    )
    return dg.MaterializeResult(
        asset_key=key,
        metadata={**metadata, "snapshots": len(manifests)},
        data_version=dg.DataVersion(newest.content_sha256),
        check_results=[] if table.name == ANY_TABLE else raw_check_results(store, key, newest),
    )


def _fail_for_trouble(spec: SourceSpec, tables: Iterable[TableSpec], outcomes: list[Outcome]) -> None:
    """Fails the step when something did not land; what did land has been reported by then.

    A table of which nothing was heard must fail it too: Dagster would skip what comes after and call the run a success.
    """
    bad = [outcome for outcome in outcomes if outcome.outcome in {"refused", "failed"}]
    if bad:
        reasons = "; ".join(f"{outcome.table_name}: {outcome.reason}" for outcome in bad)
        raise dg.Failure(reasons, allow_retries=any(outcome.unreachable for outcome in bad))
    heard = {ANY_TABLE, *(outcome.table_name for outcome in outcomes)} if outcomes else set()
    silent = [table.name for table in tables if table.name not in heard]
    if silent:
        raise dg.Failure(
            f"{spec.name} has no {', '.join(silent)} for this day; ask for a day and tables that its locations hold.",
            allow_retries=False,
        )


raw = [raw_assets(spec) for spec in SOURCES.values()]
