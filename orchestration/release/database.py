"""``warehouse.duckdb``: the released tables in one database, made from their Parquet files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestration.release.layout import DATABASE
from orchestration.release.manifest import TableEntry
from orchestration.settings import Settings
from orchestration.snapshots.disk import sync
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import BuildRecord, write_record

_NAME = "release"


def make_database(settings: Settings, folder: Path, tables: Iterable[TableEntry], build: BuildRecord) -> None:
    """Writes the database of a release whose Parquet files are there."""
    path = folder / DATABASE
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, path, _NAME, read_only=False)
        for schema in ("marts", "ops"):
            connection.execute(f"CREATE SCHEMA {_NAME}.{schema}")
        for table in tables:
            _make_table(connection, folder, table)
        write_record(connection, _NAME, build)
        # Closing would do this too, but would say nothing if the disk had no room for it.
        connection.execute(f"CHECKPOINT {_NAME}")
        connection.execute(f"DETACH {_NAME}")
    sync(path)


def _make_table(connection: duckdb.Connection, folder: Path, table: TableEntry) -> None:
    name = ".".join(map(duckdb.identifier, (_NAME, table.schema, table.name)))
    definitions = ", ".join(
        f"{duckdb.identifier(column.name)} {column.type}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    )
    connection.execute(f"CREATE TABLE {name} ({definitions})")
    connection.execute(f"INSERT INTO {name} SELECT * FROM {parquet(folder, table)}")  # noqa: S608 - quoted names
    if table.comment:
        connection.execute(f"COMMENT ON TABLE {name} IS {duckdb.literal(table.comment)}")
    for column in table.columns:
        if column.comment:
            which = f"{name}.{duckdb.identifier(column.name)}"
            connection.execute(f"COMMENT ON COLUMN {which} IS {duckdb.literal(column.comment)}")


def parquet(folder: Path, table: TableEntry) -> str:
    """A table's Parquet file as a relation of SQL."""
    # In a pattern these characters would stand for others.
    escaped = "".join(f"[{char}]" if char in "[*?" else char for char in str(folder / table.path))
    return f"read_parquet({duckdb.literal(escaped)}, hive_partitioning = false)"


def database_problems(
    connection: duckdb.Connection, folder: Path, tables: Iterable[TableEntry], build: BuildRecord
) -> Iterator[str]:
    """Yields each difference between a release's database and its Parquet files and manifest."""
    duckdb.attach(connection, folder / DATABASE, _NAME, read_only=True)
    found = {
        (schema, name): comment
        for schema, name, comment in connection.execute(
            "SELECT schema_name, table_name, coalesce(comment, '') FROM duckdb_tables() WHERE database_name = ?",
            [_NAME],
        ).fetchall()
    }
    expected = {(table.schema, table.name): table for table in tables}
    for schema, name in sorted(found.keys() - expected.keys() - {("ops", "builds")}):
        yield f"{DATABASE} has the table {schema}.{name}, which the release does not list."
    for key, table in sorted(expected.items()):
        if key not in found:
            yield f"{DATABASE} lacks the table {table.schema}.{table.name}."
        elif found[key] != table.comment or not _same_columns(connection, table):
            yield f"{DATABASE}: columns or comments of {table.schema}.{table.name} are not those of {table.path}."
        elif _differ(connection, folder, table):
            yield f"{DATABASE}: the rows of {table.schema}.{table.name} are not those of {table.path}."
    if ("ops", "builds") not in found or _build(connection) != build:
        yield f"{DATABASE} names another build than the manifest."


def _same_columns(connection: duckdb.Connection, table: TableEntry) -> bool:
    found = connection.execute(
        """
        SELECT column_name, data_type, NOT is_nullable, coalesce(comment, '') FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        (_NAME, table.schema, table.name),
    ).fetchall()
    return found == [(column.name, column.type, column.required, column.comment) for column in table.columns]


def _differ(connection: duckdb.Connection, folder: Path, table: TableEntry) -> bool:
    inside = f"{_NAME}.{duckdb.identifier(table.schema)}.{duckdb.identifier(table.name)}"
    sides = [
        # A sum over the rows' hashes says the same whatever their order, in one pass and without keeping the rows.
        connection.execute(f"SELECT count(*), sum(hash(one)::HUGEINT) FROM {relation} AS one").fetchall()  # noqa: S608
        for relation in (inside, parquet(folder, table))
    ]
    return sides[0] != sides[1]


def _build(connection: duckdb.Connection) -> BuildRecord | None:
    names = BuildRecord.__struct_fields__
    try:
        rows = connection.execute(f"SELECT {', '.join(names)} FROM {_NAME}.ops.builds").fetchall()  # noqa: S608
    except duckdb.Error:
        return None
    return BuildRecord(**dict(zip(names, rows[0], strict=True))) if len(rows) == 1 else None
