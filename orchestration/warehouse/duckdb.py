"""Connections to DuckDB; no other module opens one.

What does not fit into memory is spilled into a folder of the engine's own: its files have fixed names, so two engines
that spill into the same folder crash each other (DuckDB 1.5). A folder's name says whose it is:

    <spill>/<host>-<process>-<database>     made by DuckDB when it spills, removed by it when it closes
"""

import hashlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.limits import free_disk
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
    connection = _open(path, _configuration(settings, path), read_only=False)
    try:
        connection.execute(f"SET TimeZone = 'UTC'; SET max_temp_directory_size = {literal(spill_limit(settings))}")
        yield connection
    finally:
        connection.close()


@contextmanager
def connect_read_only(settings: Settings, path: Path) -> Iterator[Connection]:
    """Opens a database so that statements can read it and nothing else: no writes, no files, no changed settings."""
    connection = _open(path, _configuration(settings, path), read_only=True)
    try:
        connection.execute(
            f"SET TimeZone = 'UTC'; SET max_temp_directory_size = {literal(spill_limit(settings))};"
            "SET enable_external_access = false; SET lock_configuration = true"
        )
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


def spill_folder(settings: Settings, path: Path | None) -> Path:
    """Where an engine of this process that opens a database (None: in memory) spills. The folder it lies in is made."""
    with suppress(OSError):  # a reader may not be allowed to; its statements can then not spill
        settings.spill.mkdir(parents=True, exist_ok=True)
    database = secrets.token_hex(4) if path is None else hashlib.sha256(str(path).encode()).hexdigest()[:8]
    return settings.spill / f"{socket.gethostname()}-{os.getpid()}-{database}"


def spill_limit(settings: Settings) -> str:
    """How much an engine may spill; DuckDB takes it by statement only, as a configuration it has no effect (1.5)."""
    if settings.spill_limit is not None:
        return settings.spill_limit
    return f"{free_disk(settings.spill) * 9 // 10}B"


def sweep_spill(settings: Settings) -> None:
    """Removes what processes of this machine that were killed have left in the spill folder."""
    for folder in settings.spill.glob(f"{socket.gethostname()}-*-*"):
        process = folder.name.split("-")[-2]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _configuration(settings: Settings, path: Path | None) -> dict[str, Any]:
    limits = {"memory_limit": settings.memory_limit, "threads": str(settings.threads)}
    return {**_CLOSED, **limits, "temp_directory": str(spill_folder(settings, path))}


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
