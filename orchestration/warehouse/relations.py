"""The tables and views that a build publishes.

A view of the marts stands for rows that need no storing. For readers it becomes a table in the published copy while it
is small: reading a table is faster, and older tools know nothing else. Where it would have too many rows it stays a
view, and what it is made of (schema ``basis``) goes with it.
"""

from pathlib import Path
from typing import NamedTuple

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import duckdb

#: Schemas that analysts get.
PUBLISHED_SCHEMAS = ("marts", "ops")
#: Schema of what views of the marts are made of.
BASIS_SCHEMA = "basis"

#: Rows of the basis from which on the views made of it stay views: to sort and write their rows, up to twenty times as
#: many, then takes more time and memory than the build.
_MOST_ROWS = 2_000_000


class Relation(NamedTuple):
    """A table, or a view that is kept as one.

    Attributes:
        comment: its description, or nothing.
        stays_view: it is a view for readers, too.
    """

    schema: str
    name: str
    comment: str | None
    stays_view: bool


def relations(connection: duckdb.Connection, database: str) -> list[Relation]:
    """What an attached database publishes, in order of name.

    Args:
        connection: to which the database is attached.
        database: its name there.
    """
    is_large = _is_large(connection, database)
    wanted = (*PUBLISHED_SCHEMAS, BASIS_SCHEMA) if is_large else PUBLISHED_SCHEMAS
    found = connection.execute(
        """
        SELECT schema_name, table_name AS name, comment, false AS is_view FROM duckdb_tables()
        WHERE database_name = $database AND list_contains($schemas, schema_name)
        UNION ALL
        SELECT schema_name, view_name AS name, comment, true AS is_view FROM duckdb_views()
        WHERE database_name = $database AND list_contains($schemas, schema_name)
        ORDER BY schema_name, name
        """,
        {"database": database, "schemas": list(wanted)},
    ).fetchall()
    return [Relation(schema, name, comment, is_view and is_large) for schema, name, comment, is_view in found]


def row_counts(settings: Settings, path: Path) -> dict[tuple[str, str], int]:
    """Rows of each table and published view of a database, by schema and name; nothing if it cannot be read."""
    try:
        with duckdb.connect_read_only(settings, path) as connection:
            database = path.stem
            tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            views = [each[:2] for each in relations(connection, database) if not each.stays_view]
            counts = "SELECT count(*) FROM {}.{}"
            return {
                (schema, name): connection.execute(
                    counts.format(duckdb.identifier(schema), duckdb.identifier(name))
                ).fetchall()[0][0]
                for schema, name in {*tables, *views}
            }
    except (duckdb.Error, ConfigurationError):
        return {}


def view_definition(connection: duckdb.Connection, database: str, schema: str, name: str) -> str:
    """The statement that makes a view, with the names that it has inside of any database."""
    text: str = connection.execute(
        "SELECT sql FROM duckdb_views() WHERE database_name = ? AND schema_name = ? AND view_name = ?",
        (database, schema, name),
    ).fetchall()[0][0]
    for inner in (*PUBLISHED_SCHEMAS, BASIS_SCHEMA):
        text = text.replace(f"{database}.{inner}.", f"{inner}.")
    return text


def _is_large(connection: duckdb.Connection, database: str) -> bool:
    row = connection.execute(
        "SELECT max(estimated_size) FROM duckdb_tables() WHERE database_name = ? AND schema_name = ?",
        (database, BASIS_SCHEMA),
    ).fetchone()
    return row is not None and (row[0] or 0) > _MOST_ROWS
