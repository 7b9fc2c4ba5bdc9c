"""What the Hub's counters showed of the real downloads: events of single days, stalls, falls, resets."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.calendar import LAST_DAY, ORDINALS, column
from orchestration.sample.catalogue import Model, models
from orchestration.sample.downloads import downloads_before, real_downloads
from orchestration.sample.noise import stable_keys, uniform
from orchestration.sample.tables import interpolate
from orchestration.sample.troubles import trouble

#: A 30-day figure as a share of the 30 daily differences on a day: the Hub counts them apart.
_THIRTY_DAY_RATIO = [(date(2025, 6, 1), 1.0), (date(2026, 1, 1), 0.965), (LAST_DAY, 0.91)]
#: Around a dip the days are levelled, so that its ratio is the same against any median.
_LEVEL_DAYS = 12
#: From so many downloads in 30 days on a model counts as big.
_BIG = 60_000


@dataclass(frozen=True)
class Counters:
    """Figures of all mainline models, one row per model and one column per day of the calendar.

    Attributes:
        models: the models, in row order.
        downloads: real downloads of each day.
        total: the all-time counter as shown at the end of each day, -1 where the Hub did not show it.
        thirty_days: the 30-day figure as shown.
        restated: what is missing from ``total`` in the first answer of a day that is restated.
    """

    models: tuple[Model, ...]
    downloads: NDArray[np.int64]
    total: NDArray[np.int64]
    thirty_days: NDArray[np.int64]
    restated: NDArray[np.int64]

    def row(self, model_id: str) -> int:
        """The row of a model."""
        return next(number for number, model in enumerate(self.models) if model.model_id == model_id)


@cache
def counters(scale: int = 1) -> Counters:
    """The counters of the whole period."""
    everyone = models(scale)
    keys = stable_keys([model.model_id for model in everyone])
    daily = real_downloads(everyone)
    before = downloads_before(everyone, daily)
    row = {model.model_id: number for number, model in enumerate(everyone)}
    _level_around_dips(daily)
    _add_events(daily, row, keys)
    stale = trouble("stale_thirty_days")
    daily[row[stale.model_ids[0]], column(stale.first) :] = 0
    shown = daily.copy()
    _delay(shown, everyone, keys, daily)
    huge = trouble("counter_first_seen_huge")
    before[row[huge.model_ids[0]]] = int(huge.values["level"])
    total = before[:, None] + np.cumsum(shown, axis=1)
    _let_fall(total, row)
    _start_again(total, shown, row)
    _hide(total, everyone)
    thirty_days = _thirty_days(daily)
    thirty_days[row[stale.model_ids[0]], column(stale.first) :] = int(stale.values["downloads"])
    restated = np.rint(shown * float(trouble("restated_newest_day").values["share"])).astype(np.int64)
    return Counters(everyone, daily, total, thirty_days, restated)


def _level_around_dips(daily: NDArray[np.int64]) -> None:
    for name in ("dip_just_under", "dip_just_over"):
        middle = column(trouble(name).first)
        window = slice(middle - _LEVEL_DAYS, middle + _LEVEL_DAYS + 1)
        known = daily[:, window.start] > 0
        daily[known, window] = np.rint(daily[known, window].mean(axis=1)).astype(np.int64)[:, None]


def _add_events(daily: NDArray[np.int64], row: dict[str, int], keys: NDArray[np.uint64]) -> None:
    """A day on which nearly everybody is read far more often, and one model that goes viral."""
    spike = trouble("global_spike")
    touched = uniform("spike", keys) < 0.78
    daily[touched, column(spike.first)] = np.rint(
        daily[touched, column(spike.first)] * float(spike.values["factor"])
    ).astype(np.int64)
    launch = trouble("launch_at_ten_times")
    first = column(launch.first)
    for day, factor in enumerate((float(launch.values["factor"]), 8, 6, 4, 3, 2, 1.5)):
        daily[row[launch.model_ids[0]], first + day] = round(int(daily[row[launch.model_ids[0]], first + day]) * factor)


def _delay(
    shown: NDArray[np.int64], everyone: tuple[Model, ...], keys: NDArray[np.uint64], daily: NDArray[np.int64]
) -> None:
    """Downloads that the counter shows later than they happened; none is lost."""
    everybody = np.ones(len(everyone), dtype=bool)
    third = trouble("stall_of_a_third")
    big = daily[:, column(third.first) - 30 : column(third.first)].sum(axis=1) >= _BIG
    some = big & (uniform("frozen", keys) < float(third.values["share"]))
    dips = [trouble("dip_just_under"), trouble("dip_just_over")]
    standstills = [trouble("stall_day"), trouble("gap_before_stall"), trouble("stall_after_gap")]
    delays = [(dip.first, everybody, float(dip.values["ratio"])) for dip in dips]
    delays += [(day, everybody, 0.0) for standstill in standstills for day in standstill.days]
    delays += [(third.first, some, 0.0)]
    for day, whose, ratio in sorted(delays, key=lambda delay: delay[0]):
        at = column(day)
        kept = np.rint(shown[whose, at] * ratio).astype(np.int64)
        shown[whose, at + 1] += shown[whose, at] - kept
        shown[whose, at] = kept


def _let_fall(total: NDArray[np.int64], row: dict[str, int]) -> None:
    """Falls that are made up, for everybody, and one that stays."""
    for name in ("fall_for_a_day", "fall_for_three_readings"):
        fall = trouble(name)
        days = slice(column(fall.first), column(fall.last) + 1)
        total[:, days] = np.rint(total[:, days] * float(fall.values["factor"])).astype(np.int64)
    reset = trouble("counter_reset")
    total[row[reset.model_ids[0]], column(reset.first) :] -= int(reset.values["fall"])


def _start_again(total: NDArray[np.int64], shown: NDArray[np.int64], row: dict[str, int]) -> None:
    """A repository that was deleted and created again counts from nothing."""
    again = trouble("deleted_and_created_again")
    number, first = row[again.model_ids[0]], column(again.last)
    total[number, first:] = np.cumsum(shown[number, first:])


def _hide(total: NDArray[np.int64], everyone: tuple[Model, ...]) -> None:
    absent = trouble("counter_absent")
    without = set(str(absent.values["organizations"]).split())
    hidden = np.array([model.organization in without for model in everyone])
    total[hidden, : column(absent.last) + 1] = -1


def _thirty_days(daily: NDArray[np.int64]) -> NDArray[np.int64]:
    cumulative = np.cumsum(daily, axis=1)
    thirty = cumulative.copy()
    thirty[:, 30:] -= cumulative[:, :-30]
    ratio = interpolate(_THIRTY_DAY_RATIO, ORDINALS)
    shown: NDArray[np.int64] = np.rint(thirty * ratio).astype(np.int64)
    return shown
