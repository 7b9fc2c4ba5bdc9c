"""From a file to the records of its days: read, mapped, and split into accepted and rejected ones."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pyarrow as pa

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind
from orchestration.sources.fields import Shape
from orchestration.sources.locations import LocatedFile
from orchestration.sources.mapping import Columns, timestamp, typed_records, wanted_fields
from orchestration.sources.tabular import read_records
from orchestration.sources.validation import LONGEST_REJECTED_RECORD, split_records


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
    def declared(self) -> dict[str, object]:
        """What changes the meaning of the records: part of a snapshot's identity."""
        columns = {name: column.model_dump(mode="json", exclude_defaults=True) for name, column in self.columns.items()}
        return {"columns": columns, "where": self.where}


@dataclass(frozen=True)
class DayRecords:
    """The records of one day; ``snapshot_date`` is None for rejected records that belong to no day."""

    snapshot_date: date | None
    records: pa.Table
    rejected: pa.Table


def parse_file(
    file: LocatedFile,
    parsing: Parsing,
    snapshot_date: date | None,
    is_wanted: Callable[[date], bool] = lambda day: True,
) -> Iterator[DayRecords]:
    """Reads a file and gives the records of each of its days, oldest first; those without a day come last.

    Args:
        file: the file.
        parsing: how it is read.
        snapshot_date: the day that the whole file describes; None where ``date_column`` says it.
        is_wanted: which days to give.

    Raises:
        DataRefused: the file cannot be read as declared; one sentence says why.
    """
    others = [*parsing.where, *([parsing.date_column] if parsing.date_column else [])]
    received = read_records(file, wanted_fields(parsing.kind, parsing.columns, others), parsing.shape)
    frame = _matching(received.frame, parsing.where, file.location)
    try:
        typed = typed_records(frame, parsing.kind, parsing.columns)
    except (DataRefused, pl.exceptions.PolarsError) as error:
        raise DataRefused(f"{file.location} does not fit its declared columns: {error}") from None
    unreadable = received.unreadable.to_arrow().cast(REJECTED_SCHEMA)
    if snapshot_date is not None:
        records, rejected = _judged(parsing.kind, typed, frame, snapshot_date)
        yield DayRecords(snapshot_date, records, pa.concat_tables([rejected, unreadable]))
        return
    name = parsing.date_column or ""
    day = timestamp(pl.col(name), frame.schema[name]).cast(pl.Date)
    parts = typed.with_columns(frame.select(_day=day)).partition_by("_day", as_dict=True, include_key=False)
    undated = parts.pop((None,), typed.clear())
    for (of_day,), part in sorted(parts.items()):
        if is_wanted(of_day):
            yield DayRecords(of_day, *_judged(parsing.kind, part, frame, of_day))
    without_day = undated.select("record_number", reason=pl.lit(f"{name} is not a date"))
    rejected = pa.concat_tables([_with_text(without_day, frame), unreadable])
    if rejected.num_rows:
        yield DayRecords(None, RECORD_TYPES[parsing.kind].schema.empty_table(), rejected)


def _matching(frame: pl.DataFrame, where: dict[str, str], location: str) -> pl.DataFrame:
    """The records that a filter takes."""
    if not where or frame.is_empty():
        return frame
    patterns = {path: "^" + ".*".join(map(re.escape, pattern.split("*"))) + "$" for path, pattern in where.items()}
    taken = frame.filter(pl.col(path).cast(pl.String).str.contains(pattern) for path, pattern in patterns.items())
    if taken.is_empty():
        raise DataRefused(f"{location} has no record where {where}; correct the filter in the sources file.")
    return taken


def _judged(kind: RecordKind, typed: pl.DataFrame, received: pl.DataFrame, day: date) -> tuple[pa.Table, pa.Table]:
    # Texts are made for the rejected records only: for all, that would cost more than everything else.
    records, rejected = split_records(kind, typed.with_columns(record=pl.lit(None, dtype=pl.String)), day)
    return records, _with_text(
        pl.DataFrame(rejected.drop_columns("record")), received
    ) if rejected.num_rows else rejected


def _with_text(reasons: pl.DataFrame, received: pl.DataFrame) -> pa.Table:
    """Rejected records, given as number and reason, with the fields as received as JSON text."""
    fields = [name for name in received.columns if name not in ("record_number", "defect")]
    numbers = reasons["record_number"].unique().implode()
    texts = received.filter(pl.col("record_number").is_in(numbers)).select(
        "record_number", record=pl.struct(fields).struct.json_encode().str.slice(0, LONGEST_REJECTED_RECORD)
    )
    rejected = reasons.join(texts, on="record_number", how="left", maintain_order="left")
    return rejected.select(REJECTED_SCHEMA.names).to_arrow().cast(REJECTED_SCHEMA)
