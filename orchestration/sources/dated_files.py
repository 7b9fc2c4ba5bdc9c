"""Files of dated records as candidates: what every connector does with a file that it has located."""

from collections.abc import Callable, Iterator
from threading import Event, Lock
from typing import Literal

from orchestration.errors import DataRefused, WarehouseError
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.sources.locations import LocatedFile, SourceEntry
from orchestration.sources.parsing import Parsing, parse_file
from orchestration.sources.spec import IngestRequest, Progress


class AbandonedError(Exception):
    """Nobody waits for the rest of a file."""


class RowsRead:
    """Counts records of files as they are read, in any thread, and reports them.

    Args:
        request: whom to report to.
        what: what is read, e.g. ``hf_archive/hub_stats``.
        total: records of all files, if known.
        stop: set when nobody waits for them any more; whoever counts then is stopped by :class:`AbandonedError`.
    """

    def __init__(self, request: IngestRequest, what: str, total: int | None = None, stop: Event | None = None) -> None:
        self._request, self._what, self._total, self._stop = request, what, total, stop
        self._lock, self._rows, self._started = Lock(), 0, request.clock()

    def __call__(self, rows: int) -> None:
        """Some more were read."""
        if self._stop is not None and self._stop.is_set():
            raise AbandonedError
        if not rows:
            return
        with self._lock:
            self._rows += rows
            seconds = (self._request.clock() - self._started).total_seconds()
            self._request.report(Progress(self._what, self._rows, self._total, seconds))


def file_candidates(
    request: IngestRequest,
    entry: SourceEntry,
    file: LocatedFile,
    parsing: Parsing,
    *,
    source: str,
    table: str,
    priority: int,
    count: Callable[[int], None] | None = None,
) -> Iterator[Candidate | Failure]:
    """One candidate for each day of a file that is asked for, or a failure that says why there is none.

    All candidates of a file refer to the same received bytes.

    Args:
        request: what is asked for.
        entry: the declaration that the file was found by.
        file: the file.
        parsing: how its records are read.
        source: name of the source.
        table: name of the raw table.
        priority: rank of the table where the entry gives none.
        count: receives how many records were read, as they are; by default they are reported as those of this file.
    """
    count = count or RowsRead(request, f"{source}/{table}")
    received = (ReceivedFile(file.path, file.location, file.name),)
    day = None
    try:
        day = entry.date_of(file.location)
        if day is not None and not request.wants(table, day):
            return
        days = parse_file(
            file,
            parsing,
            day,
            lambda of_day: request.wants(table, of_day),
            memory_limit=request.settings.memory_bytes,
            count=count,
        )
        for found in days:
            if found.snapshot_date is None:
                reason = (
                    f"{found.rejected.num_rows} of the records of {file.location} belong to no day; the others were "
                    "taken."
                )
                yield Failure(table, "refused", reason, received=received, rejected=found.rejected)
                continue
            yield Candidate(
                table=table,
                kind=parsing.kind,
                snapshot_date=found.snapshot_date,
                records=found.records,
                rejected=found.rejected,
                received=received,
                location=file.location,
                source_revision=entry.source_revision,
                is_complete=entry.is_complete,
                minimum_rows_share=entry.minimum_rows_share,
                priority=priority if entry.priority is None else entry.priority,
                licence=entry.licence,
                citation=entry.citation,
                declared=parsing.declared,
                is_canonical=True,
            )
    except WarehouseError as error:
        outcome: Literal["refused", "failed"] = "refused" if isinstance(error, DataRefused) else "failed"
        yield Failure(table, outcome, str(error), snapshot_date=day, received=received)
