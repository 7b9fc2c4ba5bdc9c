"""How often each mainline model was really downloaded on each day: organisations' monthly rates, shared out by formula.

A model's part of its organisation's downloads is its popularity times how far it is in its life: a rise over the first
days, then a slow decline to a lasting rest. Weekdays differ, and every model and day has its own noise.
"""

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.calendar import ORDINALS
from orchestration.sample.catalogue import Model
from orchestration.sample.noise import stable_keys, uniform
from orchestration.sample.tables import interpolate, months_between, rows

#: Monday to Sunday, relative to the mean of the week.
_WEEKDAYS = np.array([0.87, 1.03, 1.05, 1.05, 1.05, 1.0, 0.87]) / (6.92 / 7)
_RISE_DAYS = 5.0
_DECLINE_DAYS = 420.0
_LASTING_SHARE = 0.22
_DAYS_A_MONTH = 30.4


def real_downloads(models: tuple[Model, ...]) -> NDArray[np.int64]:
    """Downloads of each model (row) on each day (column), as they really happened.

    What happens to single days is in ``counters``.
    """
    keys = stable_keys([model.model_id for model in models])
    organizations = np.array([model.organization for model in models])
    daily = np.zeros((len(models), len(ORDINALS)), dtype=np.int64)
    for row in rows("downloads"):
        of_organization = np.flatnonzero(organizations == row["organization"])
        members = [models[number] for number in of_organization]
        scale = 1 + max(model.copy for model in members)
        total = _daily_rate(row["months"], row["organization"]) * scale
        part = _parts(members, keys[of_organization])
        sum_of_parts = part.sum(axis=0)
        share = np.divide(part, sum_of_parts, out=np.zeros_like(part), where=sum_of_parts > 0)
        daily[of_organization] = np.rint(share * total)
    return daily


def downloads_before(models: tuple[Model, ...], daily: NDArray[np.int64]) -> NDArray[np.int64]:
    """What each model's counter stood at before the first simulated day: its first month's rate over its life."""
    first = int(ORDINALS[0])
    age = np.array([max(0, first - model.released.toordinal()) for model in models])
    before: NDArray[np.int64] = np.rint(daily[:, :30].mean(axis=1) * age * 0.8).astype(np.int64)
    return before


def _daily_rate(months: str, organization: str) -> NDArray[np.float64]:
    rate = interpolate(months_between(months), ORDINALS) / _DAYS_A_MONTH * 1e6
    weekday = _WEEKDAYS[(ORDINALS - 1) % 7]
    swing = 0.97 + 0.06 * uniform("organization day", stable_keys([organization]), ORDINALS)
    return rate * weekday * swing


def _parts(members: list[Model], keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    first = np.array([model.listed_from.toordinal() for model in members])
    weight = np.array([model.weight for model in members])
    age = ORDINALS[None, :] - first[:, None]
    lived = np.maximum(age, 0)
    rise = 1 - np.exp(-(lived + 1) / _RISE_DAYS)
    decline = _LASTING_SHARE + (1 - _LASTING_SHARE) * np.exp(-lived / _DECLINE_DAYS)
    # The sum of two uniform values: near one, never far from it.
    noise = 0.88 + 0.12 * (
        uniform("day one", keys[:, None], ORDINALS[None, :]) + uniform("day two", keys[:, None], ORDINALS[None, :])
    )
    own = 0.6 + 0.8 * uniform("popularity", keys)
    return np.where(age >= 0, (weight * own)[:, None] * rise * decline * noise, 0.0)
