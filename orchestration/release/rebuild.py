"""Rebuilding a release from raw: whether the same snapshots still give every table, byte by byte."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.errors import DataRefused
from orchestration.release.as_of import past_home, remove_home
from orchestration.release.export import export_tables
from orchestration.release.manifest import read_manifest
from orchestration.release.provenance import Provenance, Snapshot, engines, read_provenance
from orchestration.release.source import finished_copy
from orchestration.release.tombstones import Tombstone, read_tombstones
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.build import build

_Key = tuple[str, str, date, int]


@dataclass(frozen=True)
class RebuiltTable:
    """One table of the release: whether the rebuilt file has the same bytes."""

    name: str
    is_identical: bool


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild came to, and how this program differs from the one that made the release."""

    tables: tuple[RebuiltTable, ...]
    differences: tuple[str, ...]


def rebuild_release(
    settings: Settings, folder: Path, *, report: Callable[[dbt.NodeDone], None] = lambda done: None
) -> Rebuilt:
    """Builds the tables of a release anew from the raw snapshots that it names, in a home of its own.

    Args:
        settings: of the home whose raw store holds the snapshots.
        folder: the release.
        report: receives progress.

    Raises:
        DataRefused: a snapshot is missing or another, or the build fails.
    """
    manifest, record = read_manifest(folder), read_provenance(folder)
    wanted = {(each.source, each.table_name, each.snapshot_date, each.revision): each for each in record.snapshots}
    _require_snapshots(settings, wanted)
    home = past_home(
        settings,
        f"rebuild-{manifest.version}",
        is_wanted=lambda found: _key(found) in wanted,
        attempts_until=record.attempts_until and record.attempts_until.replace(tzinfo=UTC),
    )
    try:
        build(home, report=report)
        copy = finished_copy(home)
        with TemporaryDirectory(dir=home.root) as made, duckdb.connect(settings) as connection:
            duckdb.attach(connection, copy.database, "published", read_only=True)
            tables = export_tables(
                connection, "published", Path(made), contract=copy.contract, tombstones=_left_out_then(record)
            )
    finally:
        remove_home(home)
    sums = {(table.schema, table.name): table.sha256 for table in tables}
    return Rebuilt(
        tuple(
            RebuiltTable(table.path, sums.get((table.schema, table.name)) == table.sha256) for table in manifest.tables
        ),
        tuple(_differences(record)),
    )


def _require_snapshots(settings: Settings, wanted: Mapping[_Key, Snapshot]) -> None:
    there = {_key(manifest): manifest.content_sha256 for manifest in SnapshotReader(settings.raw).manifests()}
    for key, snapshot in wanted.items():
        if there.get(key) != snapshot.content_sha256:
            what = "is not in" if key not in there else "is another in"
            raise DataRefused(
                f"{snapshot.source}/{snapshot.table_name} of {snapshot.snapshot_date}, revision {snapshot.revision}, "
                f"{what} {settings.raw}, so the release cannot be rebuilt here; restore the snapshot."
            )


def _left_out_then(record: Provenance) -> list[Tombstone]:
    """The tombstones of the release; it names them only by their sums."""
    then = {each.id_sha256 for each in record.tombstones}
    known = [each for each in read_tombstones() if each.id_sha256 in then]
    if len(known) != len(then):
        raise DataRefused(
            "The release leaves out ids that are no longer in expectations/tombstones.toml; restore the list as it was."
        )
    return known


def _differences(record: Provenance) -> list[str]:
    now = engines()
    found = [
        f"{name} {version} made it, here is {now.get(name, 'none')}"
        for name, version in record.engines.items()
        if now.get(name) != version
    ]
    if record.project_sha256 != dbt.project_sha256():
        found.append("the dbt project was another")
    return found


def _key(manifest: Manifest) -> _Key:
    return manifest.source, manifest.table, manifest.snapshot_date, manifest.revision
