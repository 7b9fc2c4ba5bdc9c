"""The catalog: what is in the raw store, exported as Parquet for dbt before each build.

dbt reads the records straight from the raw store; the catalog tells it which revisions are current, what was refused
and which records were rejected. It is derived, so it is written anew each time.
"""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.history.columns import CHANGES_SCHEMA, KIND, MODELS_SCHEMA
from orchestration.history.store import History
from orchestration.snapshots.layout import REJECTED_NAME, refused_file
from orchestration.snapshots.manifest import Manifest, Outcome
from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA
from orchestration.snapshots.store import SnapshotStore

_TIMESTAMP = pa.timestamp("us")
_ROW_GROUP = 100_000

#: One row per revision of a snapshot. Times are UTC, sizes in bytes.
SNAPSHOTS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("kind", pa.string()),
        ("snapshot_date", pa.date32()),
        ("revision", pa.int32()),
        ("is_newest_revision", pa.bool_()),
        ("requested_at", _TIMESTAMP),
        ("fetched_at", _TIMESTAMP),
        ("seconds", pa.float64()),
        ("rows", pa.int64()),
        ("rejected_rows", pa.int64()),
        ("bytes", pa.int64()),
        ("location", pa.string()),
        ("source_revision", pa.string()),
        ("licence", pa.string()),
        ("citation", pa.string()),
        ("code_version", pa.string()),
        ("synthetic", pa.bool_()),
        ("is_complete", pa.string()),
        ("minimum_rows_share", pa.float64()),
        ("priority", pa.int32()),
        ("content_sha256", pa.string()),
        ("records_sha256", pa.string()),
    ]
)

#: One row per attempt to land something.
OUTCOMES_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("snapshot_date", pa.date32()),
        ("attempted_at", _TIMESTAMP),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("rows", pa.int64()),
        ("rejected_rows", pa.int64()),
        ("bytes", pa.int64()),
        ("seconds", pa.float64()),
        ("revision", pa.int32()),
    ]
)

#: One row per rejected record; ``revision`` is null where the whole attempt landed nothing.
REJECTED_RECORDS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("snapshot_date", pa.date32()),
        ("revision", pa.int32()),
        *REJECTED_SCHEMA,
    ]
)

#: One row per snapshot in a history; ``ordinal`` counts those of a table from 0. ``is_compacted``: it is only there.
HISTORY_SNAPSHOTS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("ordinal", pa.int64()),
        ("snapshot_date", pa.date32()),
        ("revision", pa.int32()),
        ("usual_read_at", _TIMESTAMP),
        ("is_compacted", pa.bool_()),
        ("is_newest_revision", pa.bool_()),
    ]
)

#: One row per file of a history, with its path under ``history/``.
HISTORY_FILES_SCHEMA = pa.schema(
    [("source", pa.string()), ("table_name", pa.string()), ("role", pa.string()), ("path", pa.string())]
)


