"""The ``lmarena`` feed: dated leaderboards in the shapes in which they were kept, one after the other."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from orchestration.sample.calendar import LAST_DAY, days_between
from orchestration.sample.feeds import SampleSnapshot, at, csv_file
from orchestration.sample.hostile import HOSTILE_NAMES, IMPOSSIBLE_NAMES
from orchestration.sample.offerings import Offering
from orchestration.sample.scores import Rated, arena_rating, arena_votes, rated
from orchestration.sample.troubles import trouble

SOURCE = "lmarena"

_HISTORY_FROM, _RATINGS_FROM, _BOARDS_FROM = date(2024, 6, 30), date(2025, 3, 31), date(2026, 1, 31)
_FORTNIGHTLY_FROM = date(2026, 6, 6)
#: Descriptions change little, and fewer people vote on code: of most versions only the ratings of texts were landed.
_DESCRIBED_EVERY = 4
_CATEGORIES = ("full", "chinese", "coding", "creative_writing", "hard_6", "math")
_CODE_ROWS = 30
#: The older leaderboard's scale lies so much lower.
_OLDER_SCALE = -55.0
_LICENCES = {
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "gemma": "Gemma license",
    "llama2": "Llama 2 Community",
    "llama3": "Llama 3 Community",
    "llama3.1": "Llama 3.1 Community",
    "llama3.2": "Llama 3.2 Community",
    "llama3.3": "Llama 3.3 Community",
    "llama4": "Llama 4",
}

Files = Callable[[], dict[str, bytes]]


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every version of the period; whatever the scale, the same models are rated."""
    for number, day in enumerate(version_days(_HISTORY_FROM, _RATINGS_FROM)):
        yield _snapshot("elo_history", day, "elo_history", partial(elo_history, day))
        if number % _DESCRIBED_EVERY == 0:
            yield _snapshot("elo_history_models", day, "elo_history", partial(elo_history, day))
    ratings_days = version_days(_RATINGS_FROM, _BOARDS_FROM)
    for day in ratings_days:
        yield _snapshot("ratings", day, "ratings", partial(ratings, day))
    yield _snapshot("models", ratings_days[-1], "models", partial(models, ratings_days[-1]))
    for number, day in enumerate(version_days(_BOARDS_FROM, LAST_DAY)):
        yield _snapshot("leaderboard_text", day, "leaderboard", partial(leaderboard, "text", day))
        if number % _DESCRIBED_EVERY == 0:
            yield _snapshot("leaderboard_text_models", day, "leaderboard", partial(leaderboard, "text", day))
            for table in ("leaderboard_code", "leaderboard_code_models"):
                yield _snapshot(table, day, "leaderboard", partial(leaderboard, "code", day))


def version_days(first: date, end: date) -> list[date]:
    """Month ends from a day up to another one, from June 2026 on every second Saturday."""
    return [
        day
        for day in days_between(first, end - timedelta(days=1))
        if (
            (day - _FORTNIGHTLY_FROM).days % 14 == 0 if day >= _FORTNIGHTLY_FROM else (day + timedelta(days=1)).day == 1
        )
    ]


def elo_history(day: date) -> dict[str, bytes]:
    """A version of the older leaderboard."""
    lines = [
        (f"{day:%Y%m%d}", one.name, one.offering.name, _OLDER_SCALE + arena_rating(one, day), *_terms(one.offering))
        for one in rated("arena", day)
    ]
    return csv_file("elo_history.csv.gz", [("date", "key", "Model", "rating", "License", "Organization"), *lines])


def ratings(day: date) -> dict[str, bytes]:
    """A version of the ratings by category; in one of them every key stands several times, with other values."""
    several = trouble("ratings_several_times")
    times = int(several.values["times"]) if day == several.first else 1
    lines = []
    for category in _CATEGORIES:
        for one in rated("arena", day):
            for number in range(times):
                rating = arena_rating(one, day + timedelta(days=number), category)
                lines.append(
                    (day, category, one.name, rating, rating - _half_width(one, day), rating + _half_width(one, day))
                )
    header = ("commit_date", "category", "model", "rating", "rating_q025", "rating_q975")
    return csv_file("text_ratings.csv.gz", [header, *lines])


def models(day: date) -> dict[str, bytes]:
    """Organisations and licences of all rated models."""
    header = ("name", "model_api_name", "organization", "license", "input_token_price", "output_token_price")
    lines = [
        (one.offering.name, one.name, one.offering.provider.arena, _terms(one.offering)[0], "0.5", "1.5")
        for one in rated("arena", day)
    ]
    return csv_file("model_organization_license.csv", [header, *lines])


def leaderboard(board: str, day: date) -> dict[str, bytes]:
    """The leaderboard of a day as the page shows it, best first."""
    shrinks = trouble("leaderboard_shrinks")
    size = int(shrinks.values["before" if day < shrinks.first else "after"]) if board == "text" else _CODE_ROWS
    ordered = sorted(rated("arena", day), key=lambda one: (-arena_rating(one, day, board), one.name))[:size]
    found = [_place(rank, one, board, day) for rank, one in enumerate(ordered, start=1)]
    if board == "text" and day == trouble("hostile_names_in_the_arena").first:
        hostile = (*HOSTILE_NAMES, *IMPOSSIBLE_NAMES)
        found += [
            {"rank": size + 1, "model": name, "vendor": name, "license": name, "score": 900, "ci": 9, "votes": 1}
            for name in hostile
        ]
    meta = {
        "leaderboard": board,
        "source_url": f"https://arena.ai/leaderboard/{board}",
        "fetched_at": at(day).isoformat(),
        "last_updated": f"{day - timedelta(days=1):%b %d, %Y}",
        "model_count": len(found),
    }
    return {f"{board}.json": json.dumps({"meta": meta, "models": found}, indent=1).encode()}


def _place(rank: int, one: Rated, board: str, day: date) -> dict[str, Any]:
    return {
        "rank": rank,
        "model": one.name,
        "vendor": one.offering.provider.arena,
        "license": "open" if one.offering.is_open else "proprietary",
        "score": round(arena_rating(one, day, board)),
        "ci": round(_half_width(one, day)),
        "votes": arena_votes(one, day),
    }


def _half_width(one: Rated, day: date) -> float:
    """Half of the interval that votes leave open."""
    return float(700 / arena_votes(one, day) ** 0.5)


def _terms(offering: Offering) -> tuple[str, str]:
    """Licence and organisation as the leaderboard writes them."""
    organization = offering.provider.arena
    if not offering.is_open:
        return "Proprietary", organization
    return _LICENCES.get(offering.license or "", organization), organization


def _snapshot(table: str, day: date, feed: str, files: Files) -> SampleSnapshot:
    return SampleSnapshot(SOURCE, table, day, at(day), "*.*", files, {"feed": feed})
