"""OpenRouter's rankings as they were given out: vintages of tokens per day in three shapes, and scrapes of the page."""

import json
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from orchestration.sample.feeds import at, gzipped
from orchestration.sample.hostile import HOSTILE_NAMES, IMPOSSIBLE_NAMES
from orchestration.sample.noise import stable_key, stable_keys, uniform
from orchestration.sample.tokens import FIRST_TOKEN_DAY, served, token_column
from orchestration.sample.troubles import trouble

#: Days that a vintage holds: the window that was asked for, and what an export has.
WINDOW_DAYS, EXPORT_DAYS = 62, 30
#: The interface for programs has no days before this one; older vintages are stored copies of another shape.
API_SINCE = date(2025, 1, 1)
EXPORTS_SINCE = date(2026, 10, 3)
#: Rankings name so many slugs a day and put the rest together.
NAMED_SLUGS = 50
_PAGE_MODELS = 9
_OTHER = "other"

Row = dict[str, Any]

_WRONG_COUNTS = ("-5", "many", None, "9007199254740993")


def vintage(as_of: date) -> dict[str, bytes]:
    """The rankings as they stood on a day, until the day before it, which is partial."""
    days = EXPORT_DAYS if as_of >= EXPORTS_SINCE else WINDOW_DAYS
    first = max(FIRST_TOKEN_DAY, as_of - timedelta(days=days))
    window = [as_of - timedelta(days=number) for number in range((as_of - first).days, 0, -1)]
    rows = [row for day in window for row in _rows(day, as_of)]
    if as_of >= EXPORTS_SINCE:
        document: Any = rows
    elif first >= API_SINCE:
        document = {
            "data": rows,
            "meta": {"as_of": at(as_of).isoformat(), "start_date": str(first), "end_date": str(as_of)},
        }
    else:
        stored: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in rows:
            stored[row["date"]][row["model_permaslug"]] = row
        document = stored
    return {"rankings_daily.json.gz": gzipped(json.dumps(document, separators=(",", ":")).encode())}


def ranked(day: date) -> list[tuple[str, int]]:
    """Slugs and tokens of a whole day: the most used ones, the largest first, and the reserved row of all others."""
    everyone = served()
    tokens = everyone.tokens[:, token_column(day)]
    order = np.argsort(-tokens, kind="stable")[:NAMED_SLUGS]
    named = [(everyone.slugs[number], int(tokens[number])) for number in order.tolist() if tokens[number]]
    rest = int(tokens.sum()) - sum(count for _, count in named) + int(everyone.nameless[token_column(day)])
    return [*named, (_OTHER, rest)]


def page(day: date) -> dict[str, bytes]:
    """A scrape of the rankings page: the most used models and authors of the seven days before."""
    models, authors = _week(day)
    if day == trouble("page_of_another_series").first:
        divisor = int(trouble("page_of_another_series").values["divisor"])
        models = [(slug, tokens // divisor) for slug, tokens in models]
    if day == trouble("page_emptied").first:
        models, authors = [], []
    document = {
        "meta": {
            "source_url": "https://openrouter.ai/rankings",
            "fetched_at": at(day).isoformat(),
            "counts": {"models": len(models), "market_share": len(authors), "apps": 0},
        },
        "models": [_page_model(rank, *found) for rank, found in enumerate(models, start=1)],
        "market_share": [
            {"rank": rank, "author": author, "url": f"https://openrouter.ai/{author}", **_shown(tokens)}
            for rank, (author, tokens) in enumerate(authors, start=1)
        ],
        "apps": [],
    }
    return {f"{day}.json": json.dumps(document, indent=2).encode()}


def _rows(day: date, as_of: date) -> list[Row]:
    """One day as a vintage shows it."""
    found = _restated(day, as_of, _ranked(day))
    if day == as_of - timedelta(days=1):
        found = _partial(day, found)
    rows = [_row(day, slug, str(tokens)) for slug, tokens in found]
    return [*rows, *_hostile(day)] if day == trouble("hostile_slugs").first else rows


@cache
def _ranked(day: date) -> tuple[tuple[str, int], ...]:
    return tuple(ranked(day))


def _restated(day: date, as_of: date, found: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    restated = trouble("day_restated_later")
    if day != restated.first or as_of >= date.fromisoformat(str(restated.values["corrected"])):
        return found
    factor = float(restated.values["factor"])
    return tuple((slug, round(tokens * factor) if slug in restated.model_ids else tokens) for slug, tokens in found)


def _partial(day: date, found: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """What was counted of a day so far; the hours of each model are its own."""
    least, most = (float(trouble("newest_day_partial").values[name]) for name in ("least", "most"))
    parts = least + (most - least) * uniform("partial day", stable_keys([slug for slug, _ in found]), day.toordinal())
    return tuple((slug, int(tokens * part)) for (slug, tokens), part in zip(found, parts.tolist(), strict=True))


def _hostile(day: date) -> list[Row]:
    few = str(trouble("hostile_slugs").values["tokens"])
    hostile = [_row(day, name, few) for name in (*HOSTILE_NAMES, *IMPOSSIBLE_NAMES)]
    return [*hostile, *(_row(day, f"sample-lab/wrong-{number}", count) for number, count in enumerate(_WRONG_COUNTS))]


def _row(day: date, slug: object, tokens: str | None) -> Row:
    return {"date": day.isoformat(), "model_permaslug": slug, "total_tokens": tokens}


def _week(day: date) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    everyone = served()
    last = token_column(day)
    tokens = everyone.tokens[:, last - 7 : last].sum(axis=1).tolist()
    authors: dict[str, int] = defaultdict(int)
    for slug, count in zip(everyone.slugs, tokens, strict=True):
        authors[slug.partition("/")[0]] += count
    models = sorted(zip(everyone.slugs, tokens, strict=True), key=lambda found: -found[1])
    return models[:_PAGE_MODELS], sorted(authors.items(), key=lambda found: -found[1])[:_PAGE_MODELS]


def _page_model(rank: int, slug: str, tokens: int) -> Row:
    author, _, name = slug.partition("/")
    change = stable_key(f"change of {slug}") % 60
    return {
        "rank": rank,
        "model_id": slug,
        "name": slug,
        "author": author,
        "slug": name,
        "url": f"https://openrouter.ai/{slug.partition(':')[0]}",
        **_shown(tokens),
        "change": {"value": change, "direction": "up" if change % 2 else "down"},
    }


def _shown(tokens: int) -> Row:
    units = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (1, ""))
    size, unit = next((size, unit) for size, unit in units if tokens >= size)
    return {"tokens": tokens, "tokens_display": f"{tokens / size:.3g}{unit}"}
