"""Repositories that others made from mainline models: how many each month, on which base, and how often downloaded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.calendar import FIRST_DAY, LAST_DAY
from orchestration.sample.catalogue import Model, copy_id, models
from orchestration.sample.lineage import TROUBLED
from orchestration.sample.noise import stable_key
from orchestration.sample.tables import interpolate, months_between, rows
from orchestration.sample.troubles import trouble

Base = tuple[str, str | None]


@dataclass(frozen=True)
class _Kind:
    """What people make of a model.

    Attributes:
        upto: cumulative share of all derivatives.
        namespaces: who makes it; of a crowd, the words that its members' names begin with.
        ending: how the name ends.
    """

    relation: str
    upto: float
    namespaces: tuple[str, ...]
    ending: str
    is_crowd: bool = False


_KINDS = (
    _Kind("quantized", 0.34, ("quant-yard", "gguf-depot", "edge-weights", "small-bits", "quant-harbour"), "GGUF"),
    _Kind("quantized", 0.42, ("mlx-shelf", "awq-works", "four-bit-farm"), "4bit"),
    _Kind("finetune", 0.76, ("tuner", "lab", "studio", "campus", "clinic"), "", is_crowd=True),
    _Kind("adapter", 0.94, ("adapter", "hobby", "class"), "LoRA", is_crowd=True),
    _Kind("merge", 1.0, ("merge-kitchen", "blend-lab", "slerp-club"), "merge"),
)
_TOPICS = (
    "chat",
    "medical",
    "legal",
    "code",
    "math",
    "roleplay",
    "german",
    "japanese",
    "korean",
    "finance",
    "sql",
    "tutor",
)
#: Share of derivatives that build on another derivative rather than on the mainline model.
_SECOND_GENERATION = 0.12
_UNTYPED = 0.06
#: The days over which interest in a base fades for those who build on it.
_FASHION_DAYS = 150.0
_LARGEST_TOTAL = 400_000


@dataclass(frozen=True)
class Derivative:
    """One repository of a community namespace.

    Attributes:
        model_id: Hub repository id.
        created: day of creation.
        bases: ids of the models that its card names, each with the relation or None.
        lifetime_downloads: what its counter will come to.
        license: licence that its card names.
    """

    model_id: str
    created: date
    bases: tuple[Base, ...]
    lifetime_downloads: float
    license: str


@cache
def derivatives(scale: int = 1) -> tuple[Derivative, ...]:
    """All derivatives, oldest first, with the troubled lineages among them."""
    made = [
        replace(one, model_id=copy_id(one.model_id, number), bases=_copied(one.bases, number))
        for one in _community()
        for number in range(scale)
    ]
    return tuple(sorted([*made, *(Derivative(*troubled) for troubled in TROUBLED)], key=lambda one: one.created))


def listed(everyone: tuple[Derivative, ...], day: date) -> tuple[Derivative, ...]:
    """The derivatives that exist on a day."""
    ordinals = [one.created.toordinal() for one in everyone]
    return everyone[: int(np.searchsorted(ordinals, day.toordinal(), side="right"))]


def totals(everyone: tuple[Derivative, ...], day: date) -> NDArray[np.int64]:
    """The all-time counter of each derivative at the end of a day: a rise that levels off, never a fall."""
    age = np.array([day.toordinal() - one.created.toordinal() for one in everyone], dtype=np.float64)
    lifetime = np.array([one.lifetime_downloads for one in everyone])
    grown = lifetime * (1 - np.exp(-np.maximum(age, 0) / 45)) + np.maximum(age, 0) * lifetime / 2500
    counted: NDArray[np.int64] = np.floor(grown).astype(np.int64)
    return counted


def _copied(bases: tuple[Base, ...], number: int) -> tuple[Base, ...]:
    return tuple((copy_id(base, number), relation) for base, relation in bases)


def _community() -> list[Derivative]:
    """One derivative after another; a later one may build on an earlier one."""
    made: list[Derivative] = []
    taken: set[str] = set()
    recent: dict[str, list[Derivative]] = {}
    for number, (created, organization) in enumerate(_places()):
        base = _base(organization, created, f"base {number}")
        other = _base(organization, created, f"other base {number}")
        if base is None or other is None:
            continue
        key = f"derivative {number}"
        kind = next(kind for kind in _KINDS if _chance(f"{key} kind") < kind.upto)
        parents = recent.setdefault(base.model_id, [])
        on_derivative = parents and _chance(f"{key} generation") < _SECOND_GENERATION
        parent_id = parents[stable_key(key) % len(parents)].model_id if on_derivative else base.model_id
        base_ids = {parent_id: None, other.model_id: None} if kind.relation == "merge" else {parent_id: None}
        named = None if _chance(f"{key} untyped") < _UNTYPED else kind.relation
        one = Derivative(
            model_id=_name(stable_key(key), parent_id, kind, taken),
            created=created,
            bases=tuple((_as_named_then(base_id, created), named) for base_id in base_ids),
            lifetime_downloads=min(_LARGEST_TOTAL, 12 * (1 - _chance(f"{key} total")) ** -1.15),
            license=base.license,
        )
        taken.add(one.model_id)
        if kind.relation == "finetune":
            parents.append(one)
        made.append(one)
    return made


def _places() -> Iterator[tuple[date, str]]:
    """Day of creation and organisation of the base of every derivative, month after month."""
    table = rows("derivatives")
    new_models = months_between(" ".join(f"{row['month']}={row['new_models']}" for row in table))
    shares = [(row["month"], dict(pair.split("=") for pair in row["shares"].split())) for row in table]
    organizations = sorted({name for _, share in shares for name in share})
    for month in _months():
        middle = np.array([month.toordinal() + 14])
        count = int(interpolate(new_models, middle)[0])
        percent = [
            interpolate(months_between(" ".join(f"{at}={share.get(name, 0)}" for at, share in shares)), middle)[0]
            for name in organizations
        ]
        ends = np.rint(np.cumsum(percent) / sum(percent) * count).astype(int)
        yield from sorted(
            (month + timedelta(days=stable_key(f"{month} {number}") % 28), name)
            for name, end, start in zip(organizations, ends, [0, *ends[:-1]], strict=True)
            for number in range(start, end)
        )


def _months() -> Iterator[date]:
    month = FIRST_DAY.replace(day=1)
    while month <= LAST_DAY:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


@cache
def _of_organization(organization: str) -> tuple[list[Model], NDArray[np.int64], NDArray[np.float64]]:
    members = [one for one in models() if one.organization == organization and not one.is_quantized]
    released = np.array([one.released.toordinal() for one in members])
    return members, released, np.array([one.weight for one in members])


def _base(organization: str, created: date, key: str) -> Model | None:
    """A model of the organisation that is in fashion on a day."""
    members, released, weight = _of_organization(organization)
    age = created.toordinal() - released
    interest = np.where(age >= 0, np.sqrt(weight) * np.exp(-np.maximum(age, 0) / _FASHION_DAYS), 0.0)
    if not interest.any():
        return None
    place = np.searchsorted(np.cumsum(interest), _chance(key) * interest.sum(), side="right")
    return members[min(int(place), len(members) - 1)]


def _name(number: int, parent_id: str, kind: _Kind, taken: set[str]) -> str:
    """An id that nobody has: who made it, from what, for what."""
    namespace = kind.namespaces[number % len(kind.namespaces)]
    if kind.is_crowd:
        namespace = f"{namespace}-{number // 7 % 400}"
    words = [parent_id.partition("/")[2]]
    if kind.relation != "quantized":
        words.append(_TOPICS[number // 11 % len(_TOPICS)])
    ending = [kind.ending] if kind.ending else []
    model_id = f"{namespace}/{'-'.join([*words, *ending])}"
    while model_id in taken:
        number += 1
        model_id = f"{namespace}/{'-'.join([*words, f'v{number % 1000}', *ending])}"
    return model_id


def _as_named_then(model_id: str, day: date) -> str:
    """The id that a card of that day writes: before a rename, the old one."""
    for name in ("organization_merged", "organization_renamed"):
        renamed = trouble(name)
        if day < renamed.first and model_id.startswith(f"{renamed.values['to']}/"):
            return f"{renamed.values['from']}/{model_id.partition('/')[2]}"
    return model_id


def _chance(key: str) -> float:
    return stable_key(key) / 2**64
