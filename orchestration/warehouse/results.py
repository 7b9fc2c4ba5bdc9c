"""Results of statements as table, CSV or JSON, safe for the terminal or spreadsheet that shows them."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.errors import ConfigurationError

Row = tuple[Any, ...]

#: Cells of an aligned table; a cell takes about 1 kB until the table is written.
MOST_CELLS = 1_000_000

#: A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Result:
    """Columns and rows, read once."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


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
    """Writes CSV: RFC 4180 but for the line end, header first.

    A text that a spreadsheet would run as a formula gets a leading ``'``.
    """
    writer = csv.writer(_EndingInLineFeed(out))
    writer.writerow(map(_without_formula, result.columns))
    writer.writerows([_without_formula(cell) for cell in row] for row in result.rows)


def write_json(result: Result, out: TextIO) -> None:
    """Writes a JSON array with one object per row; dates and times in ISO 8601."""
    out.write("[")
    for number, row in enumerate(result.rows):
        out.write(",\n " if number else "\n ")
        record = dict(zip(result.columns, map(finite, row), strict=True))
        json.dump(record, out, ensure_ascii=False, default=str)
    out.write("\n]\n")


def write_table(result: Result, out: TextIO) -> None:
    """Writes an aligned table: ruled on a terminal, plain and as wide as it needs elsewhere.

    Raises:
        ConfigurationError: it would have more than ``MOST_CELLS``.
    """
    most = MOST_CELLS // max(len(result.columns), 1)
    rows = list(islice(result.rows, most + 1))
    if len(rows) > most:
        raise ConfigurationError(
            f"The result has more than {most:,} rows, too many for a table, which is held in memory to be aligned; "
            "give a limit, or write it with --format csv or json."
        )
    numeric = [all(_is_number(row[index]) for row in rows) for index in range(len(result.columns))]
    table = Table(box=box.SIMPLE_HEAD if out.isatty() else box.ASCII2, show_edge=False)
    for name, is_numeric in zip(result.columns, numeric, strict=True):
        table.add_column(Text(printable(name)), justify="right" if is_numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    console = Console(file=out) if out.isatty() else Console(file=out, width=sys.maxsize, color_system=None)
    console.print(table)


class _EndingInLineFeed:
    """Gives rows the line end that tools here expect; the writer's own makes it quote any CR or LF inside a cell."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, row: str) -> int:
        return self._out.write(row.removesuffix("\r\n") + "\n")


def _without_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def finite(value: object) -> object:
    """NaN and infinity have no form in JSON."""
    return None if isinstance(value, float) and value - value != 0 else value


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def printable(text: str) -> str:
    """Text without anything that could steer a terminal: controls and invisible marks are shown as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
