"""Documents in a provider's own shape: a reader makes rows of them, and rows become candidates like everybody's.

A source whose files are more than a table of records (nested payloads, many metrics in one record, one file that feeds
two tables) writes a reader: a pure function from documents to rows. What every source does with rows is here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import pyarrow as pa
from pydantic import model_validator

from orchestration.errors import DataRefused, Unreachable, WarehouseError
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.records import RecordKind
from orchestration.sources.decoding import decoded
from orchestration.sources.locations import LocatedFile, SourceEntry, located_files
from orchestration.sources.received_records import Row, frame_of
from orchestration.sources.spec import IngestRequest, Progress
from orchestration.sources.validation import split_records


@dataclass(frozen=True)
class Rows:
    """What a reader made for one table and day.

    Attributes:
        table: table of the source.
        kind: kind of its records.
        snapshot_date: the day that the records describe.
        rows: from ``rows_of``.
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

    @property
    def records(self) -> list[Any]:
        """The records of a document that is a list of them.

        Raises:
            DataRefused: it is something else, or empty.
        """
        if not isinstance(self.content, list) or not self.content:
            raise DataRefused(f"{self.file.location} is no list of records; look at the file.")
        return self.content


Read = Callable[[list[Document]], Iterable[Rows | DataRefused]]


@dataclass(frozen=True)
class Feed:
    """One kind of document of a source.

    Attributes:
        tables: the tables that it feeds; a failure is put down to the first.
        read: makes rows of the documents of one snapshot, see ``each``.
        is_together: whether all files of an entry that describe the same day make one snapshot.
        licence: licence of these documents, where it differs from the source's.
        citation: how to cite them, where it differs; ``{as_of}`` stands for the day of the snapshot.
        objection: why rows are refused, seen from what has landed before; None: they are not.
    """

    tables: tuple[str, ...]
    read: Read
    is_together: bool = False
    licence: str | None = None
    citation: str | None = None
    objection: Callable[[SnapshotReader, Rows], str | None] = lambda store, rows: None


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


def each(read: Callable[[Document], Iterable[Rows]]) -> Read:
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
        if day is not None and request.snapshot_date not in (None, day):
            return
        for part in _parts(feed, files, day):
            if isinstance(part, DataRefused):
                if not feed.is_together:  # several files are one answer in parts, which is whole or wrong
                    raise part
                yield Failure(table, "refused", str(part), snapshot_date=day, received=received)
            elif request.wants(part.table, part.snapshot_date):
                records += len(part.rows)
                yield _judged(request, entry, part, files, received)
    except WarehouseError as error:
        outcome: Literal["refused", "failed"] = "refused" if isinstance(error, DataRefused) else "failed"
        yield Failure(table, outcome, str(error), snapshot_date=day, received=received)
    request.report(Progress(f"{source}/{table}", records, None, (request.clock() - started).total_seconds()))


def _parts(feed: Feed, files: list[LocatedFile], day: date | None) -> Iterator[Rows | DataRefused]:
    """What the files that can be decoded hold, after what is wrong with the others."""
    documents = []
    for file in files:
        try:
            documents.append(Document(decoded(file), file, day))
        except DataRefused as error:
            yield error
    if documents:
        yield from feed.read(documents)


def _judged(
    request: IngestRequest,
    entry: DocumentEntry,
    part: Rows,
    files: list[LocatedFile],
    received: tuple[ReceivedFile, ...],
) -> Candidate | Failure:
    """A candidate of the rows of one table and day, or why they make none."""
    feed = entry.feeds()[entry.feed]
    location = entry.location if len(files) > 1 else files[0].location
    accepted, rejected = split_records(part.kind, frame_of(part.kind, part.rows), part.snapshot_date)
    reason = _reason_of_most(part, accepted, rejected, location) or feed.objection(request.store, part)
    if reason is not None:
        return Failure(part.table, "refused", reason, part.snapshot_date, received=received, rejected=rejected)
    citation = entry.citation or feed.citation
    return Candidate(
        table=part.table,
        kind=part.kind,
        snapshot_date=part.snapshot_date,
        records=accepted,
        rejected=rejected,
        received=received,
        location=location,
        source_revision=entry.source_revision,
        is_complete=entry.is_complete,
        minimum_rows_share=entry.minimum_rows_share,
        priority=100 if entry.priority is None else entry.priority,
        licence=entry.licence or feed.licence,
        citation=citation and citation.replace("{as_of}", part.snapshot_date.isoformat()),
        declared={"feed": entry.feed},
    )


def _reason_of_most(part: Rows, accepted: pa.Table, rejected: pa.Table, location: str) -> str | None:
    """Why a document is refused as a whole: with most of its records wrong, what is left of it says little."""
    unusable = len(part.rows) - accepted.num_rows
    if unusable <= accepted.num_rows:
        return None
    [(most_common, times)] = Counter(rejected["reason"].to_pylist()).most_common(1)
    return (
        f"{part.table} of {part.snapshot_date}: {unusable:,} of {len(part.rows):,} records cannot be used "
        f"({times:,}: {most_common}); look at {location}."
    )


def _snapshots(entry: SourceEntry, files: list[LocatedFile]) -> list[list[LocatedFile]]:
    """The files of each day, oldest first; a file that gives no day stands alone."""
    groups: dict[str, list[LocatedFile]] = {}
    for file in files:
        try:
            groups.setdefault(str(entry.date_of(file.location) or file.location), []).append(file)
        except WarehouseError:
            groups[file.location] = [file]
    return [groups[key] for key in sorted(groups)]
