"""From a file to the records of its days: read, mapped, and split into accepted and rejected ones."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.errors import DataRefused
from orchestration.snapshots.content import canonical_of_parts
from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind
from orchestration.sources.fields import Field, Received, Shape
from orchestration.sources.locations import LocatedFile
from orchestration.sources.mapping import Columns, timestamp, typed_records, wanted_fields
from orchestration.sources.tabular import read_records
from orchestration.sources.validation import (
    LONGEST_REJECTED_RECORD,
    arrow_of,
    deciding_columns,
    sound_records,
    superseded_records,
)


@dataclass(frozen=True)
class Parsing:
    """How records are made of a file.

    Attributes:
        kind: kind of the records.
        columns: the declared mapping.
        shape: how the file holds its records.
        where: field -> pattern (``*`` stands for anything); only records that match all of them are taken.
        date_column: the field that says which day a record describes; None: the file describes one day.
    """

    kind: RecordKind
    columns: Columns
    shape: Shape = field(default_factory=Shape)
    where: dict[str, str] = field(default_factory=dict)
    date_column: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the file that are read."""
        others = [*self.where, *([self.date_column] if self.date_column else [])]
        return wanted_fields(self.kind, self.columns, others)

    @property
    def declared(self) -> dict[str, object]:
        """What changes the meaning of the records: part of a snapshot's identity."""
        columns = {name: column.model_dump(mode="json", exclude_defaults=True) for name, column in self.columns.items()}
        return {"columns": columns, "where": self.where}


@dataclass(frozen=True)
class DayRecords:
    """The records of one day, the accepted ones in canonical form.

    ``snapshot_date`` is None for rejected records that belong to no day.
    """

    snapshot_date: date | None
    records: pa.Table
    rejected: pa.Table


def parse_file(
    file: LocatedFile,
    parsing: Parsing,
    snapshot_date: date | None,
    is_wanted: Callable[[date], bool] = lambda day: True,
    *,
    memory_limit: int,
    count: Callable[[int], None] = lambda rows: None,
) -> Iterator[DayRecords]:
    """Reads a file and gives the records of each of its days, oldest first; those without a day come last.

    Args:
        file: the file.
        parsing: how it is read.
        snapshot_date: the day that the whole file describes; None where ``date_column`` says it.
        is_wanted: which days to give.
        memory_limit: bytes that landing the file may take.
        count: receives how many records were read, as they are.

    Raises:
        DataRefused: the file cannot be read as declared; one sentence says why.
    """
    received = read_records(
        file, parsing.fields, parsing.shape, memory_limit=memory_limit, of_one_day=snapshot_date is not None
    )
    unreadable = received.unreadable.to_arrow().cast(REJECTED_SCHEMA)
    count(unreadable.num_rows)
    matching = partial(_matching, received, parsing.where, file.location)
    if snapshot_date is not None:
        parts = ((_typed(frame, parsing, file.location), frame) for frame in matching(count))
        records, rejected = _judged(parsing.kind, snapshot_date, parts, matching)
        yield DayRecords(snapshot_date, records, pa.concat_tables([rejected, unreadable]))
        return
    frame = pl.concat(matching(count))
    typed = _typed(frame, parsing, file.location)
    name = parsing.date_column or ""
    day = timestamp(pl.col(name), frame.schema[name]).cast(pl.Date)
    days = typed.with_columns(frame.select(_day=day)).partition_by("_day", as_dict=True, include_key=False)
    undated = days.pop((None,), typed.clear())
    for (of_day,), part in sorted(days.items()):
        if is_wanted(of_day):
            yield DayRecords(of_day, *_judged(parsing.kind, of_day, [(part, frame)], lambda: [frame]))
    without_day = undated.select("record_number", reason=pl.lit(f"{name} is not a date"))
    rejected = pa.concat_tables([_with_text(without_day, frame), unreadable])
    if rejected.num_rows:
        yield DayRecords(None, RECORD_TYPES[parsing.kind].schema.empty_table(), rejected)


def _matching(
    received: Received, where: dict[str, str], location: str, count: Callable[[int], None] = lambda rows: None
) -> Iterator[pl.DataFrame]:
    """The records that a filter takes, some at a time.

    Raises:
        DataRefused: there are records, and it takes none of them.
    """
    patterns = {path: "^" + ".*".join(map(re.escape, pattern.split("*"))) + "$" for path, pattern in where.items()}
    seen = taken = 0
    for frame in received.frames():
        seen += frame.height
        count(frame.height)
        if where and frame.height:
            found = frame.filter(
                pl.col(path).cast(pl.String).str.contains(pattern) for path, pattern in patterns.items()
            )
        else:
            found = frame
        taken += found.height
        yield found
    if seen and not taken:
        raise DataRefused(f"{location} has no record where {where}; correct the filter in the sources file.")


def _typed(frame: pl.DataFrame, parsing: Parsing, location: str) -> pl.DataFrame:
    try:
        return typed_records(frame, parsing.kind, parsing.columns)
    except (DataRefused, pl.exceptions.PolarsError) as error:
        raise DataRefused(f"{location} does not fit its declared columns: {error}") from None


def _judged(
    kind: RecordKind,
    day: date,
    parts: Iterable[tuple[pl.DataFrame, pl.DataFrame]],
    received: Callable[[], Iterable[pl.DataFrame]],
) -> tuple[pa.Table, pa.Table]:
    """The accepted records of a day, in canonical form, and the rejected ones.

    Args:
        kind: kind of the records.
        day: the day.
        parts: its typed records, some at a time, and beside them the received ones.
        received: all received ones, once more.
    """
    schema, numbers = RECORD_TYPES[kind].schema, pa.field("record_number", pa.int64())
    accepted, rejected = [], []
    for typed, frame in parts:
        # Texts are made for the rejected records only: for all, that would cost more than everything else.
        sound, wrong = sound_records(kind, typed.with_columns(record=pl.lit(None, dtype=pl.String)), day)
        accepted.append(arrow_of(sound, schema.append(numbers)))
        rejected.append(_with_text(wrong, frame))
    deciding = pa.concat_tables(part.select([*deciding_columns(kind), numbers.name]) for part in accepted)
    losers = superseded_records(kind, pl.DataFrame(deciding).with_columns(record=pl.lit(None, dtype=pl.String)))
    if losers.height:
        rejected += [_with_text(losers, frame) for frame in received()]
        lost = losers["record_number"].to_arrow()
        accepted = [part.filter(pc.invert(pc.is_in(part[numbers.name], lost))) for part in accepted]
    del deciding
    in_order = pa.concat_tables(rejected).sort_by([("record_number", "ascending"), ("reason", "ascending")])
    return canonical_of_parts(accepted, kind), in_order


def _with_text(reasons: pl.DataFrame, received: pl.DataFrame) -> pa.Table:
    """Rejected records, given as number and reason, with the fields as received as JSON text."""
    if reasons.is_empty():
        return REJECTED_SCHEMA.empty_table()
    fields = [name for name in received.columns if name not in ("record_number", "defect")]
    numbers = reasons["record_number"].unique().implode()
    texts = received.filter(pl.col("record_number").is_in(numbers)).select(
        "record_number", record=pl.struct(fields).struct.json_encode().str.slice(0, LONGEST_REJECTED_RECORD)
    )
    rejected = reasons.select("record_number", "reason").join(texts, on="record_number", maintain_order="left")
    return rejected.select(REJECTED_SCHEMA.names).to_arrow().cast(REJECTED_SCHEMA)
