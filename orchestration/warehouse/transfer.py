"""Brings a published copy up to what a build holds: only tables, and months of tables, that differ are written.

Rows are ordered by the table's key, inside of months where it is published by month: a reader who asks for one model,
or for one month, then reads few groups of rows. Of a month in which few rows differ only these are written, behind the
others: to put millions of rows in order for some that a late reading changed is what would take long.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from orchestration.warehouse import duckdb
from orchestration.warehouse.contents import NO_ROWS, PART_OF_HASHES, Contents, Part, month_condition, month_of
from orchestration.warehouse.contract import Contract
from orchestration.warehouse.relations import PUBLISHED_SCHEMAS, Relation, relations, view_definition

#: Up to this share of the rows of a month are changed one by one.
_FEW = 0.02
#: Rows that are compared at a time.
_BATCH = 10_000_000


class CopiedTable(msgspec.Struct, frozen=True):
    """A table as a copy has it.

    Attributes:
        definition: hash of its columns, comments, order and division into months.
        parts: what it holds.
    """

    definition: str
    parts: dict[str, Part]


class _Definition(msgspec.Struct, frozen=True):
    """How a table is made in a copy."""

    columns: tuple[tuple[str, str, bool, str | None], ...]
    comment: str
    order: tuple[str, ...]
    month_column: str | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def transfer(
    connection: duckdb.Connection,
    source: str,
    target: str,
    *,
    contents: Mapping[str, Contents],
    there: Mapping[str, CopiedTable],
    contract: Contract,
    notice: str | None,
) -> dict[str, CopiedTable]:
    """Makes the tables and views of a copy those of a build.

    Args:
        connection: to which both are attached.
        source: name of the build database there.
        target: name of the copy there.
        contents: what the tables of the build hold.
        there: what the copy holds already; nothing if it is empty.
        contract: of the build.
        notice: what every comment begins with.

    Returns:
        ``schema.table`` -> what the copy holds now.
    """
    found = relations(connection, source)
    tables = {f"{each.schema}.{each.name}": each for each in found if not each.stays_view}
    definitions = {name: _definition(connection, source, each, contract, notice) for name, each in tables.items()}
    wanted = {name: CopiedTable(each.sha256, contents[name].parts) for name, each in definitions.items()}
    connection.execute(f"USE {duckdb.identifier(target)}")
    for schema in sorted({*PUBLISHED_SCHEMAS, *(each.schema for each in found)}):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {duckdb.identifier(schema)}")
    kept = _keep(connection, source, target, there=there, wanted=wanted, definitions=definitions)
    for name, each in tables.items():
        missing = sorted(part for part in wanted[name].parts if part not in kept.get(name, {}))
        if name not in kept:
            _create(connection, each, definitions[name])
        for part in missing:
            _insert(connection, source, each, definitions[name], part)
    for each in found:
        if each.stays_view:
            connection.execute(view_definition(connection, source, each.schema, each.name))
            _describe(connection, "VIEW", each, _definition(connection, source, each, contract, notice))
    connection.execute("USE memory")
    return wanted


def _keep(
    connection: duckdb.Connection,
    source: str,
    target: str,
    *,
    there: Mapping[str, CopiedTable],
    wanted: Mapping[str, CopiedTable],
    definitions: Mapping[str, _Definition],
) -> dict[str, dict[str, Part]]:
    """Removes what is not wanted or is quite another by now, and gives the parts that are as they are wanted."""
    kept: dict[str, dict[str, Part]] = {}
    present = connection.execute(
        """
        SELECT 'VIEW', schema_name, view_name FROM duckdb_views() WHERE database_name = $target AND NOT internal
        UNION ALL
        SELECT 'TABLE', schema_name, table_name FROM duckdb_tables() WHERE database_name = $target
        """,
        {"target": target},
    ).fetchall()
    for kind, schema, table in present:
        name, path = f"{schema}.{table}", ".".join(map(duckdb.identifier, (schema, table)))
        before, now = there.get(name), wanted.get(name)
        same: dict[str, Part] = {}
        if kind == "TABLE" and before and now and before.definition == now.definition:
            tables = _Counterparts(path, f"{duckdb.identifier(source)}.{path}", definitions[name].month_column)
            same = _keep_parts(connection, tables, before.parts, now.parts)
        if same:
            kept[name] = same
        else:
            connection.execute(f"DROP {kind} {path}")
    if present:
        # What was removed gives its room to what is written next, so the file does not grow from copy to copy.
        connection.execute(f"CHECKPOINT {duckdb.identifier(target)}")
    return kept


class _Counterparts(NamedTuple):
    """Paths of a table in the copy and of the same one in the build, and the column by whose months it is divided."""

    present: str
    wanted: str
    month_column: str | None


def _keep_parts(
    connection: duckdb.Connection, tables: _Counterparts, before: Mapping[str, Part], now: Mapping[str, Part]
) -> dict[str, Part]:
    """The parts of a table in the copy that are as they are wanted, or were brought to it; the others are removed.

    Where no part is the same the table is left alone, to be made anew.
    """
    same = {part: rows for part, rows in before.items() if now.get(part) == rows}
    if not same:
        return same
    changes = {part: _Change(before[part], now[part]) for part in sorted(before.keys() & now.keys() - same.keys())}
    for some in _in_batches({part: change for part, change in changes.items() if part and change.may_be_small}):
        same |= _amended(connection, tables, some)
    for part in sorted(before.keys() - same.keys()):
        connection.execute(f"DELETE FROM {tables.present} WHERE {month_condition(tables.month_column, part)}")  # noqa: S608
    return same


class _Change(NamedTuple):
    """A month as it is in the copy and as it is wanted."""

    before: Part
    now: Part

    @property
    def may_be_small(self) -> bool:
        """Whether few rows may differ, as far as their numbers tell."""
        return abs(self.before.rows - self.now.rows) <= _FEW * self.now.rows

    def consists_of(self, lost: Part, won: Part) -> bool:
        """Whether these are few rows, and all that differs.

        Rows that are there twice have one hash, so the sums may tell that these are not all.
        """
        return lost.rows + won.rows <= _FEW * self.now.rows and self.before.minus(lost).plus(won) == self.now


def _in_batches(changes: Mapping[str, _Change]) -> Iterator[dict[str, _Change]]:
    """As many months at a time as fit into memory with a hash of each of their rows."""
    batch: dict[str, _Change] = {}
    for part, change in changes.items():
        if batch and change.now.rows + sum(each.now.rows for each in batch.values()) > _BATCH:
            yield batch
            batch = {}
        batch[part] = change
    if batch:
        yield batch


def _amended(connection: duckdb.Connection, tables: _Counterparts, changes: Mapping[str, _Change]) -> dict[str, Part]:
    """Makes rows of the copy those of the build in months of which few differ, and gives the months that it proved.

    Several months at a time, because the rows of one lie all over the build.
    """
    month = f"CAST({month_of(tables.month_column)} AS DATE)"
    within = month_condition(tables.month_column, min(changes), max(changes))
    # What is a table in the copy may be a view in the build, whose rows have no number.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE present_rows AS
        SELECT {month} AS month, rowid AS row_number, hash(row_) AS hash
        FROM {tables.present} AS row_ WHERE {within} AND {month} IN {_dates(changes)};
        CREATE OR REPLACE TEMP TABLE wanted_rows AS
        SELECT {month} AS month, hash(row_) AS hash
        FROM {tables.wanted} AS row_ WHERE {within} AND {month} IN {_dates(changes)};
        CREATE OR REPLACE TEMP TABLE lost_rows AS FROM present_rows ANTI JOIN wanted_rows USING (month, hash);
        CREATE OR REPLACE TEMP TABLE won_rows AS FROM wanted_rows ANTI JOIN present_rows USING (month, hash)
        """  # noqa: S608
    )
    lost, won = (
        {
            first_day.isoformat(): Part(*part)
            for first_day, *part in connection.execute(
                f"SELECT month, {PART_OF_HASHES} FROM {rows} GROUP BY month"  # noqa: S608
            ).fetchall()
        }
        for rows in ("lost_rows", "won_rows")
    )
    proven = {
        part: change.now
        for part, change in changes.items()
        if change.consists_of(lost.get(part, NO_ROWS), won.get(part, NO_ROWS))
    }
    if proven:
        connection.execute(
            f"""
            DELETE FROM {tables.present}
            WHERE rowid IN (SELECT row_number FROM lost_rows WHERE month IN {_dates(proven)});
            INSERT INTO {tables.present}
            SELECT row_.* FROM {tables.wanted} AS row_
            WHERE {within} AND {month} IN {_dates(proven)} AND hash(row_) IN (SELECT hash FROM won_rows)
            """  # noqa: S608
        )
    return proven


