"""Fields of a file: which are wanted, how the file holds its records, and what reading them gives."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from orchestration.errors import DataRefused

Format = Literal["csv", "json", "jsonl", "parquet"]

#: Base models as a record names them: one relation and the models that it holds for.
BASE_MODELS_DTYPE = pl.Struct({"relation": pl.String, "models": pl.List(pl.String)})

_UNREADABLE = {"record_number": pl.Int64, "record": pl.String, "reason": pl.String}
_NAMES_SHOWN = 30


@dataclass(frozen=True)
class Field:
    """One field of a file that is wanted.

    Attributes:
        path: column name, or a dotted path into nested values.
        dtype: what a JSON value is read as: ``String``, ``List(String)`` or ``BASE_MODELS_DTYPE``.
        optional: whether the file may lack it; it is then not in the frame.
    """

    path: str
    dtype: pl.DataType
    optional: bool = False


@dataclass(frozen=True)
class Shape:
    """How a file holds its records.

    Attributes:
        format: None: seen from the suffix.
        records_path: dotted path to the list of records inside a JSON document.
        orient: whether JSON is a list of records or, as pandas writes it, an object of columns.
    """

    format: Format | None = None
    records_path: str | None = None
    orient: Literal["records", "columns"] = "records"


@dataclass(frozen=True)
class Received:
    """The records of one file.

    Attributes:
        frames: goes through the readable records, some at a time and in their order, as often as it is called. Each is
            a row: ``record_number`` (1 = first in the file), one column per wanted field under its path, ``defect``
            (why a value could not be read, or null).
        rows: how many these are.
        unreadable: records without any fields: ``record_number``, ``record`` and ``reason``.
    """

    frames: Callable[[], Iterator[pl.DataFrame]]
    rows: int
    unreadable: pl.DataFrame


def received_whole(frame: pl.DataFrame, unreadable: pl.DataFrame) -> Received:
    """The records of a file that is in memory at once."""
    return Received(lambda: iter([frame]), frame.height, unreadable)


def unreadable_records(rows: Iterable[tuple[int, str, str]]) -> pl.DataFrame:
    """A frame of records that could not be read, from (number, text, reason)."""
    return pl.DataFrame(list(rows), schema=_UNREADABLE, orient="row")


def require_fields(fields: tuple[Field, ...], has: Iterable[str], present: Iterable[str], location: str) -> None:
    """Checks that a file has the fields that it must have.

    Args:
        fields: the wanted fields.
        has: paths of wanted fields that were found.
        present: names of all columns of the file, for the message.
        location: the file.

    Raises:
        DataRefused: some are missing; the sentence names them and what is there.
    """
    found = set(has)
    missing = [field.path for field in fields if not field.optional and field.path not in found]
    if missing:
        names = list(present)
        shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
        raise DataRefused(
            f"{location} has no column {', '.join(missing)} (it has: {shown or 'none'}); "
            "correct the columns in the sources file."
        )
