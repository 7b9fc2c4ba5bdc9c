"""Documents in a provider's own shape: a reader makes rows of them, and rows become candidates like everybody's.

A source whose files are more than a table of records (nested payloads, many metrics in one record, one file that feeds
two tables) writes a reader: a pure function from a document to rows. What every source does with rows is here.
"""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Literal

import msgspec
import polars as pl
import pyarrow as pa
import yaml  # type: ignore[import-untyped]
from pydantic import model_validator

from orchestration.errors import DataRefused, Unreachable, WarehouseError
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.sources.locations import LocatedFile, SourceEntry, located_files
from orchestration.sources.spec import IngestRequest, Progress
from orchestration.sources.tabular import opened_document
from orchestration.sources.validation import LONGEST_REJECTED_RECORD, split_records

Row = dict[str, Any]
_FormName = Literal["json", "jsonl", "csv", "yaml"]
_FORMS: dict[str, _FormName] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".yml": "yaml",
    ".yaml": "yaml",
}


@dataclass(frozen=True)
class Rows:
    """What a reader made for one table and day.

    Attributes:
        table: table of the source.
        kind: kind of its records.
        snapshot_date: the day that the records describe.
        rows: columns of the kind, and ``record`` (as received) and ``defect`` (why it cannot be read), see ``rows_of``.
    """

    table: str
    kind: RecordKind
    snapshot_date: date
    rows: list[Row]


@dataclass(frozen=True)
class Document:
    """A decoded file.

    Attributes:
        content: JSON value, list of CSV records or of JSON lines, or YAML value.
        file: where it is and came from.
        snapshot_date: the day that the entry gives it; None where the content has to say.
    """

    content: Any
    file: LocatedFile
    snapshot_date: date | None

    @property
    def day(self) -> date:
        """The day that the entry gives it.

        Raises:
            DataRefused: it gives none.
        """
        if self.snapshot_date is None:
            raise DataRefused(
                f"{self.file.location} has no date; set snapshot_date or date_pattern in the sources file."
            )
        return self.snapshot_date


@dataclass(frozen=True)
class Feed:
    """One kind of document of a source.

    Attributes:
        tables: the tables that it feeds; a failure is put down to the first.
        read: makes rows of the documents of one snapshot, see ``each``.
        is_together: whether all files of an entry that describe the same day make one snapshot.
        form: how the files are decoded; None: seen from their suffix.
    """

    tables: tuple[str, ...]
    read: Callable[[list[Document]], Iterable[Rows | DataRefused]]
    is_together: bool = False
    form: _FormName | None = None


class DocumentEntry(SourceEntry):
    """Files of one feed; subclasses say which feeds there are."""

    feed: str

    @model_validator(mode="after")
    def _is_known(self) -> "DocumentEntry":
        if self.feed not in self.feeds():
            raise ValueError(f"there is no feed {self.feed!r}; feeds are {', '.join(self.feeds())}")
        return self

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        raise NotImplementedError


def documented(request: IngestRequest, source: str, entry: DocumentEntry) -> Iterator[Candidate | Failure]:
    """Candidates of all days and tables of the entry's files that are asked for."""
    feed = entry.feeds()[entry.feed]
    if request.tables and not request.tables & set(feed.tables):
        return
    try:
        with located_files(entry.location, request.settings) as files:
            for group in _snapshots(entry, files) if feed.is_together else [[file] for file in files]:
                yield from document_candidates(request, source, entry, group)
    except Unreachable as error:
        yield Failure(feed.tables[0], "failed", str(error), snapshot_date=entry.snapshot_date, unreachable=True)


def document_candidates(
    request: IngestRequest, source: str, entry: DocumentEntry, files: list[LocatedFile]
) -> Iterator[Candidate | Failure]:
    """Candidates of the files of one snapshot, all of which refer to the same received bytes."""
    started = request.clock()
    feed = entry.feeds()[entry.feed]
    received = tuple(ReceivedFile(file.path, file.location, file.name) for file in files)
    table = next((name for name in feed.tables if name in request.tables), feed.tables[0])
    day, records = None, 0
    try:
        day = entry.date_of(files[0].location)
        documents = [Document(_decoded(file, feed.form or _form_of(file)), file, day) for file in files]
        found = list(feed.read(documents))
        if not found:
            raise DataRefused(f"{files[0].location} has no records; look at the file.")
        for part in found:
            if isinstance(part, DataRefused):
                yield Failure(table, "refused", str(part), snapshot_date=day, received=received)
                continue
            if not request.wants(part.table, part.snapshot_date):
                continue
            records += len(part.rows)
            accepted, rejected = split_records(part.kind, _frame(part.kind, part.rows), part.snapshot_date)
            yield Candidate(
                table=part.table,
                kind=part.kind,
                snapshot_date=part.snapshot_date,
                records=accepted,
                rejected=rejected,
                received=received,
                location=entry.location if len(files) > 1 else files[0].location,
                source_revision=entry.source_revision,
                is_complete=entry.is_complete,
                minimum_rows_share=entry.minimum_rows_share,
                priority=100 if entry.priority is None else entry.priority,
                licence=entry.licence,
                citation=entry.citation,
                declared={"feed": entry.feed},
            )
    except WarehouseError as error:
        outcome: Literal["refused", "failed"] = "refused" if isinstance(error, DataRefused) else "failed"
        yield Failure(table, outcome, str(error), snapshot_date=day, received=received)
    request.report(Progress(f"{source}/{table}", records, None, (request.clock() - started).total_seconds()))


