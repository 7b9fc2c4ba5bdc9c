"""``hf_hub``: models as the Hub's API lists them, with their counters of today.

Live, the organisations and models of the newest registry that has landed (``tracked``), what declares them as a base
(``derivatives``) and, only when asked for, everything (``full``). As an archive, list pages that were stored on their
day. Both go through the same reading, so a stored page lands as the live one did.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple

from pydantic import model_validator

from orchestration.errors import DataRefused, Unreachable
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.disk import writing
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.records import RecordKind
from orchestration.sources import tracked_models
from orchestration.sources.hub_client import HubClient
from orchestration.sources.hub_listing import (
    ListingInterruptedError,
    ListingReader,
    listing_folder,
    remove_other_days,
)
from orchestration.sources.hub_models import read_models
from orchestration.sources.hub_plan import Plan, derivatives_plan, full_plan, tracked_plan
from orchestration.sources.locations import SourceEntry, located_files, parse_entries
from orchestration.sources.spec import IngestRequest, Progress, SourceSpec, TableSpec

NAME = "hf_hub"
#: The Hub itself wins over every copy of its counters.
PRIORITY = 10
#: A listing with less than half of the models of the one before it is partial.
MINIMUM_ROWS_SHARE = 0.5


class HubTable(NamedTuple):
    """One table of the Hub.

    Attributes:
        is_complete: see ``Candidate``.
        overlapping: its listings may rightly give the same model more than once.
        by_default: fetched when no table is asked for.
    """

    description: str
    is_complete: Literal["all", "organizations"] | None
    overlapping: bool
    by_default: bool


TABLES: dict[str, HubTable] = {
    "tracked": HubTable(
        "All models of the organisations that have a model in the newest registry.", "organizations", False, True
    ),
    "derivatives": HubTable("Models that declare a model of the newest registry as their base.", None, True, True),
    "full": HubTable("All models of the Hub; fetched only when asked for.", "all", False, False),
}


class HubEntry(SourceEntry):
    """Stored list pages of one table: ``location`` names JSON pages, gzipped or not; one day's pages are a snapshot."""

    table: Literal["tracked", "derivatives", "full"]

    @model_validator(mode="after")
    def _has_a_date(self) -> "HubEntry":
        if (self.snapshot_date is None) == (self.date_pattern is None):
            raise ValueError("needs either snapshot_date or date_pattern")
        return self


