"""OpenRouter's list of models as it stood on a day, and stored blended prices."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from orchestration.sample.calendar import days_between
from orchestration.sample.feeds import gzipped
from orchestration.sample.hostile import HOSTILE_NAMES, IMPOSSIBLE_NAMES
from orchestration.sample.noise import stable_key
from orchestration.sample.offerings import Offering, offerings
from orchestration.sample.tables import rows
from orchestration.sample.troubles import trouble

#: A model leaves the list so long after its release, unless it is among the popular ones.
_DELISTED_AFTER = timedelta(days=540)
_POPULAR = 4.0
_MILLION = 1_000_000
#: Names that stand for whichever model is newest, and the router that picks one; neither has a price of its own.
_ALIASES = ("~anthropic/claude-sonnet-latest", "~openai/gpt-latest", "~google/gemini-flash-latest")
_ROUTER = "openrouter/auto"
_SPECIALS_CREATED = int(datetime(2023, 11, 8, tzinfo=UTC).timestamp())
_ERROR_PAGE = {"error": {"message": "Internal Server Error", "code": 500}}

Row = dict[str, Any]


def model_list(day: date) -> dict[str, bytes]:
    """The list of models on a day, newest first."""
    if day == trouble("list_of_models_ages").first:
        return {"models.json": json.dumps(_ERROR_PAGE).encode()}
    shown = sorted((one for one in offerings() if _is_listed(one, day)), key=lambda one: (one.released, one.model))
    found = [row for one in reversed(shown) for row in _variants(one)]
    found += [_special(name, "-1" if name == _ROUTER else "0.000002") for name in (*_ALIASES, _ROUTER)]
    if day == trouble("hostile_list").first:
        found += [_special(name, "0.000001") for name in (*HOSTILE_NAMES, *IMPOSSIBLE_NAMES)]
    return {"models.json.gz": gzipped(json.dumps({"data": found}, separators=(",", ":")).encode())}


def blended_prices(last: date, days: int) -> dict[str, bytes]:
    """US dollars per token by day and model id, as a third party kept them: three prompt tokens to one other."""
    kept = {}
    for day in days_between(last - timedelta(days=days - 1), last):
        prices = {
            row["id"]: (3 * float(row["pricing"]["prompt"]) + float(row["pricing"]["completion"])) / 4
            for one in offerings()
            if _is_listed(one, day)
            for row in _variants(one)
        }
        kept[day.isoformat()] = {**prices, _ROUTER: -1.0}
    return {"model_prices.json.gz": gzipped(json.dumps(kept, separators=(",", ":")).encode())}


def linked(provider: str, name: str, link: str) -> str:
    """Where a provider's own name leads to: the link, unless the facts say that it leads elsewhere."""
    return _links().get((provider, name), link)


@cache
def _links() -> dict[tuple[str, str], str]:
    return {(row["provider"], row["name"]): row["link"] for row in rows("links")}


def _is_listed(one: Offering, day: date) -> bool:
    return (
        one.openrouter_id is not None
        and one.released <= day
        and (one.popularity >= _POPULAR or day < one.released + _DELISTED_AFTER)
    )


def _variants(one: Offering) -> list[Row]:
    """The model and, where it is given away too, its free variant with the same canonical slug."""
    prompt, completion = _prices(one)
    paid = [_row(one, "", prompt, completion)] if one.free_share < 1 else []
    return [*([_row(one, ":free", "0", "0")] if one.free_share else []), *paid]


def _row(one: Offering, suffix: str, prompt: str, completion: str) -> Row:
    identifier = f"{one.openrouter_id}"
    noise = stable_key(f"listed {one.model}")
    hub_id = linked("openrouter", identifier, one.model) if one.is_open else ("" if noise % 2 else None)
    variant = " (free)" if suffix else ""
    created = datetime.combine(one.released, time(noise % 24, noise // 24 % 60), UTC)
    return {
        "id": f"{identifier}{suffix}",
        "canonical_slug": one.permaslug,
        "hugging_face_id": hub_id,
        "name": f"{one.provider.analysis_name or 'OpenRouter'}: {one.name}{variant}",
        "created": int(created.timestamp()),
        "description": f"{one.name}, made up for the sample.",
        "context_length": 2 ** (13 + noise % 8),
        "architecture": {
            "modality": "text->text",
            "input_modalities": ["text"],
            "output_modalities": ["text"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        "pricing": {"prompt": prompt, "completion": completion},
        "top_provider": {"context_length": 2 ** (13 + noise % 8), "max_completion_tokens": None, "is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "temperature", "tools", "top_p"],
        "links": {"details": f"/api/v1/models/{one.permaslug}/endpoints"},
    }


def _special(name: object, price: str) -> Row:
    return {
        "id": name,
        "canonical_slug": name,
        "hugging_face_id": None,
        "name": name,
        "created": _SPECIALS_CREATED,
        "description": "",
        "context_length": 200_000,
        "pricing": {"prompt": price, "completion": price},
    }


def _prices(one: Offering) -> tuple[str, str]:
    """Dollars per token as text: the abler the dearer, open models far cheaper, secret ones for nothing."""
    if one.weights == "secret":
        return "0", "0"
    dollars = (0.05 + one.ability**2 / 9_000) if one.is_open else (0.15 + one.ability**2 / 900)
    dollars *= 0.7 + 0.6 * stable_key(f"price {one.model}") / 2**64
    return tuple(f"{amount / _MILLION:.9f}".rstrip("0") for amount in (dollars, 4 * dollars))  # type: ignore[return-value]
