"""Documents of OpenRouter: rankings in four shapes, the list of models, and prices.

Tokens come as text and stay exact. A model is named by its slug as received: two slugs that differ in their date can be
two releases.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, Feed, Row, Rows, day_of, each, number, rows_of, text, whole_number

#: A page's models and its market shares describe the same weeks. When the largest model has less than this share of
#: the largest author's tokens, the page showed another series.
LEAST_SHARE_OF_LEADER = 0.001


def read_rankings_daily(document: Document) -> Iterable[Rows]:
    """Tokens per day and model, in any of the three shapes in which they are given out.

    The Data API answers ``{"data": [row, ...], "meta": {"as_of": ...}}``, an export is the list of rows, and stored
    vintages are ``{date: {slug: row}}``. A row is ``{date, model_permaslug, total_tokens}``.

    Raises:
        DataRefused: the document has another shape.
    """
    content, day = document.content, document.snapshot_date
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        found = content["data"]
        as_of = (content.get("meta") or {}).get("as_of")
        day = day or day_of(as_of)
    elif isinstance(content, dict) and content and all(isinstance(rows, dict) for rows in content.values()):
        found = [row for rows in content.values() for row in rows.values()]
    elif isinstance(content, list):
        found = content
    else:
        raise DataRefused(f"{document.file.location} does not hold daily rankings; look at the file.")
    yield Rows(
        "rankings_daily",
        RecordKind.INFERENCE_TOKENS,
        day or document.day,
        rows_of(found, _daily),
    )


def _daily(row: Any) -> Row:
    return {
        "token_date": day_of(row["date"]),
        "period_days": 1,
        "model_slug": text(row["model_permaslug"]),
        "tokens": _required(whole_number(row["total_tokens"]), "total_tokens"),
    }


def read_weekly(document: Document) -> Iterable[Rows]:
    """The most used models of each week, from the rankings page's chart: a lower bound of a week's tokens."""

    def week(row: Any) -> Row:
        return {
            "token_date": day_of(row["date"]),
            "period_days": 7,
            "model_slug": text(row["slug"]),
            "tokens": _required(whole_number(row["total_tokens"]), "total_tokens"),
            "prompt_tokens": whole_number(row.get("prompt_tokens")),
            "completion_tokens": whole_number(row.get("completion_tokens")),
            "requests": whole_number(row.get("request_count")),
        }

    yield Rows("weekly_top_models", RecordKind.INFERENCE_TOKENS, document.day, rows_of(document.content, week))


def read_rankings_page(document: Document) -> Iterable[Rows]:
    """The models of a scrape of the rankings page: tokens of the week before it.

    Raises:
        DataRefused: the scrape is empty, or its models are of another series than its market shares.
    """
    content, location = document.content, document.file.location
    models = content.get("models") if isinstance(content, dict) else None
    if not isinstance(models, list):
        raise DataRefused(f"{location} is not a scrape of the rankings page; look at the file.")
    if not models:
        raise DataRefused(
            f"{location} is an empty scrape (no models); the page's layout has changed, mend the scraper."
        )
    largest = max((whole_number(model.get("tokens")) or 0 for model in models), default=0)
    leader = max((whole_number(author.get("tokens")) or 0 for author in content.get("market_share") or []), default=0)
    if largest < LEAST_SHARE_OF_LEADER * leader:
        raise DataRefused(
            f"{location} holds another series than the weekly tokens: its largest model has {largest:,} tokens, its "
            f"largest author {leader:,}; take the day from another copy."
        )
    fetched = day_of((content.get("meta") or {}).get("fetched_at")) or document.day

    def week(model: Any) -> Row:
        return {
            "token_date": fetched,
            "period_days": 7,
            "model_slug": text(model["model_id"]),
            "tokens": _required(whole_number(model["tokens"]), "tokens"),
        }

    day = document.snapshot_date or fetched
    yield Rows("rankings_page", RecordKind.INFERENCE_TOKENS, day, rows_of(models, week))


def read_models(document: Document) -> Iterable[Rows]:
    """The list of models: what leads from a slug to a Hub repository, and today's prices.

    Raises:
        DataRefused: the document is no list of models.
    """
    content = document.content
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise DataRefused(f"{document.file.location} does not hold a list of models under data; look at the file.")

    def model(found: Any) -> Row:
        # An empty Hub id is what the list says of a closed model, but also of an open one that nobody linked.
        hub_id = text(found.get("hugging_face_id"))
        created = found.get("created")
        return {
            "source_model_name": text(found["id"]),
            "canonical_name": text(found.get("canonical_slug")),
            "display_name": text(found.get("name")),
            "organization_name": found["id"].partition("/")[0].lstrip("~"),
            "hub_model_id": hub_id,
            "openrouter_id": text(found["id"]),
            "is_open_weights": True if hub_id else None,
            "release_date": None if created is None else datetime.fromtimestamp(int(created), UTC).date(),
        }

    def price(found: Any) -> Row:
        pricing = found.get("pricing") or {}
        return {
            "price_date": document.day,
            "model_slug": text(found["id"]),
            "prompt_usd_per_token": _price(pricing.get("prompt")),
            "completion_usd_per_token": _price(pricing.get("completion")),
        }

    records = content["data"]
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(records, model))
    yield Rows("model_prices", RecordKind.MODEL_PRICES, document.day, rows_of(records, price))


def read_prices(document: Document) -> Iterable[Rows]:
    """Stored prices, ``{date: {model id: blended US dollars per token}}``.

    Raises:
        DataRefused: the document has another shape.
    """
    content = document.content
    if not isinstance(content, dict) or not all(isinstance(prices, dict) for prices in content.values()):
        raise DataRefused(f"{document.file.location} does not hold prices by date; look at the file.")

    def price(found: Any) -> Row:
        return {
            "price_date": day_of(found["date"]),
            "model_slug": found["model"],
            "blended_usd_per_token": _price(found["usd"]),
        }

    records = (
        {"date": day, "model": slug, "usd": usd}
        for day, prices in sorted(content.items())
        for slug, usd in prices.items()
    )
    yield Rows("blended_prices", RecordKind.MODEL_PRICES, document.day, rows_of(records, price))


def _price(value: object) -> float | None:
    """US dollars per token; a negative one stands for a router that has no price of its own.

    Raises:
        ValueError: it is negative or no number.
    """
    usd = number(value)
    if usd is not None and usd < 0:
        raise ValueError("a router has no price of its own")
    return usd


def _required(value: int | None, name: str) -> int:
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


FEEDS: dict[str, Feed] = {
    "rankings_daily": Feed(("rankings_daily",), each(read_rankings_daily)),
    "models": Feed(("models", "model_prices"), each(read_models)),
    "prices": Feed(("blended_prices",), each(read_prices)),
    "weekly_top_models": Feed(("weekly_top_models",), each(read_weekly)),
    "rankings_page": Feed(("rankings_page",), each(read_rankings_page)),
}
