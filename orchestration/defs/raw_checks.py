"""Checks of raw snapshots: intact on disk, of a usual size, and yesterday is there."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from orchestration.defs.raw_keys import raw_key
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import utc_now
from orchestration.snapshots.verify import snapshot_problems
from orchestration.sources.registry import SOURCES
from orchestration.sources.spec import SourceSpec, TableSpec

INTACT = "files_match_manifest"
USUAL_SIZE = "rows_like_before"
YESTERDAY = "yesterday_landed"

#: A change of rows beyond this share of the snapshot before is worth a look; refusal limits are the source's own.
_USUAL_CHANGE = 0.25


def raw_check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Checks that a landing itself reports."""
    return [
        dg.AssetCheckSpec(
            INTACT, asset=key, blocking=True, description="Every file on disk is the one that its manifest names."
        ),
        dg.AssetCheckSpec(
            USUAL_SIZE, asset=key, description=f"Rows are within {_USUAL_CHANGE:.0%} of the snapshot before."
        ),
    ]


def raw_check_results(store: SnapshotReader, key: dg.AssetKey, manifest: Manifest) -> list[dg.AssetCheckResult]:
    """The results of :func:`raw_check_specs` for one snapshot."""
    problems = list(snapshot_problems(store, store.root / manifest.folder))
    intact = dg.AssetCheckResult(
        asset_key=key, check_name=INTACT, passed=not problems, metadata={"problems": "\n".join(problems) or "none"}
    )
    before = store.newest(manifest.source, manifest.table, before=manifest.snapshot_date)
    change = None if before is None or not before.rows else manifest.rows / before.rows - 1
    usual = dg.AssetCheckResult(
        asset_key=key,
        check_name=USUAL_SIZE,
        passed=change is None or abs(change) <= _USUAL_CHANGE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "rows": manifest.rows,
            "rows_before": before.rows if before else "no earlier snapshot",
            "change": "none" if change is None else f"{change:+.1%}",
        },
    )
    return [intact, usual]


def _live_tables() -> list[tuple[SourceSpec, TableSpec]]:
    return [
        (spec, table)
        for spec in SOURCES.values()
        if spec.max_age is not None and spec.max_age <= timedelta(days=2)
        for table in spec.tables
        if table.live and table.by_default
    ]


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            YESTERDAY, asset=raw_key(spec, table), description="Yesterday's snapshot is in the store (daily sources)."
        )
        for spec, table in _live_tables()
    ],
    can_subset=True,
)
def yesterday_landed(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Freshness policies see an asset, not its partitions: a late rerun of an old day would look fresh."""
    store = SnapshotReader(Settings().raw)
    yesterday = utc_now().date() - timedelta(days=1)
    for spec, table in _live_tables():
        key = raw_key(spec, table)
        if dg.AssetCheckKey(key, YESTERDAY) in context.selected_asset_check_keys:
            newest = store.newest(spec.name, table.name)
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=YESTERDAY,
                passed=store.current(spec.name, table.name, yesterday) is not None,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"newest_snapshot": newest.snapshot_date.isoformat() if newest else "none"},
            )
