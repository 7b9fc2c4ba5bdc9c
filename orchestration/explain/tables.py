"""The tables of a copy: where they are, their columns and what these mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import SYNTHETIC_NOTICE
from orchestration.warehouse.relations import PUBLISHED_SCHEMAS


@dataclass(frozen=True)
class Column:
    """A column: its type as the engine spells it, its description, and whether it belongs to the key."""

    type: str
    description: str
    is_key: bool


@dataclass(frozen=True)
class Table:
    """A published table."""

    schema: str
    name: str
    description: str
    columns: Mapping[str, Column]

    @property
    def path(self) -> str:
        """Its name quoted for SQL."""
        return f"{duckdb.identifier(self.schema)}.{duckdb.identifier(self.name)}"

    @property
    def key(self) -> list[str]:
        """Its columns that are never null."""
        return [name for name, column in self.columns.items() if column.is_key]


class Tables:
    """The tables of one copy by name; ``marts`` comes before ``ops``."""

    def __init__(self, connection: duckdb.Connection) -> None:
        self._tables: dict[str, Table] = {}
        rows = connection.execute(
            """
            SELECT columns.schema_name, columns.table_name, relations.comment, column_name, data_type, columns.comment,
                NOT is_nullable
            FROM duckdb_columns() AS columns
            JOIN (
                SELECT database_oid, table_oid, comment FROM duckdb_tables()
                UNION ALL
                SELECT database_oid, view_oid, comment FROM duckdb_views()
            ) AS relations USING (database_oid, table_oid)
            WHERE list_contains(?, columns.schema_name)
            ORDER BY columns.schema_name DESC, columns.table_name, column_index
            """,
            [list(PUBLISHED_SCHEMAS)],
        ).fetchall()
        columns: dict[tuple[str, str, str], dict[str, Column]] = {}
        for schema, table, comment, name, data_type, meaning, is_key in rows:
            described = (comment or "").removeprefix(SYNTHETIC_NOTICE).strip()
            of_table = columns.setdefault((schema, table, described), {})
            of_table[name] = Column(data_type, meaning or "", is_key)
        for (schema, table, described), found in columns.items():
            self._tables[table] = Table(schema, table, described, found)

    def asked_for(self, name: str) -> Table:
        """A table that a person names, with or without its schema.

        Raises:
            ConfigurationError: there is no such table; the sentence has the nearest names.
        """
        bare = name.removeprefix("marts.").removeprefix("ops.")
        if bare in self._tables:
            return self._tables[bare]
        near = get_close_matches(bare, self._tables, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else '; `warehouse sql "show all tables"` lists them.'
        raise ConfigurationError(f"This copy has no table {name}{hint}")

    def declared(self, name: str, by: str) -> Table:
        """A table that another one's declaration names.

        Raises:
            DataRefused: the copy does not hold it.
        """
        if name not in self._tables:
            raise DataRefused(f"{by} is declared to be made from {name}, which this copy does not hold.")
        return self._tables[name]
