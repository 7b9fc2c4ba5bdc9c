"""Scrapes of OpenRouter's rankings page, and how a scrape of something else is recognised.

The page shows several lists at once: tokens by model, by author and by app, and requests, calls and images by model. A
scraper that takes the wrong one delivers plausible names with figures of another kind. Between tokens and whatever
else the page counts lie three powers of ten or more (a request has thousands of tokens). A list that is too small by
that factor is no list of tokens, however short its period: a counter has made up for it ten minutes after its restart.
"""

from collections.abc import Iterable
from typing import Any

import pyarrow.compute as pc

from orchestration.errors import DataRefused
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, Rows
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of

#: Smallest believable ratio between the largest figures of two lists of tokens.
LEAST_RATIO = 0.001
#: Stored series of weekly tokens, against which a scrape is held, and the source that has them.
_SOURCE, _SERIES = "openrouter", ("rankings_page", "weekly_top_models")


def read_rankings_page(document: Document) -> Iterable[Rows]:
    """The models of a scrape of the rankings page: their tokens in the running week.

    The page's counters start anew at the beginning of a week (2026-03-28, a Saturday, has 83 % of what the weekly list
    has for that Monday to Sunday; its changes compare with the whole week before), the authors' even on another day.
    So a record's period is the part of the week that has begun: one day on Monday, seven on Sunday.

    Raises:
        DataRefused: the scrape is empty or cut, or its models are of another series than its authors and apps.
    """
    content, location = document.content, document.file.location
    models = content.get("models") if isinstance(content, dict) else None
    if not isinstance(models, list):
        raise DataRefused(f"{location} is not a scrape of the rankings page; look at the file.")
    if not models:
        raise DataRefused(
            f"{location} is an empty scrape (no models); the page's layout has changed, mend the scraper."
        )
    try:
        meta = ReceivedRecord(content).part("meta")
        fetched, promised = meta.day("fetched_at"), meta.part("counts").whole_number("models")
    except ValueError as error:
        raise DataRefused(f"{location}: in meta, {error}; look at the file.") from None
    if promised is not None and promised != len(models):
        raise DataRefused(f"{location} says that it has {promised} models and has {len(models)}; fetch it again.")
    for name in ("market_share", "apps"):
        _require_same_kind(location, _largest(models), name, _largest(content.get(name)))
    day = document.snapshot_date or fetched or document.day
    read_on = fetched or day

    def week(found: ReceivedRecord) -> Row:
        return {
            "token_date": read_on,
            "period_days": read_on.isoweekday(),
            "model_slug": found.text("model_id"),
            "tokens": found.whole_number("tokens", required=True),
        }

    yield Rows("rankings_page", RecordKind.INFERENCE_TOKENS, day, rows_of(models, week))


def scale_objection(store: SnapshotReader, part: Rows) -> str | None:
    """Why a scrape is refused whose figures are of another kind than those of the newest stored week before it."""
    found = max((row["tokens"] for row in part.rows if row.get("tokens")), default=0)
    for table in _SERIES:
        before = store.newest(_SOURCE, table, before=part.snapshot_date)
        known = 0 if before is None else pc.max(store.read(before)["tokens"]).as_py() or 0
        if before is not None and found < LEAST_RATIO * known:
            return (
                f"{part.table} of {part.snapshot_date} holds another series than weekly tokens: its largest model has "
                f"{found:,} tokens, that of {table} of {before.snapshot_date} has {known:,}; take the day from "
                "another copy."
            )
    return None


def _require_same_kind(location: str, found: int, name: str, known: int) -> None:
    if found < LEAST_RATIO * known:
        raise DataRefused(
            f"{location} holds another series than weekly tokens: its largest model has {found:,} tokens, the largest "
            f"of its {name} {known:,}; take the day from another copy."
        )


def _largest(records: Any) -> int:
    """The largest number of tokens in a list of the page; 0 where it has none."""
    largest = 0
    for record in records if isinstance(records, list) else []:
        try:
            largest = max(largest, ReceivedRecord(record).whole_number("tokens") or 0)
        except ValueError:  # judged as a record, not here
            continue
    return largest