def _dates(parts: Iterable[str]) -> str:
    return f"({', '.join(f'DATE {duckdb.literal(part)}' for part in parts)})"


def _definition(
    connection: duckdb.Connection, source: str, each: Relation, contract: Contract, notice: str | None
) -> _Definition:
    name = f"{each.schema}.{each.name}"
    columns = connection.execute(
        """
        SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        (source, each.schema, each.name),
    ).fetchall()
    # NOT NULL is kept, and what a view promises too; a primary key would cost an index in a file that nobody writes to.
    required = contract.required.get(name, set())
    return _Definition(
        columns=tuple(
            (column, kind, nullable and column not in required, comment) for column, kind, nullable, comment in columns
        ),
        comment=_noted(notice, each.comment),
        order=contract.keys.get(name, ()),
        month_column=contract.month_columns.get(name),
    )


def _create(connection: duckdb.Connection, each: Relation, definition: _Definition) -> None:
    columns = ", ".join(
        f"{duckdb.identifier(name)} {kind}{'' if nullable else ' NOT NULL'}"
        for name, kind, nullable, _ in definition.columns
    )
    connection.execute(f"CREATE TABLE {_path(each)} ({columns})")
    _describe(connection, "TABLE", each, definition)


def _insert(connection: duckdb.Connection, source: str, each: Relation, definition: _Definition, part: str) -> None:
    order = ", ".join(map(duckdb.identifier, definition.order)) or "ALL"
    connection.execute(
        f"INSERT INTO {_path(each)} SELECT * FROM {duckdb.identifier(source)}.{_path(each)} "  # noqa: S608
        f"WHERE {month_condition(definition.month_column, part)} ORDER BY {order}"
    )


def _describe(connection: duckdb.Connection, kind: str, each: Relation, definition: _Definition) -> None:
    comments = {f"{kind} {_path(each)}": definition.comment}
    for name, _, _, comment in definition.columns:
        comments[f"COLUMN {_path(each)}.{duckdb.identifier(name)}"] = comment or ""
    for what, text in comments.items():
        if text:
            connection.execute(f"COMMENT ON {what} IS {duckdb.literal(text)}")


def _noted(notice: str | None, comment: str | None) -> str:
    return " ".join(part for part in (notice, comment) if part)


def _path(each: Relation) -> str:
    return f"{duckdb.identifier(each.schema)}.{duckdb.identifier(each.name)}"
