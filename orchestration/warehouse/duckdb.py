"""Connections to DuckDB; no other module opens one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error

#: Extensions are never downloaded.
_CLOSED = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


@contextmanager
def connect(settings: Settings, path: Path | None = None) -> Iterator[Connection]:
    """Opens a database for writing, or an in-memory one to which others are attached.

    Raises:
        ConfigurationError: another process has the file open.
        duckdb.Error: the file is not a database that this engine reads.
    """
    connection = _open(path, _configuration(settings), read_only=False)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # An in-memory database would spill into the working directory.
        connection.execute(f"SET temp_directory = {literal(str(settings.root / 'build' / 'spill'))}")
        yield connection
    finally:
        connection.close()


@contextmanager
def connect_read_only(settings: Settings, path: Path) -> Iterator[Connection]:
    """Opens a database so that statements can read it and nothing else: no writes, no files, no changed settings."""
    connection = _open(path, {**_configuration(settings), "enable_external_access": "false"}, read_only=True)
    try:
        connection.execute("SET TimeZone = 'UTC'; SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def attach(connection: Connection, path: Path, name: str, *, read_only: bool) -> None:
    """Attaches a database file under a name.

    Raises:
        ConfigurationError: another process has the file open.
        duckdb.Error: the file is not a database that this engine reads.
    """
    mode = " (READ_ONLY)" if read_only else ""
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {identifier(name)}{mode}")
    except duckdb.IOException as error:
        raise _lock_conflict(path, error) or error from None


def table_rows(settings: Settings, path: Path) -> dict[tuple[str, str], int]:
    """Rows of each table of a database, by schema and name; nothing when it cannot be read."""
    try:
        with connect_read_only(settings, path) as connection:
            names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            counts = "SELECT count(*) FROM {}.{}"
            return {name: connection.execute(counts.format(*map(identifier, name))).fetchall()[0][0] for name in names}
    except (duckdb.Error, ConfigurationError):
        return {}


def identifier(name: str) -> str:
    """A name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text quoted for SQL."""
    return "'" + text.replace("'", "''") + "'"


def expression(text: str) -> duckdb.Expression:
    """A text as one expression: it can end no statement and begin no other.

    Raises:
        duckdb.Error: it is none.
    """
    return duckdb.SQLExpression(text)


def _configuration(settings: Settings) -> dict[str, Any]:
    return {**_CLOSED, "memory_limit": settings.memory_limit, "threads": str(settings.threads)}


def _open(path: Path | None, config: dict[str, Any], *, read_only: bool) -> Connection:
    try:
        return duckdb.connect(":memory:" if path is None else str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        raise _lock_conflict(path, error) or error from None


def _lock_conflict(path: Path | None, error: duckdb.IOException) -> ConfigurationError | None:
    """The clear form of DuckDB's message about a second writer."""
    if "Could not set lock" not in str(error):
        return None
    holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
    who = f"process {holder[2]} ({holder[1]})" if holder else "another process"
    return ConfigurationError(f"{path} is open in {who}; close it there, or wait for it to end, and run this again.")