def export_catalog(store: SnapshotStore, folder: Path) -> None:
    """Writes the catalog's Parquet files into a folder, replacing what was there.

    Args:
        store: the raw store.
        folder: ``$WAREHOUSE_HOME/build/catalog``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    manifests = list(store.manifests())
    outcomes = list(store.outcomes())
    folder.mkdir(parents=True)
    pq.write_table(snapshot_rows(manifests), folder / "snapshots.parquet")
    pq.write_table(outcome_rows(outcomes), folder / "ingest_outcomes.parquet")
    _write_parts(folder / "rejected_records.parquet", rejected_rows(store, manifests, outcomes))
    snapshots, files = history_rows(store, manifests)
    pq.write_table(snapshots, folder / "history_snapshots.parquet")
    pq.write_table(files, folder / "history_files.parquet")
    # DuckDB fails on a pattern that matches no file; a source without snapshots reads these empty files instead.
    empty = folder / "empty" / "none" / "none" / "snapshot_date=1970-01-01" / "revision=0"
    empty.mkdir(parents=True)
    for kind, record_type in RECORD_TYPES.items():
        pq.write_table(record_type.schema.empty_table(), empty / f"{kind.value}.parquet")
    for role, schema in {"changes": CHANGES_SCHEMA, "models": MODELS_SCHEMA}.items():
        of_history = folder / "empty" / role / "none" / "none"
        of_history.mkdir(parents=True)
        pq.write_table(schema.empty_table(), of_history / "none.parquet")


def snapshot_rows(manifests: Iterable[Manifest]) -> pa.Table:
    """Manifests as rows of ``SNAPSHOTS_SCHEMA``, with the newest revision of each snapshot marked."""
    ordered = list(manifests)
    newest: dict[tuple[str, str, object], int] = {}
    for manifest in ordered:
        key = (manifest.source, manifest.table, manifest.snapshot_date)
        newest[key] = max(newest.get(key, 0), manifest.revision)
    rows = [
        {
            "source": manifest.source,
            "table_name": manifest.table,
            "kind": manifest.kind.value,
            "snapshot_date": manifest.snapshot_date,
            "revision": manifest.revision,
            "is_newest_revision": newest[manifest.source, manifest.table, manifest.snapshot_date] == manifest.revision,
            "requested_at": _utc(manifest.requested_at),
            "fetched_at": _utc(manifest.fetched_at),
            "seconds": manifest.seconds,
            "rows": manifest.rows,
            "rejected_rows": manifest.rejected_rows,
            "bytes": manifest.bytes,
            "location": manifest.location,
            "source_revision": manifest.source_revision,
            "licence": manifest.licence,
            "citation": manifest.citation,
            "code_version": manifest.code_version,
            "synthetic": manifest.synthetic,
            "is_complete": manifest.is_complete,
            "minimum_rows_share": manifest.minimum_rows_share,
            "priority": manifest.priority,
            "content_sha256": manifest.content_sha256,
            "records_sha256": next(file.sha256 for file in manifest.files if file.name == manifest.records_file),
        }
        for manifest in ordered
    ]
    return pa.Table.from_pylist(rows, schema=SNAPSHOTS_SCHEMA)


def outcome_rows(outcomes: Iterable[Outcome]) -> pa.Table:
    """Attempts as rows of ``OUTCOMES_SCHEMA``."""
    rows = [
        {name: getattr(outcome, name) for name in OUTCOMES_SCHEMA.names} | {"attempted_at": _utc(outcome.attempted_at)}
        for outcome in outcomes
    ]
    return pa.Table.from_pylist(rows, schema=OUTCOMES_SCHEMA)


def rejected_rows(
    store: SnapshotStore, manifests: Iterable[Manifest], outcomes: Iterable[Outcome]
) -> Iterator[pa.Table]:
    """Rejected records of landed and of refused attempts, as rows of ``REJECTED_RECORDS_SCHEMA``; one table each."""
    for manifest in manifests:
        if manifest.rejected_rows:
            yield _labelled(
                store.root / manifest.folder / REJECTED_NAME,
                manifest.source,
                manifest.table,
                snapshot_date=manifest.snapshot_date,
                revision=manifest.revision,
            )
    # An attempt that is repeated rejects the same records again; they are listed once.
    refused = {(each.source, each.table_name, each.snapshot_date, each.rejected) for each in outcomes if each.rejected}
    for source, table, snapshot_date, sha256 in sorted(refused, key=str):
        path = store.root / refused_file(source, table, str(sha256))
        yield _labelled(path, source, table, snapshot_date=snapshot_date)


def history_rows(store: SnapshotStore, manifests: Iterable[Manifest]) -> tuple[pa.Table, pa.Table]:
    """The snapshots and files of all histories, as rows of the two schemas."""
    of_table: dict[tuple[str, str], list[Manifest]] = {}
    for manifest in manifests:
        if manifest.kind == KIND:
            of_table.setdefault((manifest.source, manifest.table), []).append(manifest)
    snapshots, files = [], []
    for (source, table), landed in of_table.items():
        index = History(store.root, source, table).index()
        compacted = {
            (manifest.snapshot_date, manifest.revision)
            for manifest in landed
            # As ``records_path`` decides, but with an index that is read once.
            if index.holds(manifest) and not (store.root / manifest.folder / manifest.records_file).is_file()
        }
        newest = {manifest.snapshot_date: manifest.revision for manifest in landed}
        labels = {"source": source, "table_name": table}
        snapshots += [
            {
                **labels,
                "ordinal": ordinal,
                "snapshot_date": each.snapshot_date,
                "revision": each.revision,
                "usual_read_at": each.usual_read_at,
                "is_compacted": each.place in compacted,
                "is_newest_revision": newest.get(each.snapshot_date) == each.revision,
            }
            for ordinal, each in enumerate(index.snapshots)
        ]
        files += [{**labels, "role": file.role, "path": f"{source}/{table}/{file.name}"} for file in index.files]
    return (
        pa.Table.from_pylist(snapshots, schema=HISTORY_SNAPSHOTS_SCHEMA),
        pa.Table.from_pylist(files, schema=HISTORY_FILES_SCHEMA),
    )


def _write_parts(path: Path, parts: Iterator[pa.Table]) -> None:
    """Writes rejected records, which are texts and may be millions, without holding more than a row group of them."""
    with pq.ParquetWriter(path, REJECTED_RECORDS_SCHEMA) as writer:
        waiting: list[pa.Table] = []
        for part in parts:
            waiting.append(part)
            if sum(map(len, waiting)) >= _ROW_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def _labelled(
    path: Path, source: str, table: str, snapshot_date: object = None, revision: int | None = None
) -> pa.Table:
    records = pq.read_table(path, schema=REJECTED_SCHEMA, partitioning=None)
    labels = {"source": source, "table_name": table, "snapshot_date": snapshot_date, "revision": revision}
    columns = [
        pa.array([labels[field.name]] * records.num_rows, field.type)
        if field.name in labels
        else records.column(field.name)
        for field in REJECTED_RECORDS_SCHEMA
    ]
    return pa.table(columns, schema=REJECTED_RECORDS_SCHEMA)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
