"""What the tables of a database hold, told by hashes.

A table that is published by month has one hash a month, so that whoever has an older state of it knows which months are
others. Hashes of parts add up to that of the whole table.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import reduce

import msgspec

from orchestration.months import month_after
from orchestration.warehouse import duckdb
from orchestration.warehouse.relations import relations

_WORD = 2**64


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Rows of a table, whatever their order: how many, and sum (modulo 2^64) and exclusive or of their hashes."""

    rows: int
    hash_sum: int
    hash_xor: int

    def plus(self, others: "Part") -> "Part":
        """With other rows besides."""
        hash_sum = (self.hash_sum + others.hash_sum) % _WORD
        return Part(self.rows + others.rows, hash_sum, self.hash_xor ^ others.hash_xor)

    def minus(self, some: "Part") -> "Part":
        """Without some of the rows."""
        return Part(self.rows - some.rows, (self.hash_sum - some.hash_sum) % _WORD, self.hash_xor ^ some.hash_xor)


NO_ROWS = Part(0, 0, 0)
#: A part, in SQL, of the hashes in a column ``hash``. Sums of hashes do not depend on the order of rows, which a copy
#: changes.
PART_OF_HASHES = f"count(*), CAST(coalesce(sum(hash), 0) % {_WORD} AS UBIGINT), coalesce(bit_xor(hash), 0)"


class Contents(msgspec.Struct, frozen=True):
    """What a table holds.

    Attributes:
        columns: names and types, in their order.
        parts: month (its first day), or nothing for rows without one and for tables that are published whole -> its
            rows.
    """

    columns: tuple[tuple[str, str], ...]
    parts: dict[str, Part]

    @property
    def sha256(self) -> str:
        """Hash of columns and rows, however the table is divided into parts."""
        whole = msgspec.structs.astuple(reduce(Part.plus, self.parts.values(), NO_ROWS))
        return hashlib.sha256(repr((self.columns, *whole)).encode()).hexdigest()


def contents_of(
    connection: duckdb.Connection, database: str, month_columns: Mapping[str, str] | None = None
) -> dict[str, Contents]:
    """``schema.table`` -> what it holds, of everything that an attached database publishes as a table.

    Args:
        connection: to which the database is attached.
        database: its name there.
        month_columns: ``schema.table`` -> column whose months are its parts; other tables are one part.
    """
    months = month_columns or {}
    return {
        f"{each.schema}.{each.name}": _contents(
            connection, (database, each.schema, each.name), months.get(f"{each.schema}.{each.name}")
        )
        for each in relations(connection, database)
        if not each.stays_view
    }


def month_of(column: str | None) -> str:
    """The first day of a row's month, in SQL."""
    return "NULL" if column is None else f"date_trunc('month', {duckdb.identifier(column)})"


def month_condition(column: str | None, part: str, last: str | None = None) -> str:
    """The condition, in SQL, on the rows of a part; with ``last`` on those of all months from it to that one."""
    if column is None:
        return "true"
    if not part:
        return f"{duckdb.identifier(column)} IS NULL"
    # As bounds, so that rows of other months are passed over while they are scanned.
    after, name = month_after(date.fromisoformat(last or part)), duckdb.identifier(column)
    return f"{name} >= DATE {duckdb.literal(part)} AND {name} < DATE {duckdb.literal(after.isoformat())}"


def _contents(connection: duckdb.Connection, table: tuple[str, str, str], month_column: str | None) -> Contents:
    columns = connection.execute(
        """
        SELECT column_name, data_type FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        table,
    ).fetchall()
    path = ".".join(map(duckdb.identifier, table))
    found: list[tuple[date | None, int, int, int]] = connection.execute(
        f"""
        SELECT CAST(month AS DATE), {PART_OF_HASHES}
        FROM (SELECT {month_of(month_column)} AS month, hash(row_) AS hash FROM {path} AS row_) GROUP BY 1 ORDER BY 1
        """  # noqa: S608
    ).fetchall()
    return Contents(
        columns=tuple((name, kind) for name, kind in columns),
        parts={"" if first_day is None else first_day.isoformat(): Part(*part) for first_day, *part in found},
    )
