"""Compares two published copies row by row."""

from pathlib import Path

import duckdb

#: The record of the build itself, which no two builds share.
_LEFT_OUT = ("ops", "builds")
#: Rows that are compared at a time: more would not fit into memory.
_SLICE = 10_000_000

#: The columns of each table, in their order.
Tables = dict[tuple[str, str], list[tuple[str, str]]]


def different_rows(one: Path, other: Path) -> dict[str, int]:
    """How many rows only one of two copies holds, by table; tables that are the same are not named.

    Tables whose rows have the same number, sum and exclusive or of hashes are the same; of others slices by the hash of
    a row are compared one after another. A table that one copy lacks, or has with other columns, differs in all of its
    rows.
    """
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        copies = {name: _tables(connection, name) for name in ("one", "other")}
        found = {}
        for schema, table in sorted({*copies["one"], *copies["other"]} - {_LEFT_OUT}):
            holders = [name for name, tables in copies.items() if (schema, table) in tables]
            places = [f'{name}."{schema}"."{table}"' for name in holders]
            if len(holders) == 2 and copies["one"][schema, table] == copies["other"][schema, table]:
                rows = _different(connection, *places)
            else:
                rows = sum(_count(connection, f"from {place}") for place in places)
            if rows:
                found[f"{schema}.{table}"] = rows
        return found


def _tables(connection: duckdb.DuckDBPyConnection, name: str) -> Tables:
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name in ('marts', 'ops') order by table_oid, column_index",
        [name],
    ).fetchall()
    tables: Tables = {}
    for schema, table, column, data_type in columns:
        tables.setdefault((schema, table), []).append((column, data_type))
    return tables


def _different(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    if _fingerprint(connection, one) == _fingerprint(connection, other):
        return 0
    slices = max(_count(connection, f"from {place}") for place in (one, other)) // _SLICE + 1
    found = 0
    for number in range(slices):
        left, right = (f"(from {place} as line where hash(line) % {slices} = {number})" for place in (one, other))
        found += _count(connection, f"from ({left} except all {right})")
        found += _count(connection, f"from ({right} except all {left})")
    return found


def _fingerprint(connection: duckdb.DuckDBPyConnection, place: str) -> tuple[int, int, int]:
    query = f"select count(*), sum(hash(line)), bit_xor(hash(line)) from {place} as line"
    found: tuple[int, int, int] = connection.execute(query).fetchall()[0]
    return found


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int(connection.execute(f"select count(*) {rows}").fetchall()[0][0])
