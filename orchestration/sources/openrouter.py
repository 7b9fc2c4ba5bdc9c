"""``openrouter``: tokens per day and model, the list of models with Hub ids, prices.

Live, the rankings come from the Data API where a key is set (``OPENROUTER_API_KEY``), else from the dated exports that
anyone may fetch; both serve days of the past, so a snapshot's date says as of when. Stored copies are read by feed.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from orchestration.errors import Unreachable
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.api_keys import key_in
from orchestration.sources.documents import DocumentEntry, Feed, document_candidates, documented
from orchestration.sources.locations import parse_entries
from orchestration.sources.openrouter_feeds import FEEDS
from orchestration.sources.openrouter_live import (
    ENDPOINT,
    NAME,
    Answer,
    BadAnswer,
    models_today,
    rankings_of_api,
    rankings_of_exports,
)
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

KEY_VARIABLE = "OPENROUTER_API_KEY"
#: A list of models with less than half of the models of the one before it was cut.
LEAST_SHARE_OF_MODELS = 0.5


class OpenRouterEntry(DocumentEntry):
    """Stored documents of OpenRouter."""

    feed: str = "rankings_daily"

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        return FEEDS


def ranked(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the entries' files, or of what OpenRouter gives out today.

    Raises:
        ConfigurationError: an entry or the key is wrong; nothing has been read by then.
    """
    entries = parse_entries(OpenRouterEntry, NAME, request.entries)
    for entry in entries:
        yield from documented(request, NAME, entry)
    if not entries:
        with tempfile.TemporaryDirectory(prefix="warehouse-") as folder:
            yield from _live(request, Path(folder))


def _live(request: IngestRequest, folder: Path) -> Iterator[Candidate | Failure]:
    today = request.clock().date()
    for feed, answers in (("rankings_daily", _rankings), ("models", _models)):
        tables = FEEDS[feed].tables
        if request.tables and not request.tables & set(tables):
            continue
        table = next((name for name in tables if name in request.tables), tables[0])
        if request.snapshot_date not in (None, today):
            reason = (
                f"{NAME}/{table} is given out as of {today} only, not as of {request.snapshot_date}; name a stored "
                "copy in a sources file."
            )
            yield Failure(table, "failed", reason, snapshot_date=request.snapshot_date)
            continue
        for answer in answers(request, folder, today):
            if isinstance(answer, Unreachable):
                yield Failure(table, "failed", str(answer), snapshot_date=today, unreachable=True)
            elif isinstance(answer, BadAnswer):
                yield Failure(table, "refused", str(answer), answer.snapshot_date, received=answer.received)
            else:
                yield from _candidates(request, feed, answer)


def _candidates(request: IngestRequest, feed: str, answer: Answer) -> Iterator[Candidate | Failure]:
    entry = OpenRouterEntry(
        location=answer.files[0].location,
        snapshot_date=answer.snapshot_date,
        feed=feed,
        minimum_rows_share=LEAST_SHARE_OF_MODELS if feed == "models" else None,
    )
    # The newest export may be that of yesterday: it is what there is today, under its own date.
    yield from document_candidates(replace(request, snapshot_date=None), NAME, entry, answer.files)


def _models(request: IngestRequest, folder: Path, today: date) -> Iterator[Answer | BadAnswer | Unreachable]:
    try:
        yield models_today(request.settings, folder, today)
    except Unreachable as error:
        yield error


def _rankings(request: IngestRequest, folder: Path, today: date) -> Iterator[Answer | BadAnswer | Unreachable]:
    """The daily rankings: of the Data API with a key, else of the exports."""
    key = key_in(KEY_VARIABLE)
    if key is None:
        yield from rankings_of_exports(request.settings, request.store, folder, today)
        return
    try:
        yield rankings_of_api(request.settings, request.store, folder, today, key)
    except (BadAnswer, Unreachable) as error:
        yield error


SPEC = SourceSpec(
    name=NAME,
    title="OpenRouter: tokens per day, models, prices",
    live_location=f"{ENDPOINT}/rankings",
    licence="CC-BY-4.0",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of the snapshot's date. Licensed under CC BY 4.0.",
    max_age=timedelta(days=3),
    tables=(
        TableSpec(
            "rankings_daily",
            RecordKind.INFERENCE_TOKENS,
            "Tokens per day of the 50 most used models, and of all others together.",
            live=True,
        ),
        TableSpec("models", RecordKind.SOURCE_MODELS, "Models with their Hub ids, where they are known.", live=True),
        TableSpec("model_prices", RecordKind.MODEL_PRICES, "Prices per prompt and completion token.", live=True),
        TableSpec(
            "blended_prices", RecordKind.MODEL_PRICES, "Stored blended prices per day.", live=False, by_default=False
        ),
        TableSpec(
            "weekly_top_models",
            RecordKind.INFERENCE_TOKENS,
            "Stored weekly tokens of the nine or ten most used models.",
            live=False,
            by_default=False,
        ),
        TableSpec(
            "rankings_page",
            RecordKind.INFERENCE_TOKENS,
            "Stored scrapes of the rankings page: tokens of its models in the running week.",
            live=False,
            by_default=False,
        ),
    ),
    connector=ranked,
)
