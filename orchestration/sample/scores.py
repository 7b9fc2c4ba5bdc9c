"""Scores by formula: what each provider makes of a model's ability. None of them was measured by anybody."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.sample.noise import stable_key
from orchestration.sample.offerings import Offering, offerings
from orchestration.sample.troubles import trouble

ProviderName = Literal["analysis", "arena", "epoch"]

#: A provider rates a model so many days after its release.
_DELAY: dict[ProviderName, timedelta] = {
    "analysis": timedelta(days=1),
    "arena": timedelta(days=9),
    "epoch": timedelta(days=20),
}
#: A score is measured anew once, some time after the release.
_REMEASURED_DAYS = (60, 460)
_REBASED = trouble("index_rebased")


@dataclass(frozen=True)
class Rated:
    """One name at one provider, and the ability that it shows there."""

    name: str
    ability: float
    offering: Offering


def rated(provider: ProviderName, day: date) -> list[Rated]:
    """All names that a provider has rated by a day, in the order of their table."""
    return [
        Rated(name, one.ability * part, one)
        for one in offerings()
        if one.released + _DELAY[provider] <= day
        for name, part in getattr(one, provider)
    ]


def intelligence_index(one: Rated, day: date) -> float:
    """The index of Artificial Analysis on a day; on the day on which it is re-based every score changes."""
    first, last = _REMEASURED_DAYS
    remeasured = one.offering.released + timedelta(days=first + stable_key(f"remeasured {one.name}") % (last - first))
    score = one.ability + _deviation("index", one.name, 0.25)
    if remeasured <= day:
        score += _deviation("index measured anew", one.name, 0.25)
    return max(1.0, rebased(score)) if day >= _REBASED.first else score


def rebased(score: float) -> float:
    """What becomes of a score of the index when it is re-based."""
    return score * float(_REBASED.values["factor"]) + float(_REBASED.values["offset"])


def share_solved(one: Rated, benchmark: str, hardness: float) -> float:
    """Part of a benchmark that is solved, 0 to 1; hardness is the ability that solves half of it."""
    solved = 1 / (1 + math.exp(-(one.ability - hardness) / 9))
    return min(1.0, max(0.0, solved + _deviation(benchmark, one.name, 0.02)))


def arena_rating(one: Rated, day: date, category: str = "full") -> float:
    """A rating by votes: it moves a little with every version, as votes come in."""
    lasting = _deviation(f"arena {category}", one.name, 3)
    return 1150 + 6.7 * one.ability + lasting + _deviation(f"arena {category} {day}", one.name, 0.8)


def arena_votes(one: Rated, day: date) -> int:
    """Votes so far."""
    return 900 + (day - one.offering.released).days * (40 + stable_key(f"votes {one.name}") % 90)


def capabilities_index(one: Rated) -> float:
    """Epoch's index: one value for all efforts of a model."""
    return 100 + 54 * (1 - math.exp(-one.offering.ability / 18)) + _deviation("eci", one.offering.model, 0.15)


def _deviation(stream: str, name: str, width: float) -> float:
    """Noise of a name in a stream, between minus and plus the width; single values come faster so than in arrays."""
    return width * (2 * stable_key(f"{stream} of {name}") / 2**64 - 1)
