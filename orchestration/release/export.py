"""Tables of a published copy as files: one Parquet file each with stable bytes, CSV of the report's figures.

The same rows give the same bytes on any machine: sorted by the key, row groups of a fixed size, fixed compression,
no time, version or path inside. Descriptions of tables and columns travel in the metadata.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import DataRefused
from orchestration.release.layout import RELEASED_OPS, csv_path, parquet_path
from orchestration.release.manifest import ColumnEntry, TableEntry
from orchestration.release.tombstones import Tombstone, selected
from orchestration.snapshots.disk import file_sha256, sync
from orchestration.warehouse import duckdb
from orchestration.warehouse.contract import Contract
from orchestration.warehouse.relations import Relation, relations
from orchestration.warehouse.results import Result, write_csv
from orchestration.warehouse.some_models import of_models, tracked_models

#: Rows of a row group: what DuckDB reads at a time, a multiple of the vectors that it hands out.
ROW_GROUP = 60 * 2048
_BATCH = 10_000
#: What is said of a table that is released in part.
_IN_PART = (
    "Of so many models this release has only the rows of tracked ones (dim_model.is_mainline); months are there of all."
)


def export_tables(
    connection: duckdb.Connection,
    database: str,
    folder: Path,
    *,
    contract: Contract,
    tombstones: Sequence[Tombstone],
) -> tuple[TableEntry, ...]:
    """Writes the released tables of an attached published copy.

    Args:
        connection: where the copy is attached.
        database: under which name.
        folder: the release's folder; ``data/`` and ``csv/`` are made in it.
        contract: what the project declares about the tables.
        tombstones: ids that are left out.

    Returns:
        What was written, by schema and name.

    Raises:
        DataRefused: a mart has no key, or rows that share one.
    """
    entries = []
    for each in _released(connection, database):
        schema, table, comment = each.schema, each.name, each.comment or ""
        columns = _columns(connection, database, schema, table)
        key = contract.keys.get(f"{schema}.{table}", ())
        if schema == "marts" and not key:
            raise DataRefused(f"{schema}.{table} has no declared key, so it cannot be released; add a test of its key.")
        chosen, condition = selected(columns, key, tombstones)
        if each.stays_view and f"{schema}.{table}" in contract.released_in_part:
            condition += f" AND {of_models(tracked_models(connection, database))}"
            comment = f"{comment.rstrip()} {_IN_PART}".lstrip()
        source = ".".join(map(duckdb.identifier, (database, schema, table)))
        order = ", ".join(map(duckdb.identifier, key)) or "ALL"
        rows = f"SELECT {chosen} FROM {source} WHERE {condition}"  # noqa: S608 - quoted names
        ordered = f"{rows} ORDER BY {order}"
        _refuse_shared_keys(connection, f"{schema}.{table}", rows, key)
        path = folder / parquet_path(schema, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        count = _write_parquet(connection, ordered, path, columns, key=key, comment=comment)
        sha256, size = file_sha256(path)
        entry = TableEntry(
            schema=schema,
            name=table,
            path=parquet_path(schema, table),
            comment=comment,
            key=key,
            columns=columns,
            rows=count,
            sha256=sha256,
            bytes=size,
        )
        if entry.is_report:
            _write_csv(connection, ordered, folder / csv_path(table))
        entries.append(entry)
    return tuple(entries)


def arrow_schema(columns: Sequence[ColumnEntry], types: pa.Schema, *, key: Sequence[str], comment: str) -> pa.Schema:
    """The schema of a Parquet file: types as the engine gives them, with descriptions.

    A column's description is in the field's own metadata (Arrow, Spark) and, for engines that do not read that, with
    all others in the file's ``columns``.
    """
    fields = [
        pa.field(
            column.name,
            types.field(column.name).type,
            nullable=not column.required,
            metadata={"comment": column.comment},
        )
        for column in columns
    ]
    metadata = {
        "comment": comment,
        "primary_key": json.dumps(list(key)),
        "columns": json.dumps({column.name: column.comment for column in columns}, ensure_ascii=False),
    }
    return pa.schema(fields, metadata)


def _write_parquet(
    connection: duckdb.Connection,
    rows: str,
    path: Path,
    columns: Sequence[ColumnEntry],
    *,
    key: Sequence[str],
    comment: str,
) -> int:
    reader = connection.execute(rows).to_arrow_reader(ROW_GROUP)
    schema = arrow_schema(columns, reader.schema, key=key, comment=comment)
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, version="2.6") as writer:
        for group in _groups(reader):
            # A column that must have a value is marked so; DuckDB's own batches do not say it.
            writer.write_table(pa.Table.from_arrays(group.columns, schema=schema), row_group_size=ROW_GROUP)
            count += group.num_rows
    sync(path)
    return count


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of exactly ``ROW_GROUP`` rows, the last one shorter, however the engine cuts its batches."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= ROW_GROUP:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROW_GROUP)
            waiting = table.slice(ROW_GROUP).to_batches()
            rows -= ROW_GROUP
    if rows:
        yield pa.Table.from_batches(waiting)


def _write_csv(connection: duckdb.Connection, rows: str, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    cursor = connection.execute(rows)
    names = tuple(column[0] for column in cursor.description or ())
    with path.open("w", encoding="utf-8", newline="") as out:
        write_csv(Result(names, _fetched(cursor)), out)
    sync(path)


def _fetched(cursor: duckdb.Connection) -> Iterator[tuple[object, ...]]:
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


def _refuse_shared_keys(connection: duckdb.Connection, name: str, rows: str, key: Sequence[str]) -> None:
    """Refuses rows, given as a query, of which several have one key."""
    if not key:
        return
    columns = ", ".join(map(duckdb.identifier, key))
    duplicate = connection.execute(
        f"SELECT {columns} FROM ({rows}) GROUP BY {columns} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"  # noqa: S608
    ).fetchone()
    if duplicate:
        which = ", ".join(f"{column} {value}" for column, value in zip(key, duplicate, strict=True))
        raise DataRefused(f"{name} has several rows for {which}; mend the model and run `warehouse build`.")


def _released(connection: duckdb.Connection, database: str) -> list[Relation]:
    """The tables that are released."""
    return [
        each
        for each in relations(connection, database)
        if each.schema == "marts" or (each.schema == "ops" and each.name in RELEASED_OPS)
    ]


def _columns(connection: duckdb.Connection, database: str, schema: str, table: str) -> tuple[ColumnEntry, ...]:
    rows = connection.execute(
        """
        SELECT column_name, data_type, NOT is_nullable, coalesce(comment, '') FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        (database, schema, table),
    ).fetchall()
    return tuple(ColumnEntry(*row) for row in rows)
