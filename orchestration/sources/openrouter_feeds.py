"""Documents of OpenRouter: daily and weekly rankings, the list of models, and prices.

Tokens come as text and stay exact. A model is named by its slug as received: two slugs that differ in their date can be
two releases.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, Feed, Rows, each
from orchestration.sources.openrouter_page import read_rankings_page, scale_objection
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.validation import DATE_TOLERANCE

_LIST_LICENCE = "no licence stated; factual extract"
_LIST_CITATION = "OpenRouter (openrouter.ai/models), list of models as of {as_of}"


def read_rankings_daily(document: Document) -> Iterable[Rows]:
    """Tokens per day and model, in any of the shapes in which they are given out.

    The Data API answers ``{"data": [row, ...], "meta": {"as_of": ...}}``, an export is the same without ``meta`` or a
    CSV, and stored vintages are ``{date: {slug: row}}``. A row is ``{date, model_permaslug, total_tokens}``.

    Raises:
        DataRefused: the document has another shape or no rows, or is as of a later day than its snapshot.
    """
    content, location = document.content, document.file.location
    as_of = None
    if isinstance(content, dict) and "data" in content:
        found = content["data"]
        as_of = _as_of(content.get("meta"), location)
    elif isinstance(content, dict) and all(isinstance(rows, dict) for rows in content.values()):
        found = [row for rows in content.values() for row in rows.values()]
    else:
        found = content
    if not isinstance(found, list):
        raise DataRefused(f"{location} does not hold daily rankings; look at the file.")
    if not found:
        raise DataRefused(f"{location} holds no rows; fetch it again later.")
    day = document.snapshot_date or as_of or document.day
    if as_of is not None and as_of - day > DATE_TOLERANCE:
        raise DataRefused(f"{location} says that it is as of {as_of}, after its day ({day}); correct the date.")
    yield Rows("rankings_daily", RecordKind.INFERENCE_TOKENS, day, rows_of(found, _daily))


def _as_of(meta: object, location: str) -> date | None:
    try:
        return ReceivedRecord(meta or {}).day("as_of")
    except ValueError as error:
        raise DataRefused(f"{location}: in meta, {error}; look at the file.") from None


def _daily(found: ReceivedRecord) -> Row:
    return {
        "token_date": found.day("date"),
        "period_days": 1,
        "model_slug": found.text("model_permaslug"),
        "tokens": found.whole_number("total_tokens", required=True),
    }


def read_weekly(document: Document) -> Iterable[Rows]:
    """The most used models of each week, from the rankings page's chart: a lower bound of a week's tokens.

    Raises:
        DataRefused: the document is no list of records.
    """
    yield Rows("weekly_top_models", RecordKind.INFERENCE_TOKENS, document.day, rows_of(document.records, _weekly))


def _weekly(found: ReceivedRecord) -> Row:
    return {
        "token_date": found.day("date"),
        "period_days": 7,
        "model_slug": found.text("slug"),
        "tokens": found.whole_number("total_tokens", required=True),
        "prompt_tokens": found.whole_number("prompt_tokens"),
        "completion_tokens": found.whole_number("completion_tokens"),
        "requests": found.whole_number("request_count"),
    }


def read_models(document: Document) -> Iterable[Rows]:
    """The list of models: what leads from a slug to a Hub repository, and today's prices.

    Raises:
        DataRefused: the document is no list of models.
    """
    content, day = document.content, document.day
    found = content.get("data") if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        raise DataRefused(f"{document.file.location} does not hold a list of models under data; look at the file.")

    def price(model: ReceivedRecord) -> Row:
        pricing = model.part("pricing")
        return {
            "price_date": day,
            "model_slug": model.text("id"),
            "prompt_usd_per_token": _price(pricing, "prompt"),
            "completion_usd_per_token": _price(pricing, "completion"),
        }

    yield Rows("models", RecordKind.SOURCE_MODELS, day, rows_of(found, _model))
    yield Rows("model_prices", RecordKind.MODEL_PRICES, day, rows_of(found, price))


def _model(found: ReceivedRecord) -> Row:
    name = found.text("id", required=True) or ""
    # An empty Hub id is what the list says of a closed model, but also of an open one that nobody linked.
    hub_id = found.text("hugging_face_id")
    return {
        "source_model_name": name,
        "canonical_name": found.text("canonical_slug"),
        "display_name": found.text("name"),
        "organization_name": name.partition("/")[0].lstrip("~"),
        "hub_model_id": hub_id,
        "openrouter_id": name,
        "is_open_weights": True if hub_id else None,
        "release_date": _day_of_second(found.whole_number("created")),
    }


def _day_of_second(second: int | None) -> date | None:
    """The day of a Unix time.

    Raises:
        ValueError: there is no such day.
    """
    try:
        return None if second is None else datetime.fromtimestamp(second, UTC).date()
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"created is {second}, not a time") from None


def read_prices(document: Document) -> Iterable[Rows]:
    """Stored prices, ``{date: {model id: blended US dollars per token}}``.

    Raises:
        DataRefused: the document has another shape.
    """
    content = document.content
    if not isinstance(content, dict) or not all(isinstance(prices, dict) for prices in content.values()):
        raise DataRefused(f"{document.file.location} does not hold prices by date; look at the file.")
    found: list[Any] = [
        {"date": day, "model": slug, "usd": usd}
        for day, prices in sorted(content.items())
        for slug, usd in prices.items()
    ]
    yield Rows("blended_prices", RecordKind.MODEL_PRICES, document.day, rows_of(found, _blended))


def _blended(found: ReceivedRecord) -> Row:
    return {
        "price_date": found.day("date"),
        "model_slug": found.text("model"),
        "blended_usd_per_token": _price(found, "usd"),
    }


def _price(found: ReceivedRecord, name: str) -> float | None:
    """US dollars per token.

    Raises:
        ValueError: it is no number, or negative: so the list marks a router, whose price is that of its choice.
    """
    usd = found.number(name)
    if usd is not None and usd < 0:
        raise ValueError(f"{name} is negative: a router has no price of its own")
    return usd


FEEDS: dict[str, Feed] = {
    "rankings_daily": Feed(
        ("rankings_daily",),
        each(read_rankings_daily),
        citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}. Licensed under CC BY 4.0.",
    ),
    "models": Feed(("models", "model_prices"), each(read_models), licence=_LIST_LICENCE, citation=_LIST_CITATION),
    "prices": Feed(("blended_prices",), each(read_prices), licence=_LIST_LICENCE, citation=_LIST_CITATION),
    "weekly_top_models": Feed(("weekly_top_models",), each(read_weekly)),
    "rankings_page": Feed(("rankings_page",), each(read_rankings_page), objection=scale_objection),
}
