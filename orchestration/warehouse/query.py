"""Statements on the published copy, read-only."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import current_copy
from orchestration.warehouse.results import Result, Row

#: Rows fetched at a time, so that a large result is written while it is read.
_BATCH = 10_000


@contextmanager
def open_copy(settings: Settings, path: Path | None = None) -> Iterator[duckdb.Connection]:
    """Opens a copy read-only, with its tables on the search path: another one, or by default the current one.

    Raises:
        ConfigurationError: nothing is published, or the file is no copy.
    """
    copy = path or current_copy(settings)
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(duckdb.connect_read_only(settings, copy))
            connection.execute("SET search_path = 'marts,ops'")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"{copy} is no copy of the warehouse that can be read: {reason}.") from None
        yield connection


@contextmanager
def query(settings: Settings, sql: str, copy: Path | None = None) -> Iterator[Result]:
    """Runs SQL on a published copy; without one, on the current.

    Tables are found with or without their schema (``marts``, then ``ops``). Nothing can be written, and no file but
    the copy can be read.

    Raises:
        ConfigurationError: nothing is published, there is no SQL, or it is wrong; the sentence is then DuckDB's.
    """
    with open_copy(settings, copy) as connection:
        try:
            if not connection.extract_statements(sql):
                raise ConfigurationError("There is no SQL to run; give a statement, e.g. `from dim_model limit 5`.")
            connection.execute(sql)
            columns = tuple(column[0] for column in connection.description or ())
            yield Result(columns, _fetched(connection))
        except duckdb.Error as error:
            raise ConfigurationError(f"The SQL was not run: {error}") from None


def _fetched(connection: duckdb.Connection) -> Iterator[Row]:
    while rows := connection.fetchmany(_BATCH):
        yield from rows
