"""``lmarena``: ratings of chat models by people's votes, in the shapes in which dated leaderboards were kept.

The scale of the ratings was anchored anew more than once, and the style-controlled rating replaced the plain one: each
shape is a metric of its own, so that no line crosses from one to the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import (
    Document,
    DocumentEntry,
    Feed,
    Row,
    Rows,
    day_of,
    documented,
    each,
    number,
    rows_of,
    text,
    whole_number,
)
from orchestration.sources.locations import parse_entries
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "lmarena"


def read_ratings(document: Document) -> Iterable[Rows]:
    """Ratings by category of dated versions: ``commit_date, category, model, rating, rating_q025, rating_q975``."""

    def rating(found: Any) -> Row:
        return {
            "metric": "arena_text_rating",
            "category": "overall" if found["category"] == "full" else text(found["category"]),
            "source_model_name": text(found["model"]),
            "score": number(found["rating"]),
            "score_low": number(found["rating_q025"]),
            "score_high": number(found["rating_q975"]),
        }

    for day, records in _by_day(document, "commit_date"):
        yield Rows("ratings", RecordKind.EVALUATIONS, day, rows_of(records, rating))


def read_elo_history(document: Document) -> Iterable[Rows]:
    """Monthly versions of the older leaderboard: ``date, key, Model, rating, License, Organization``."""

    def rating(found: Any) -> Row:
        return {
            "metric": "arena_elo_history",
            "category": "overall",
            "source_model_name": text(found["key"]),
            "score": number(found["rating"]),
        }

    def model(found: Any) -> Row:
        return {
            "source_model_name": text(found["key"]),
            "display_name": text(found["Model"]),
            "organization_name": text(found["Organization"]),
            "license": text(found["License"]),
        }

    for day, records in _by_day(document, "date"):
        yield Rows("elo_history", RecordKind.EVALUATIONS, day, rows_of(records, rating))
        yield Rows("elo_history_models", RecordKind.SOURCE_MODELS, day, rows_of(records, model))


def read_leaderboard(document: Document) -> Iterable[Rows]:
    """One leaderboard of one day: ``{meta: {leaderboard, fetched_at, last_updated}, models: [...]}``.

    Raises:
        DataRefused: the document has another shape.
    """
    content = document.content
    meta = content.get("meta") if isinstance(content, dict) else None
    if not isinstance(meta, dict) or not isinstance(content.get("models"), list):
        raise DataRefused(f"{document.file.location} is no leaderboard with meta and models; look at the file.")
    board = text(meta.get("leaderboard"))
    day = document.snapshot_date or day_of(meta.get("fetched_at")) or document.day
    published = _published(meta.get("last_updated"))

    def rating(found: Any) -> Row:
        score, interval = number(found["score"]), number(found.get("ci"))
        known = score is not None and interval is not None
        return {
            "metric": f"arena_{board}_score",
            "category": "overall",
            "source_model_name": text(found["model"]),
            "score": score,
            "score_low": score - interval if known else None,  # type: ignore[operator]
            "score_high": score + interval if known else None,  # type: ignore[operator]
            "votes": whole_number(found.get("votes")),
            "published_date": published,
        }

    def model(found: Any) -> Row:
        return {
            "source_model_name": text(found["model"]),
            "organization_name": text(found.get("vendor")),
            "license": text(found.get("license")),
        }

    yield Rows(f"leaderboard_{board}", RecordKind.EVALUATIONS, day, rows_of(content["models"], rating))
    yield Rows(f"leaderboard_{board}_models", RecordKind.SOURCE_MODELS, day, rows_of(content["models"], model))


def read_models(document: Document) -> Iterable[Rows]:
    """Organisation and licence by model: ``name, model_api_name, organization, license``."""

    def model(found: Any) -> Row:
        return {
            "source_model_name": text(found["model_api_name"]),
            "display_name": text(found["name"]),
            "organization_name": text(found["organization"]),
            "license": text(found["license"]),
        }

    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(document.content, model))


def _by_day(document: Document, column: str) -> list[tuple[date, list[Any]]]:
    """Records by the day that one of their fields gives, oldest first.

    Raises:
        DataRefused: the field is missing or no date.
    """
    days: dict[date, list[Any]] = defaultdict(list)
    for number_, found in enumerate(document.content, start=1):
        value = found.get(column) or ""
        try:
            days[date.fromisoformat(value)].append(found)
        except ValueError:
            raise DataRefused(
                f"{document.file.location}, record {number_}: {column} is {value!r:.30}, not a date; look at the file."
            ) from None
    return sorted(days.items())


def _published(value: object) -> date | None:
    """A date like ``Mar 18, 2026``; None where the page says something else."""
    try:
        return datetime.strptime(str(value), "%b %d, %Y").date()
    except ValueError:
        return None


#: Leaderboards of the page, each with ratings of its own.
BOARDS = ("text", "code")
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
    max_age=timedelta(days=30),
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