def listed(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the tables that are asked for: today's, or those of the entries' pages.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    if request.entries:
        for entry in parse_entries(HubEntry, NAME, request.entries):
            if not request.tables or entry.table in request.tables:
                yield from _stored(request, entry)
        return
    remove_other_days(request.settings.raw, NAME, request.clock().date())
    for name, table in TABLES.items():
        if name in request.tables or (table.by_default and not request.tables):
            yield from _live(request, name)


def candidate_from_pages(
    table: str, pages: Sequence[ReceivedFile], snapshot_date: date, location: str, entry: SourceEntry | None = None
) -> Candidate:
    """Reads list pages as one snapshot.

    Args:
        table: ``tracked``, ``derivatives`` or ``full``.
        pages: JSON arrays of models (or single models), gzipped or not, in the order received.
        snapshot_date: the day that they describe.
        location: where they came from, as a person would name it.
        entry: what a --sources file declares about them.

    Raises:
        DataRefused: a page is no list of models.
    """
    of_table = TABLES[table]
    records, rejected = read_models(pages, snapshot_date, overlapping=of_table.overlapping)
    candidate = Candidate(
        table=table,
        kind=RecordKind.READINGS,
        snapshot_date=snapshot_date,
        records=records,
        rejected=rejected,
        received=tuple(pages),
        location=location,
        is_complete=of_table.is_complete,
        minimum_rows_share=MINIMUM_ROWS_SHARE,
        priority=PRIORITY,
    )
    return candidate if entry is None else replace(candidate, **_declared(entry))


def _declared(entry: SourceEntry) -> dict[str, Any]:
    names = ("source_revision", "is_complete", "minimum_rows_share", "priority", "licence", "citation")
    return {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}


def _stored(request: IngestRequest, entry: HubEntry) -> Iterator[Candidate | Failure]:
    """One candidate for each day whose pages an entry names."""
    try:
        with located_files(entry.location, request.settings) as files:
            days: dict[date, list[ReceivedFile]] = defaultdict(list)
            for file in files:
                if (day := entry.date_of(file.location)) is not None and request.wants(entry.table, day):
                    days[day].append(ReceivedFile(file.path, file.location, file.name))
            for day, pages in sorted(days.items()):
                yield _of_day(request, entry, day, pages)
    except Unreachable as error:
        yield Failure(entry.table, "failed", str(error), entry.snapshot_date, unreachable=True)


def _of_day(request: IngestRequest, entry: HubEntry, day: date, pages: list[ReceivedFile]) -> Candidate | Failure:
    started = request.clock()
    try:
        candidate = candidate_from_pages(entry.table, pages, day, entry.location, entry)
    except DataRefused as error:
        return Failure(entry.table, "refused", str(error), day, received=tuple(pages))
    except Unreachable as error:
        return Failure(entry.table, "failed", str(error), day, unreachable=True)
    rows = candidate.records.num_rows + candidate.rejected.num_rows
    request.report(Progress(f"{NAME}/{entry.table}", rows, rows, (request.clock() - started).total_seconds()))
    return candidate


def _live(request: IngestRequest, table: str) -> Iterator[Candidate | Failure]:
    """Today's listing of one table, taken up where an attempt of today was interrupted."""
    today = request.clock().date()
    if not request.wants(table, today):
        reason = (
            f"{NAME}/{table} of {request.snapshot_date} cannot be fetched: a live API cannot be backfilled, it answers "
            f"for today ({today} UTC); name stored pages or an archive in a sources file."
        )
        yield Failure(table, "refused", reason, request.snapshot_date)
        return
    plan = _plan(request, table)
    if plan is None:
        reason = (
            f"{NAME}/{table} needs the list of tracked models, and none has landed; run `warehouse ingest "
            f"{tracked_models.NAME}` first."
        )
        yield Failure(table, "failed", reason, today)
        return
    folder = listing_folder(request.settings.raw, NAME, table, today)
    try:
        with writing(request.settings.raw, f"{NAME}/{table} of {today} was not landed"):
            report = partial(_report, request, table, request.store.newest(NAME, table, before=today), request.clock())
            client = HubClient(request.settings)
            pages = ListingReader(folder, client, plan.listings, plan.follow_up, report).read()
    except ListingInterruptedError as error:
        reason = f"{NAME}/{table} of {today}: {error}"
        yield Failure(table, "failed", reason, today, unreachable=True, received=error.received)
        return
    yield candidate_from_pages(table, pages, today, f"{client.location}/api/models")
    shutil.rmtree(folder, ignore_errors=True)


def _plan(request: IngestRequest, table: str) -> Plan | None:
    """What to ask for; None if the registry has not landed."""
    if table == "full":
        return full_plan()
    lists = [request.store.newest(tracked_models.NAME, name) for name in ("models", "extra_models")]
    if lists[0] is None:
        return None
    model_ids = [name for found in lists if found for name in request.store.read(found)["model_id"].to_pylist()]
    return tracked_plan(model_ids) if table == "tracked" else derivatives_plan(model_ids)


def _report(request: IngestRequest, table: str, previous: Manifest | None, started: datetime, rows: int) -> None:
    total = None if previous is None else previous.rows
    request.report(Progress(f"{NAME}/{table}", rows, total, (request.clock() - started).total_seconds()))


SPEC = SourceSpec(
    name=NAME,
    title="Hugging Face Hub, live listings",
    live_location="https://huggingface.co/models",
    licence="Hugging Face Terms of Service",
    citation="Hugging Face Hub, model metadata and counters",
    max_age=timedelta(days=2),
    tables=tuple(
        TableSpec(name, RecordKind.READINGS, table.description, live=True, by_default=table.by_default)
        for name, table in TABLES.items()
    ),
    connector=listed,
    priority=PRIORITY,
    minimum_rows_share=MINIMUM_ROWS_SHARE,
)
