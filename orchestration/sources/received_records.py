"""Single fields of a received record, typed; what is wrong with one is said with its name.

Readers build the columns of a row from these. A field that is missing, null or blank gives None unless it is required.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa

from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.sources.validation import LONGEST_REJECTED_RECORD

Row = dict[str, Any]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
#: What a column of counts holds.
_LARGEST = 2**63 - 1


class ReceivedRecord:
    """One record as a provider sent it.

    Args:
        content: what was decoded.

    Raises:
        ValueError: it has no named fields.
    """

    def __init__(self, content: object) -> None:
        if not isinstance(content, Mapping):
            raise ValueError("the record has no named fields, or not as many values as the header has names")
        self._fields = content

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A text without surrounding blanks.

        Raises:
            ValueError: it is no text.
        """
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            raise _wrong(name, value, "a text")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _wrong(name, value, "valid Unicode") from None
        return value.strip()

    def number(self, name: str, *, required: bool = False) -> float | None:
        """A finite number, also one in text.

        Raises:
            ValueError: it is no number.
        """
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST or math.isnan(value):
            raise _wrong(name, value, "a number")
        return float(value)

    def whole_number(self, name: str, *, required: bool = False) -> int | None:
        """A whole number, also one in text, which stays exact beyond 2**53.

        Raises:
            ValueError: it is no whole number, or too large for a count.
        """
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            found = value
        else:
            fraction = self.number(name)
            if fraction is None or fraction != int(fraction):
                raise _wrong(name, value, "a whole number")
            found = int(fraction)
        if abs(found) > _LARGEST:
            raise _wrong(name, value, "small enough for a count")
        return found

    def billions(self, name: str) -> int | None:
        """A number of billions as a whole number.

        Raises:
            ValueError: it is no number, or too large for a count.
        """
        found = self.number(name)
        if found is None:
            return None
        if abs(found) * 1e9 > _LARGEST:
            raise _wrong(name, found, "small enough for a count")
        return round(found * 1e9)

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date, or the day in an ISO time.

        Raises:
            ValueError: it is no date.
        """
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, date):  # a time, too: YAML has both
            return date(value.year, value.month, value.day)
        try:
            return date.fromisoformat(value[:10]) if isinstance(value, str) else date.fromisoformat("")
        except ValueError:
            raise _wrong(name, value, "a date") from None

    def flag(self, name: str) -> bool | None:
        """True or false.

        Raises:
            ValueError: it is neither.
        """
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, bool):
            raise _wrong(name, value, "true or false")
        return value

    def part(self, name: str) -> "ReceivedRecord":
        """A record inside the record; an empty one where there is none.

        Raises:
            ValueError: the field is something else.
        """
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, Mapping):
            raise _wrong(name, value, "an object")
        return ReceivedRecord(value or {})

    def items(self, name: str) -> list[Any]:
        """A list; an empty one where there is none.

        Raises:
            ValueError: the field is something else.
        """
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, list):
            raise _wrong(name, value, "a list")
        return value or []

    def _value(self, name: str, required: bool) -> Any:
        value = self._fields.get(name)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
        if required:
            raise ValueError(f"{name} is missing")
        return None


def rows_of(received: Iterable[Any], make: Callable[[ReceivedRecord], Row]) -> list[Row]:
    """Rows of received records: columns of their kind, ``record`` (as received) and ``defect`` (why it has no columns).

    Args:
        received: the records as decoded.
        make: makes the columns of one; raises ValueError where it cannot be read.
    """
    return [_row(record, make) for record in received]


def frame_of(kind: RecordKind, rows: list[Row]) -> pl.DataFrame:
    """Rows as a typed frame, numbered as received, for ``split_records``."""
    extra = [("record", pa.string()), ("defect", pa.string())]
    schema = pa.schema([*RECORD_TYPES[kind].schema, *extra])
    frame = pl.DataFrame(pa.Table.from_pylist(rows, schema))
    return frame.with_row_index("record_number", offset=1).with_columns(pl.col("record_number").cast(pl.Int64))


def _row(received: Any, make: Callable[[ReceivedRecord], Row]) -> Row:
    try:
        record = msgspec.json.encode(received).decode()
    except (TypeError, UnicodeError):  # YAML has keys and texts that JSON has not
        record = ascii(received)
    except RecursionError:
        return {"record": "", "defect": "the record is nested too deeply"}
    record = record[:LONGEST_REJECTED_RECORD]
    try:
        return {**make(ReceivedRecord(received)), "record": record}
    except ValueError as error:
        return {"record": record, "defect": str(error)}


def _wrong(name: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{name} is {ascii(value)[:50]}, not {wanted}")