def each(read: Callable[[Document], Iterable[Rows]]) -> Callable[[list[Document]], Iterable[Rows | DataRefused]]:
    """A reader of several documents that reads each by itself and puts what belongs to one table and day together.

    A document that is refused does not take the others with it.
    """

    def read_all(documents: list[Document]) -> Iterable[Rows | DataRefused]:
        merged: dict[tuple[str, date], Rows] = {}
        for document in documents:
            try:
                for part in read(document):
                    whole = merged.setdefault((part.table, part.snapshot_date), replace(part, rows=[]))
                    whole.rows.extend(part.rows)
            except DataRefused as error:
                yield error
        yield from merged.values()

    return read_all


def rows_of(received: Iterable[Any], make: Callable[[Any], Row]) -> list[Row]:
    """Rows of received records; what cannot be read of one becomes its defect.

    Args:
        received: the records as decoded.
        make: makes the columns of one; a wrong value raises KeyError, TypeError, ValueError or AttributeError.
    """
    return [_row(record, make) for record in received]


def _row(received: Any, make: Callable[[Any], Row]) -> Row:
    record = msgspec.json.encode(received).decode("utf-8", "replace")[:LONGEST_REJECTED_RECORD]
    try:
        return {**make(received), "record": record}
    except KeyError as error:
        return {"record": record, "defect": f"{error.args[0]} is missing"}
    except (TypeError, ValueError, AttributeError) as error:
        return {"record": record, "defect": str(error) or "the record has another shape"}


def number(value: object) -> float | None:
    """A finite number; None for nothing.

    Raises:
        ValueError: it is no number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{value!r:.50} is not a number")
    try:
        found = float(value)
    except ValueError:
        raise ValueError(f"{value!r:.50} is not a number") from None
    if not math.isfinite(found):
        raise ValueError(f"{value!r:.50} is not a number")
    return found


def whole_number(value: object) -> int | None:
    """A whole number, also one in text; None for nothing. Counts beyond 2**53 stay exact.

    Raises:
        ValueError: it is no whole number.
    """
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    found = value if isinstance(value, int) and not isinstance(value, bool) else number(value)
    if found is None:
        return None
    if found != int(found):
        raise ValueError(f"{value!r:.50} is not a whole number")
    return int(found)


def billions(value: object) -> int | None:
    """A number of billions as a whole number; None for nothing.

    Raises:
        ValueError: it is no number.
    """
    found = number(value)
    return None if found is None else round(found * 1e9)


def day_of(value: object) -> date | None:
    """A date from ISO text, of which the time is cut; None for nothing.

    Raises:
        ValueError: it is no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ValueError(f"{value!r:.50} is not a date") from None


def text(value: object) -> str | None:
    """A text without surrounding blanks; None for nothing, also for an empty one.

    Raises:
        ValueError: it is no text.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.50} is not a text")
    return value.strip() or None


def _snapshots(entry: SourceEntry, files: list[LocatedFile]) -> list[list[LocatedFile]]:
    """The files of each day, oldest first; a file that gives no day stands alone."""
    groups: dict[str, list[LocatedFile]] = {}
    for file in files:
        try:
            groups.setdefault(str(entry.date_of(file.location) or file.location), []).append(file)
        except WarehouseError:
            groups[file.location] = [file]
    return [groups[key] for key in sorted(groups)]


def _form_of(file: LocatedFile) -> _FormName:
    """The format that the file's name promises.

    Raises:
        DataRefused: it promises none that can be read.
    """
    suffix = PurePosixPath(file.name.lower().removesuffix(".gz")).suffix
    if suffix not in _FORMS:
        raise DataRefused(f"The format of {file.location} cannot be told from its name; give it a usual suffix.")
    return _FORMS[suffix]


def _decoded(file: LocatedFile, form: _FormName) -> Any:
    with opened_document(file, form) as content:
        match form:
            case "json":
                return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
            case "jsonl":
                return [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
            case "csv":
                return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True), strict=True))
            case "yaml":
                try:
                    return yaml.safe_load(content)
                except yaml.YAMLError as error:
                    said = " ".join(str(error).split())[:200]
                    raise DataRefused(f"{file.location} cannot be read as yaml ({said}); fetch it again.") from None


def _frame(kind: RecordKind, rows: list[Row]) -> pl.DataFrame:
    """Rows as a typed frame, numbered as received."""
    extra = [("record", pa.string()), ("defect", pa.string())]
    schema = pa.schema([*RECORD_TYPES[kind].schema, *extra])
    frame = pl.DataFrame(pa.Table.from_pylist(rows, schema))
    return frame.with_row_index("record_number", offset=1).with_columns(pl.col("record_number").cast(pl.Int64))
