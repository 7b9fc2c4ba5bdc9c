"""``lmarena``: ratings of chat models by people's votes, in the shapes in which dated leaderboards were kept.

The scale of the ratings was anchored anew more than once, and the style-controlled rating replaced the plain one: each
shape is a metric of its own, so that no line crosses from one to the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, DocumentEntry, Feed, Rows, documented, each
from orchestration.sources.locations import parse_entries
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "lmarena"
#: Leaderboards of the page, each with ratings of its own.
BOARDS = ("text", "code")


def read_ratings(document: Document) -> Iterable[Rows]:
    """Ratings by category of dated versions: ``commit_date, category, model, rating, rating_q025, rating_q975``.

    The version of 2025-05-27 is several versions in one, sorted by rating: up to five ratings of a model in each
    category, and nothing that says which belong together. It has no usable records and is refused as a whole.

    Raises:
        DataRefused: the document is no list of records, or one has no date.
    """
    for day, records in _by_day(document, "commit_date"):
        yield Rows("ratings", RecordKind.EVALUATIONS, day, rows_of(records, _rating))


def _rating(found: ReceivedRecord) -> Row:
    category = found.text("category")
    return {
        "metric": "arena_text_rating",
        "category": "overall" if category == "full" else category,
        "source_model_name": found.text("model"),
        "score": found.number("rating", required=True),
        "score_low": found.number("rating_q025"),
        "score_high": found.number("rating_q975"),
    }


def read_elo_history(document: Document) -> Iterable[Rows]:
    """Monthly versions of the older leaderboard: ``date, key, Model, rating, License, Organization``.

    Raises:
        DataRefused: the document is no list of records, or one has no date.
    """
    for day, records in _by_day(document, "date"):
        yield Rows("elo_history", RecordKind.EVALUATIONS, day, rows_of(records, _elo))
        yield Rows("elo_history_models", RecordKind.SOURCE_MODELS, day, rows_of(records, _elo_model))


def _elo(found: ReceivedRecord) -> Row:
    return {
        "metric": "arena_elo_history",
        "category": "overall",
        "source_model_name": found.text("key"),
        "score": found.number("rating", required=True),
    }


def _elo_model(found: ReceivedRecord) -> Row:
    return {
        "source_model_name": found.text("key"),
        "display_name": found.text("Model"),
        "organization_name": found.text("Organization"),
        "license": found.text("License"),
    }


def read_leaderboard(document: Document) -> Iterable[Rows]:
    """One leaderboard of one day: ``{meta: {leaderboard, fetched_at, last_updated, model_count}, models: [...]}``.

    The page shows a part of the board, now more, now less: a model's absence says nothing.

    Raises:
        DataRefused: the document has another shape, is of an unknown board, or has not as many models as it says.
    """
    content, location = document.content, document.file.location
    models = content.get("models") if isinstance(content, dict) else None
    if not isinstance(models, list) or not models:
        raise DataRefused(f"{location} is no leaderboard with meta and models; look at the file.")
    try:
        meta = ReceivedRecord(content).part("meta")
        board, fetched, promised = meta.text("leaderboard"), meta.day("fetched_at"), meta.whole_number("model_count")
    except ValueError as error:
        raise DataRefused(f"{location}: in meta, {error}; look at the file.") from None
    if board not in BOARDS:
        raise DataRefused(f"{location} is of the board {board!r}; known boards are {', '.join(BOARDS)}.")
    if promised is not None and promised != len(models):
        raise DataRefused(f"{location} says that it has {promised} models and has {len(models)}; fetch it again.")
    day = document.snapshot_date or fetched or document.day
    published = _published(content["meta"].get("last_updated"), day)

    def rating(found: ReceivedRecord) -> Row:
        score, interval = found.number("score", required=True), found.number("ci")
        known = score is not None and interval is not None
        return {
            "metric": f"arena_{board}_score",
            "category": "overall",
            "source_model_name": found.text("model"),
            "score": score,
            "score_low": score - interval if known else None,  # type: ignore[operator]
            "score_high": score + interval if known else None,  # type: ignore[operator]
            "votes": found.whole_number("votes"),
            "published_date": published,
        }

    yield Rows(f"leaderboard_{board}", RecordKind.EVALUATIONS, day, rows_of(models, rating))
    yield Rows(f"leaderboard_{board}_models", RecordKind.SOURCE_MODELS, day, rows_of(models, _vendor))


def _vendor(found: ReceivedRecord) -> Row:
    return {
        "source_model_name": found.text("model"),
        "organization_name": found.text("vendor"),
        "license": found.text("license"),
    }


def _published(value: object, day: date) -> date | None:
    """A date like ``Mar 18, 2026``; None where the page says something else, or a day that was yet to come."""
    try:
        published = datetime.strptime(str(value), "%b %d, %Y").date()
    except ValueError:
        return None
    return published if published <= day else None


def read_models(document: Document) -> Iterable[Rows]:
    """Organisation and licence by model: ``name, model_api_name, organization, license``.

    Raises:
        DataRefused: the document is no list of records.
    """
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(document.records, _api_model))


def _api_model(found: ReceivedRecord) -> Row:
    return {
        "source_model_name": found.text("model_api_name"),
        "display_name": found.text("name"),
        "organization_name": found.text("organization"),
        "license": found.text("license"),
    }


def _by_day(document: Document, column: str) -> list[tuple[date, list[Any]]]:
    """Records by the day that one of their fields gives, oldest first.

    Raises:
        DataRefused: the document is no list of records, or the field is missing or no date.
    """
    days: dict[date, list[Any]] = defaultdict(list)
    for number, record in enumerate(document.records, start=1):
        value = record.get(column) if isinstance(record, dict) else None
        try:
            days[date.fromisoformat(str(value))].append(record)
        except ValueError:
            raise DataRefused(
                f"{document.file.location}, record {number}: {column} is {ascii(value)[:30]}, not a date; look at the "
                "file."
            ) from None
    return sorted(days.items())


_BOARD_TABLES = tuple(name for board in BOARDS for name in (f"leaderboard_{board}", f"leaderboard_{board}_models"))
FEEDS = {
    "ratings": Feed(("ratings",), each(read_ratings)),
    "elo_history": Feed(("elo_history", "elo_history_models"), each(read_elo_history)),
    "leaderboard": Feed(_BOARD_TABLES, each(read_leaderboard)),
    "models": Feed(("models",), each(read_models)),
}


class ArenaEntry(DocumentEntry):
    """Stored leaderboards."""

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        return FEEDS


def rated(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the entries' files; the leaderboard itself has no interface for programs.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    for entry in parse_entries(ArenaEntry, NAME, request.entries):
        yield from documented(request, NAME, entry)


SPEC = SourceSpec(
    name=NAME,
    title="LMArena: ratings by people's votes",
    live_location=None,
    licence="no licence stated; factual extract",
    citation="LMArena (lmarena.ai), leaderboards",
    max_age=None,
    tables=(
        TableSpec("ratings", RecordKind.EVALUATIONS, "Ratings by category, 2025.", live=False),
        TableSpec("elo_history", RecordKind.EVALUATIONS, "Monthly ratings, 2023 to 2025.", live=False),
        TableSpec("elo_history_models", RecordKind.SOURCE_MODELS, "Organisations and licences of these.", live=False),
        TableSpec("leaderboard_text", RecordKind.EVALUATIONS, "Daily text leaderboard.", live=False),
        TableSpec("leaderboard_text_models", RecordKind.SOURCE_MODELS, "Vendors and licences of it.", live=False),
        TableSpec("leaderboard_code", RecordKind.EVALUATIONS, "Daily code leaderboard.", live=False),
        TableSpec("leaderboard_code_models", RecordKind.SOURCE_MODELS, "Vendors and licences of it.", live=False),
        TableSpec("models", RecordKind.SOURCE_MODELS, "Organisations and licences by model.", live=False),
    ),
    connector=rated,
)
