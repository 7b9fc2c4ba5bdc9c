"""Hub-shaped history: daily counters of all models, deterministic, at any scale.

The shape is the Hub's at three million models: the catalogue doubles in 550 days, few models have most downloads (two
regimes of Zipf), weekends are quieter, launches burst, some days the counters stand still, a few models are reset,
deleted or come back, and about one model in eight has another reading than the day before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.snapshots.records import RECORD_TYPES, RecordKind

FIRST_DAY = date(2025, 2, 1)
_DAYS_TO_DOUBLE = 550
_WINDOW = 30
_WEEKDAYS = np.array([1.0, 1.05, 1.06, 1.04, 0.98, 0.72, 0.70])
_FROZEN = {41, 42, 287}
_A_DAY = {"deleted": 150 / 3e6, "reset": 60 / 3e6, "modified": 0.004}
_RETURN_SHARE = 0.01
_BURST_DAYS = 12.0

Integers = npt.NDArray[Any]


@dataclass(frozen=True)
class HubDay:
    """What the Hub lists on one day, by number of the model, smallest first.

    Attributes:
        models: their numbers.
        downloads_total: the all-time counter.
        downloads_30d: the 30-day figure.
        likes: likes.
        modified: how often each was modified until then.
    """

    day: date
    models: Integers
    downloads_total: Integers
    downloads_30d: Integers
    likes: Integers
    modified: Integers


class HubHistory:
    """Days of a made-up Hub.

    Args:
        models: how many there are on the last day.
        days: how many days.
        seed: another seed, another history.
    """

    def __init__(self, models: int, days: int, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self._size, self._days = models, days
        newcomers = round(models * (1 - 1 / (1 + days / _DAYS_TO_DOUBLE)))
        born = np.sort(self._random.integers(1, max(days, 2), newcomers))
        self._born = np.concatenate([np.zeros(models - newcomers, dtype=np.int64), born])
        self._rate = self._random.permutation(_rates(models))
        self.ids = self._names()
        self._by_id = pc.sort_indices(self.ids).to_numpy()

    def days(self) -> Iterator[HubDay]:
        """All days in order; a model keeps its number."""
        random, size = self._random, self._size
        total = np.floor(self._rate * 200 * random.random(size)).astype(np.int64)
        likes = np.floor(self._rate * random.random(size)).astype(np.int64)
        window = random.poisson(self._rate, (_WINDOW, size)).astype(np.int32)
        window[:, self._born > 0] = 0
        total[self._born > 0] = 0
        rolling = window.sum(axis=0, dtype=np.int64)
        is_deleted = np.zeros(size, dtype=bool)
        modified = np.zeros(size, dtype=np.int32)
        shown = total.copy(), rolling.copy(), likes.copy()
        for number in range(self._days):
            is_born = self._born <= number
            age = np.maximum(number - self._born, 0)
            is_launched = is_born & (self._born > 0)
            pace = self._rate * _WEEKDAYS[(FIRST_DAY + timedelta(number)).weekday()] * is_born
            pace[is_launched] *= 1 + 6 * np.exp(-age[is_launched] / _BURST_DAYS)
            today = random.poisson(pace).astype(np.int32)
            slot = number % _WINDOW
            rolling += today - window[slot]
            window[slot] = today
            total += today
            likes += random.poisson(pace / 400)
            is_reset = is_born & (random.random(size) < _A_DAY["reset"])
            total[is_reset] = total[is_reset] // 3
            is_deleted |= is_born & (random.random(size) < _A_DAY["deleted"])
            is_deleted &= random.random(size) >= _RETURN_SHARE / 30
            modified += is_born & (random.random(size) < _A_DAY["modified"])
            if number not in _FROZEN:
                shown = total.copy(), rolling.copy(), likes.copy()
            models = np.flatnonzero(is_born & ~is_deleted)
            yield HubDay(
                FIRST_DAY + timedelta(number), models, *(values[models] for values in shown), modified[models].copy()
            )

    def records(self, day: HubDay, *, attributes: bool) -> pa.Table:
        """A day as readings in canonical order.

        Args:
            day: one of this history's days.
            attributes: with tags, revisions and times, as a full listing has them; otherwise counters alone.
        """
        place = np.full(self._size, -1)
        place[day.models] = np.arange(len(day.models))
        rows = place[self._by_id]
        rows = rows[rows >= 0]
        models = day.models[rows]
        columns = {
            "model_id": self.ids.take(models),
            "downloads_total": pa.array(day.downloads_total[rows]),
            "downloads_30d": pa.array(day.downloads_30d[rows]),
            "likes": pa.array(day.likes[rows]),
        }
        if attributes:
            columns |= _attributes(models, day.modified[rows], day.day)
        schema = RECORD_TYPES[RecordKind.READINGS].schema
        return pa.table(
            [columns.get(field.name, pa.nulls(len(models), field.type)).cast(field.type) for field in schema],
            schema=schema,
        )

    def _names(self) -> pa.Array:
        numbers = np.arange(self._size)
        salt = pa.array(self._random.integers(1 << 30, size=self._size)).cast(pa.string())
        parts = ["organisation-", pa.array(numbers * 7919 % 4999).cast(pa.string()), "/model-"]
        return pc.binary_join_element_wise(*parts, pa.array(numbers).cast(pa.string()), "-", salt, "")


def _rates(models: int) -> npt.NDArray[np.float64]:
    """Downloads a day, most popular first: a steep head and a long tail that is hardly ever downloaded."""
    share = np.arange(1, models + 1) / models
    head = 32 * (share / 0.01) ** -1.1
    tail = 32 * (share / 0.01) ** -1.9
    return np.where(share < 0.01, head, tail)


def _attributes(models: Integers, modified: Integers, day: date) -> dict[str, pa.Array]:
    """What a listing says beside the counters; it changes when a model is modified."""
    state = models.astype(np.uint64) * np.uint64(1_000_003) + modified.astype(np.uint64)
    hashed = state * np.uint64(0x9E3779B97F4A7C15)
    hexadecimal = pa.array(np.char.mod("%016x", hashed))
    created = np.datetime64("2023-01-01", "us") + (models % 700_000).astype("timedelta64[m]")
    per_model = 4 + models % 9
    offsets = np.concatenate([[0], np.cumsum(per_model)])
    # One modification in four changes the tags.
    owner = np.repeat(models * 31 + modified // 4, per_model)
    word = (owner + 977 * (np.arange(offsets[-1]) - np.repeat(offsets[:-1], per_model))) % 3000
    tags = pa.array([f"tag:{number}-of-many" for number in range(3000)]).take(pa.array(word))
    read_at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC).replace(tzinfo=None)
    return {
        "sha": pc.binary_join_element_wise(hexadecimal, hexadecimal, ""),
        "read_at": pa.repeat(pa.scalar(read_at, pa.timestamp("us")), len(models)),
        "created_at": pa.array(created),
        "last_modified_at": pa.array(created + (modified.astype("timedelta64[D]"))),
        "pipeline_tag": pa.array(["text-generation", "image-text-to-text", "fill-mask"]).take(pa.array(models % 3)),
        "library_name": pa.array(["transformers", "diffusers"]).take(pa.array(models % 2)),
        "license": pa.array(["apache-2.0", "mit", None]).take(pa.array(models % 3)),
        "gated": pa.repeat("false", len(models)),
        "is_private": pa.repeat(False, len(models)),
        "tags": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), tags),
    }
