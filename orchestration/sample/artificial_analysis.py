"""The ``artificial_analysis`` feed: dumps of the leaderboard's page, one file for scores and descriptions."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from orchestration.sample.calendar import LAST_DAY, days_between
from orchestration.sample.feeds import SampleSnapshot, at, gzipped
from orchestration.sample.hostile import HOSTILE_NAMES, IMPOSSIBLE_NAMES
from orchestration.sample.noise import hexadecimal, stable_key
from orchestration.sample.offerings import Offering
from orchestration.sample.openrouter_models import linked
from orchestration.sample.scores import Rated, intelligence_index, rated, share_solved
from orchestration.sample.troubles import trouble

SOURCE = "artificial_analysis"

_FIRST_DUMP = date(2024, 6, 30)
_FORTNIGHTLY_FROM = date(2026, 6, 6)
#: Descriptions change little: of most dumps only the scores were landed.
_DESCRIBED_EVERY = 4

#: Benchmarks and the ability that solves half of each.
_BENCHMARKS = {
    "gpqa": 22.0,
    "hle": 70.0,
    "scicode": 45.0,
    "ifbench": 30.0,
    "aa_lcr": 32.0,
    "tau2_bench": 30.0,
    "terminal_bench_hard": 52.0,
    "critpt": 85.0,
}
#: How a suffix of a slug reads in the model's name there.
_SUFFIXES = {
    "-non-reasoning": "Non-reasoning",
    "-reasoning": "Reasoning",
    "-thinking": "Reasoning",
    "-adaptive": "Adaptive Reasoning, Max Effort",
    "-high": "high",
    "-medium": "medium",
    "-low": "low",
    "-minimal": "minimal",
}
_LICENCES = {"apache-2.0": "Apache 2.0", "mit": "MIT", "cc-by-nc-4.0": "CC-BY-NC 4.0", "gemma": "Gemma license"}
#: Scores of the least able models are partly guessed from those of others.
_GUESSED_BELOW = 7.0

Row = dict[str, Any]


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every dump of the period; whatever the scale, the same models are rated."""
    for number, day in enumerate(dump_days()):
        files = partial(dump, day)
        yield SampleSnapshot(SOURCE, "evaluations", day, at(day), "llms.json.gz", files, {})
        if number % _DESCRIBED_EVERY == 0 or day == dump_days()[-1]:
            yield SampleSnapshot(SOURCE, "models", day, at(day), "llms.json.gz", files, {})


def dump_days() -> list[date]:
    """The last day of every month, and at the end every second Saturday."""
    days = days_between(_FIRST_DUMP, LAST_DAY)
    monthly = [day for day in days if (day + timedelta(days=1)).day == 1 and day < _FORTNIGHTLY_FROM]
    return monthly + [day for day in days if day >= _FORTNIGHTLY_FROM and (day - _FORTNIGHTLY_FROM).days % 14 == 0]


def dump(day: date) -> dict[str, bytes]:
    """The leaderboard of a day."""
    found = [_row(one, day) for one in rated("analysis", day)]
    if day == trouble("hostile_names_analysed").first:
        found += [_hostile(name) for name in (*HOSTILE_NAMES, *IMPOSSIBLE_NAMES)]
    meta = {
        "endpoint": "llms",
        "source_type": "page_payload",
        "source_url": "https://artificialanalysis.ai/leaderboards/models",
        "source_description": "LLM leaderboard page payload",
        "parser_version": "public-web-v1",
        "model_count": len(found),
        "fetched_at": at(day).isoformat(),
    }
    document = {"meta": meta, "models": found}
    return {"llms.json.gz": gzipped(json.dumps(document, separators=(",", ":")).encode())}


def _row(one: Rated, day: date) -> Row:
    offering, noise = one.offering, stable_key(f"analysed {one.name}")
    effort = next((word for suffix, word in _SUFFIXES.items() if one.name.endswith(suffix)), None)
    return {
        "id": _uuid(one.name),
        "name": f"{offering.name} ({effort})" if effort else offering.name,
        "short_name": offering.name,
        "slug": one.name,
        "release_date": offering.released.isoformat(),
        "reasoning_model": effort is not None and effort != "Non-reasoning",
        "deprecated": day - offering.released > timedelta(days=450),
        "creator": _creator(offering),
        "evaluations": _evaluations(one, day, noise),
        "pricing": {
            "price_1m_blended_3_to_1": None,
            "price_1m_input_tokens": round(0.1 + one.ability / 40, 2),
            "price_1m_output_tokens": round(0.4 + one.ability / 10, 2),
        },
        "speed": {
            "output_tokens_per_second": 30 + noise % 1_700 / 10,
            "time_to_first_token_seconds": 0.3 + noise % 100 / 50,
        },
        "capabilities": _capabilities(offering),
        "open_weights": _open_weights(one),
        "breakdowns": {"multilingual": None, "gdpval": None, "omniscience": None},
    }


def _evaluations(one: Rated, day: date, noise: int) -> Row:
    index = intelligence_index(one, day)
    is_guessed = one.ability < _GUESSED_BELOW and noise % 3 == 0
    return {
        "artificial_analysis_intelligence_index": round(index) if is_guessed else index,
        "artificial_analysis_intelligence_index_is_estimated": is_guessed,
        "artificial_analysis_coding_index": None if is_guessed else index * (0.82 + noise % 100 / 500),
        "artificial_analysis_agentic_index": None,
        # A model that cannot see has no score for images; the others' score is not measured for all.
        "mmmu_pro": share_solved(one, "mmmu_pro", 26) if noise % 4 == 0 else None,
        **{name: share_solved(one, name, hardness) for name, hardness in _BENCHMARKS.items()},
    }


def _creator(offering: Offering) -> Row:
    provider = offering.provider
    return {
        "id": _uuid(provider.organization),
        "name": provider.analysis_name,
        "slug": provider.analysis,
        "country": provider.country,
        "color": "#1c7ff8",
        "logo": f"{provider.analysis}_small.svg",
    }


def _capabilities(offering: Offering) -> Row:
    model = offering.tracked
    return {
        "context_window_tokens": 131_072,
        "total_parameters": model.size_b if model else None,
        "active_parameters": model.active_b if model else None,
        "training_tokens_trillions": None,
        "input_modality_text": True,
        "output_modality_text": True,
    }


def _open_weights(one: Rated) -> Row:
    offering = one.offering
    link = linked("analysis", one.name, f"https://huggingface.co/{offering.model}") if offering.is_open else None
    return {
        "is_open_weights": offering.is_open,
        "commercial_allowed": offering.license in ("apache-2.0", "mit") if offering.is_open else None,
        "license_name": _LICENCES.get(offering.license or "", "Own licence") if offering.is_open else None,
        "license_url": None,
        "huggingface_url": link or None,
        "openrouter_api_id": offering.openrouter_id,
    }


def _hostile(name: object) -> Row:
    return {
        "id": _uuid(repr(name)),
        "name": name,
        "slug": name,
        "release_date": "2026-01-01",
        "creator": {"name": name, "slug": name, "country": name},
        "evaluations": {"artificial_analysis_intelligence_index": 0.5, "gpqa": 0.01},
        "open_weights": {"is_open_weights": True, "license_name": name, "huggingface_url": f"javascript:{name}"},
    }


def _uuid(text: str) -> str:
    digits = hexadecimal(f"analysis {text}", 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
