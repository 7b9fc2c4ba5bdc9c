"""Files of dated records as candidates: what every connector does with a file that it has located."""

from collections.abc import Iterator
from typing import Literal

from orchestration.errors import DataRefused, WarehouseError
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.sources.locations import LocatedFile, SourceEntry
from orchestration.sources.parsing import Parsing, parse_file
from orchestration.sources.spec import IngestRequest, Progress


def file_candidates(
    request: IngestRequest,
    entry: SourceEntry,
    file: LocatedFile,
    parsing: Parsing,
    *,
    source: str,
    table: str,
    priority: int,
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
    """
    started = request.clock()
    received = (ReceivedFile(file.path, file.location, file.name),)
    rows, day = 0, None
    try:
        day = entry.date_of(file.location)
        if day is not None and not request.wants(table, day):
            return
        for found in parse_file(file, parsing, day, lambda of_day: request.wants(table, of_day)):
            rows += found.records.num_rows + found.rejected.num_rows
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
            )
    except WarehouseError as error:
        outcome: Literal["refused", "failed"] = "refused" if isinstance(error, DataRefused) else "failed"
        yield Failure(table, outcome, str(error), snapshot_date=day, received=received)
    request.report(Progress(f"{source}/{table}", rows, None, (request.clock() - started).total_seconds()))
