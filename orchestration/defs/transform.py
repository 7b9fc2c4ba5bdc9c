"""dbt models, seeds and tests as assets and checks, and the published copy after them."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

from orchestration.defs.dbt_manifest import read_manifest
from orchestration.defs.dbt_translator import WarehouseTranslator
from orchestration.defs.raw_metadata import markdown_table
from orchestration.errors import WarehouseError
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import build, dbt
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import BuildRecord, current_copy
from orchestration.warehouse.relations import PUBLISHED_SCHEMAS, row_counts

#: Steps that write the build database wait for each other; `orchestration/dagster.yaml` sets the limit of 1.
POOL = "duckdb"

PUBLISHED_KEY = dg.AssetKey(["published", "warehouse"])

_MANIFEST_PATH = dbt.ensure_manifest(Settings())
_MANIFEST = read_manifest(_MANIFEST_PATH)
_PROJECT = DbtProject(DBT_PROJECT, target_path=_MANIFEST_PATH.parent)
_TRANSLATOR = WarehouseTranslator(settings=DagsterDbtTranslatorSettings(enable_code_references=True))


class BuildConfig(dg.Config):
    """How dbt runs.

    Attributes:
        full_refresh: build everything from nothing.
    """

    full_refresh: bool = False


@dbt_assets(manifest=_MANIFEST, project=_PROJECT, dagster_dbt_translator=_TRANSLATOR, pool=POOL, name="dbt_build")
def dbt_build(context: dg.AssetExecutionContext, config: BuildConfig, dbt_cli: DbtCliResource) -> Iterator[Any]:
    """Catalog, then ``dbt build`` of what is selected, under the build lock that the command line takes too."""
    settings = Settings()
    try:
        with build_lock(settings, f"Dagster run {context.run_id}"), dbt.environment_of(settings):
            inputs = build.prepare(settings)
            was_finished = build.finished_build(settings)
            # A part of the models goes on from whatever the others are.
            anew = config.full_refresh or (not context.is_subset and build.begins_anew(settings, inputs))
            for note in build.begin(settings, anew=anew):
                context.log.warning(note)
            arguments = dbt.build_arguments(anew)
            invocation = dbt_cli.cli(arguments, context=context, target_path=dbt.dagster_target_path(settings))
            yield from _with_row_counts(settings, invocation.stream())
            # A part of the models makes the database whole only if it was whole, for the same inputs, before.
            if not context.is_subset or was_finished == inputs:
                build.finish(settings, inputs, dbt.dagster_target_path(settings))
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None


def _with_row_counts(settings: Settings, events: Iterator[Any]) -> Iterator[Any]:
    """Events of dbt with the rows of each table: they are counted once dbt has let go of the database."""
    held: list[Any] = []
    failure: Exception | None = None
    try:
        held.extend(events)
    except Exception as error:
        failure = error
    rows = row_counts(settings, settings.build_database)
    for event in held:
        if isinstance(event, (dg.Output, dg.AssetMaterialization)):
            node = _MANIFEST["nodes"][event.metadata["unique_id"].value]
            count = rows.get((node["schema"], node["name"]))
            yield event if count is None else event.with_metadata({**event.metadata, "dagster/row_count": count})
        else:
            yield event
    if failure is not None:
        raise failure


@dg.asset(
    key=PUBLISHED_KEY,
    deps=[spec.key for spec in dbt_build.specs if spec.key.path[0] in PUBLISHED_SCHEMAS],
    group_name="published",
    owners=["team:data-engineering"],
    kinds={"duckdb"},
    pool=POOL,
)
def published_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The copy that analysts open: marts and ops under a new file name, to which `current.duckdb` then points."""
    settings = Settings()
    try:
        with build_lock(settings, f"Dagster run {context.run_id}"):
            record = build.publish_finished(settings)
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    return dg.MaterializeResult(
        metadata=published_metadata(settings, record), data_version=dg.DataVersion(record.fingerprint)
    )


def published_metadata(settings: Settings, record: BuildRecord) -> dict[str, Any]:
    """What the UI shows of the published copy."""
    copy = current_copy(settings)
    tables = [
        {"table": f"{schema}.{table}", "rows": f"{count:,}"}
        for (schema, table), count in sorted(row_counts(settings, copy).items())
    ]
    return {
        "build": record.build_id,
        "path": dg.MetadataValue.path(str(copy)),
        "bytes": copy.stat().st_size,
        "synthetic": record.synthetic,
        "notice": record.notice or "none",
        "fingerprint": record.fingerprint,
        "engines": record.engine_versions,
        "tables": dg.MetadataValue.md(markdown_table(tables)),
    }
