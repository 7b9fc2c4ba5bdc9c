"""Under which ids, and when, the Hub lists a model: renames, merged organisations, mirrors, deletions."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from orchestration.sample.calendar import FIRST_DAY, LAST_DAY
from orchestration.sample.cases import Trouble
from orchestration.sample.catalogue import Model, models
from orchestration.sample.noise import hexadecimal, stable_key, stable_keys, uniform
from orchestration.sample.troubles import trouble

#: About this share of the models that few want are deleted at some time.
_VANISHING_SHARE = 0.1
_LITTLE_WANTED = 0.6
_FIRST_DELETION = date(2024, 6, 1)
_YOUNGEST_DELETION = timedelta(days=240)


@dataclass(frozen=True)
class Appearance:
    """One repository id under which a model is listed for some time.

    Attributes:
        row: row of the model in the counters.
        model_id: id as listed.
        hub_id: the Hub's object id (``_id``), None where the list does not say it.
        created: day of creation.
        first: first day on which it can be listed.
        last: last day.
    """

    row: int
    model_id: str
    hub_id: str | None
    created: date
    first: date
    last: date


@cache
def appearances(scale: int = 1) -> tuple[Appearance, ...]:
    """Every id of every model, ordered by id and first day."""
    everyone = models(scale)
    deletions = deletion_days(scale)
    found = [
        appearance
        for row, model in enumerate(everyone)
        for appearance in _of_model(row, model, deletions.get(model.model_id, LAST_DAY))
    ]
    return tuple(sorted(found, key=lambda appearance: (appearance.model_id, appearance.first)))


@cache
def deletion_days(scale: int = 1) -> dict[str, date]:
    """Models that are deleted for good, and the last day on which each is listed."""
    everyone = models(scale)
    chances = uniform("deletion", stable_keys([model.model_id for model in everyone]))
    special = _special_ids()
    return {
        model.model_id: _last_day(model)
        for model, chance in zip(everyone, chances, strict=True)
        if chance < _VANISHING_SHARE
        and model.weight < _LITTLE_WANTED
        and model.model_id not in special
        and model.released + _YOUNGEST_DELETION < LAST_DAY - timedelta(days=60)
    }


def _last_day(model: Model) -> date:
    first = max(model.released + _YOUNGEST_DELETION, _FIRST_DELETION)
    return first + timedelta(days=stable_key(f"deletion of {model.model_id}") % ((LAST_DAY - first).days - 30))


def _special_ids() -> frozenset[str]:
    """Models with a part in another trouble."""
    return frozenset(model_id for row in _TOLD for model_id in row.model_ids)


_MERGED = trouble("organization_merged")
_RENAMED = trouble("organization_renamed")
_TWO_NAMES = trouble("organization_under_two_names")
_TWINS = trouble("mirrored_twins")
_NO_HUB_ID = trouble("renamed_without_hub_id")
_SAME_HUB_ID = trouble("renamed_with_same_hub_id")
_AGAIN = trouble("deleted_and_created_again")
_TOLD: tuple[Trouble, ...] = (
    *(_TWINS, _NO_HUB_ID, _SAME_HUB_ID, _AGAIN),
    *(trouble(name) for name in ("counter_reset", "stale_thirty_days", "launch_at_ten_times")),
)


def _of_model(row: int, model: Model, last: date) -> list[Appearance]:
    plain = Appearance(
        row,
        model.model_id,
        hexadecimal(f"hub {model.model_id}", 24),
        created=model.created,
        first=max(model.listed_from, FIRST_DAY),
        last=last,
    )
    return _of_organization(plain, model) or _of_single(plain) or [plain]


def _of_organization(plain: Appearance, model: Model) -> list[Appearance]:
    """What became of a model when its whole organisation was renamed; empty if it was not."""
    for renamed in (_MERGED, _RENAMED):
        if model.organization == renamed.values["to"] and model.released < renamed.first:
            old_id = f"{renamed.values['from']}/{model.name}"
            return _in_turn(plain, old_id, renamed.first)
    if model.organization == _TWO_NAMES.values["to"] and model.released <= _TWO_NAMES.last:
        return [plain, _beside(plain, f"{_TWO_NAMES.values['from']}/{model.name}", plain.hub_id, _TWO_NAMES)]
    return []


def _of_single(plain: Appearance) -> list[Appearance]:
    """What became of single models that have a trouble of their own; empty for all others."""
    if plain.model_id in _TWINS.model_ids:
        twin_id = f"{_TWINS.values['to']}/{plain.model_id.partition('/')[2]}"
        return [plain, _beside(plain, twin_id, None, _TWINS)]
    if plain.model_id == _NO_HUB_ID.model_ids[1]:
        old = replace(plain, model_id=_NO_HUB_ID.model_ids[0], last=_NO_HUB_ID.first)
        return [old, replace(plain, hub_id=None, first=_NO_HUB_ID.last)]
    if plain.model_id == _SAME_HUB_ID.model_ids[1]:
        return _in_turn(plain, _SAME_HUB_ID.model_ids[0], _SAME_HUB_ID.first)
    if plain.model_id in _AGAIN.model_ids:
        hub_id = hexadecimal(f"again {plain.hub_id}", 24)
        second = replace(plain, hub_id=hub_id, created=_AGAIN.last, first=_AGAIN.last)
        return [replace(plain, last=_AGAIN.first), second]
    return []


def _in_turn(plain: Appearance, old_id: str, renamed: date) -> list[Appearance]:
    """An old id until the day before the renaming, the present one from that day on."""
    old = replace(plain, model_id=old_id, last=min(renamed - timedelta(days=1), plain.last))
    return [old, replace(plain, first=renamed)]


def _beside(plain: Appearance, model_id: str, hub_id: str | None, during: Trouble) -> Appearance:
    """A second id that is listed at the same time."""
    first, last = max(plain.first, during.first), min(plain.last, during.last)
    return replace(plain, model_id=model_id, hub_id=hub_id, first=first, last=last)
