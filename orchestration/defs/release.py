"""The release of a month and its publication as assets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from orchestration.defs.quality import GATE_KEY, MONTHS, GateConfig, refused
from orchestration.defs.transform import POOL
from orchestration.errors import ConfigurationError, WarehouseError
from orchestration.release.assemble import Release, cut_release, releases_lock
from orchestration.release.gate import GateRefused
from orchestration.release.layout import DIFF_TEXT, SUMS
from orchestration.release.publication import publish_release, target_of
from orchestration.release.store import folder_of, versions
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256

RELEASE_KEY = dg.AssetKey(["releases", "release"])
PUBLICATION_KEY = dg.AssetKey(["releases", "publication"])

#: An upload may take long and opens no database: builds need not wait for it.
PUBLISHING_POOL = "publishing"

#: The check by which a window that ended without a release shows on the asset's page.
RELEASED = "month_is_released"


@dg.asset(
    key=RELEASE_KEY,
    deps=[GATE_KEY],
    partitions_def=MONTHS,
    group_name="releases",
    owners=["team:data-engineering"],
    kinds={"parquet"},
    pool=POOL,
    check_specs=[
        dg.AssetCheckSpec(RELEASED, asset=RELEASE_KEY, description="The month was released before its window ended.")
    ],
)
def release(context: dg.AssetExecutionContext, config: GateConfig) -> Iterator[dg.MaterializeResult[None]]:
    """The immutable release of a month, `releases/YYYY.MM.N`; nothing new when it was made from the same inputs."""
    month = date.fromisoformat(context.partition_key)
    try:
        made = cut_release(Settings(), month, synthetic_ok=config.synthetic_ok, step=context.log.info)
    except GateRefused as error:
        raise refused(error.headline, error.conditions, error.file) from None
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    yield dg.MaterializeResult(
        metadata=release_metadata(made),
        check_results=[dg.AssetCheckResult(check_name=RELEASED, passed=True)],
        data_version=dg.DataVersion(file_sha256(made.folder / SUMS)[0]),
    )


@dg.asset(
    key=PUBLICATION_KEY,
    deps=[RELEASE_KEY],
    partitions_def=MONTHS,
    group_name="releases",
    owners=["team:data-engineering"],
    kinds={"parquet"},
    pool=PUBLISHING_POOL,
)
def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The newest release of a month at WAREHOUSE_PUBLISH_TARGET: uploaded, read back and then announced."""
    settings = Settings()
    month = date.fromisoformat(context.partition_key)
    try:
        if settings.publish_target is None:
            raise ConfigurationError("No place is set to publish to; set WAREHOUSE_PUBLISH_TARGET.")
        newest = max((version for version in versions(settings) if version.month == month), default=None)
        if newest is None:
            raise ConfigurationError(f"There is no release of {month:%Y-%m} to publish; make it first.")
        target = target_of(settings.publish_target)
        with releases_lock(settings):
            published = publish_release(settings, folder_of(settings, newest), target, step=context.log.info)
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    return dg.MaterializeResult(
        metadata={
            "version": published.version,
            "target": published.target,
            "revision": published.revision,
            "published at": dg.MetadataValue.timestamp(published.published_at.timestamp()),
        },
        data_version=dg.DataVersion(published.sums_sha256),
    )


def release_metadata(made: Release) -> dict[str, Any]:
    """What the UI shows of a release."""
    manifest = made.manifest
    return {
        "version": manifest.version,
        "new": not made.unchanged,
        "path": dg.MetadataValue.path(str(made.folder)),
        "tables": len(manifest.tables),
        "rows": sum(table.rows for table in manifest.tables),
        "synthetic": manifest.synthetic,
        "licence": manifest.licence.title,
        "release before": manifest.previous or "none",
        "differences": dg.MetadataValue.path(str(made.folder / DIFF_TEXT)),
        "build": manifest.build.build_id,
    }
