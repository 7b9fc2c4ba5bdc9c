"""Statements on the published copy, read-only, and their results as table, CSV or JSON."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import current_copy

Row = tuple[Any, ...]

#: Rows fetched at a time, so that a large result is written while it is read.
_BATCH = 10_000

#: A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Result:
    """Columns and rows of one statement; rows are read while the context of :func:`query` lasts."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def query(settings: Settings, sql: str) -> Iterator[Result]:
    """Runs SQL on the current published copy.

    Tables are found with or without their schema (``marts``, then ``ops``). Nothing can be written, and no file but
    the copy can be read.

    Raises:
        ConfigurationError: nothing is published, or the SQL is wrong; the sentence is DuckDB's.
    """
    with duckdb.connect_read_only(settings, current_copy(settings)) as connection:
        connection.execute("SET search_path = 'marts,ops'")
        try:
            connection.execute(sql)
            columns = tuple(column[0] for column in connection.description or ())
            yield Result(columns, _fetched(connection))
        except duckdb.Error as error:
            raise ConfigurationError(f"The SQL was not run: {error}") from None


def write_result(result: Result, form: Format, out: TextIO) -> None:
    """Writes a result to a text stream."""
    match form:
        case Format.TABLE:
            write_table(result, out)
        case Format.CSV:
            write_csv(result, out)
        case Format.JSON:
            write_json(result, out)


def write_csv(result: Result, out: TextIO) -> None:
    """Writes CSV (RFC 4180, header first). A text that a spreadsheet would run as a formula gets a leading ``'``."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_without_formula, result.columns))
    writer.writerows([_without_formula(cell) for cell in row] for row in result.rows)


def write_json(result: Result, out: TextIO) -> None:
    """Writes a JSON array with one object per row; dates and times in ISO 8601."""
    out.write("[")
    for number, row in enumerate(result.rows):
        out.write(",\n " if number else "\n ")
        record = dict(zip(result.columns, map(_finite, row), strict=True))
        json.dump(record, out, ensure_ascii=False, default=str)
    out.write("\n]\n")


def write_table(result: Result, out: TextIO) -> None:
    """Writes an aligned table: ruled on a terminal, plain and as wide as it needs elsewhere."""
    rows = list(result.rows)
    numeric = [all(_is_number(row[index]) for row in rows) for index in range(len(result.columns))]
    table = Table(box=box.SIMPLE_HEAD if out.isatty() else box.ASCII2, show_edge=False)
    for name, is_numeric in zip(result.columns, numeric, strict=True):
        table.add_column(Text(printable(name)), justify="right" if is_numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    console = Console(file=out) if out.isatty() else Console(file=out, width=sys.maxsize, color_system=None)
    console.print(table)
    console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}", highlight=False)


def printable(text: str) -> str:
    """Text without anything that could steer a terminal: controls and invisible marks are shown as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _fetched(connection: duckdb.Connection) -> Iterator[Row]:
    while rows := connection.fetchmany(_BATCH):
        yield from rows


def _without_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _finite(value: object) -> object:
    """NaN and infinity have no form in JSON."""
    return None if isinstance(value, float) and value - value != 0 else value


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
