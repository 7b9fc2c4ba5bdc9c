"""Hub-shaped history: daily readings of all models, deterministic by seed, at any scale.

The shape is the Hub's at three million models, because it decides what the work costs:

- the catalogue doubles in 550 days, so that the cost of a day can be told apart from the length of the history;
- few models have most downloads (two regimes of Zipf), weekends are quieter, launches burst: about one model in eight
  has another reading than the day before, and a change is a small number for most and a large one for few;
- on some days the counters stand still, a few models are reset, deleted or come back: the rare paths are taken;
- ids are 40 characters with 30 random bits: they compress worse than real ones may; names of organisations begin with
  any letter, as on the Hub: an engine that passes over rows by the first letters of the ids there are can do so.

A reading holds the counters and what the marts read beside them (creation, licence tag, pipeline, base model), which
never changes here. Tags and revisions of real listings are left out: they would make a day several times larger.
Counters are sums over the days before, so days come in order; a day of three million models takes half a second.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
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
_RESET, _DELETED = 60 / 3e6, 150 / 3e6
_RETURNED = 0.01 / 30
_BURST_DAYS = 12.0

_ORGANIZATIONS = 4999
#: Every organisation has one of them by its number.
_REGIONS = ("us", "china", "eu", "other", "unknown")
_TRACKED = 1500 / 3e6
_WITH_BASE = 0.4
_RELATIONS = ("finetune", "adapter", "quantized", "merge")
_LICENSES = ("license:apache-2.0", "license:mit", "license:other")
_PIPELINES = ("text-generation", "image-text-to-text", "fill-mask")
_SIZES = (1.5, 4, 8, 14, 32, 70, 235, 671)

#: With so many before its number an organisation makes ids of 40 characters.
_LETTERS = 12

Integers = npt.NDArray[Any]


@dataclass(frozen=True)
class HubDay:
    """What the Hub lists on one day, by number of the model, smallest first.

    Attributes:
        models: their numbers.
        downloads_total: the all-time counter.
        downloads_30d: the 30-day figure.
        likes: likes.
    """

    day: date
    models: Integers
    downloads_total: Integers
    downloads_30d: Integers
    likes: Integers


class HubHistory:
    """Days of a made-up Hub.

    Args:
        models: how many there are on the last day.
        days: how many days.
        seed: another seed, another history.
    """

    def __init__(self, models: int, days: int, seed: int = 7) -> None:
        random = np.random.default_rng(seed)
        self._size, self._days, self._seed = models, days, seed
        newcomers = round(models * (1 - 1 / (1 + days / _DAYS_TO_DOUBLE)))
        born = np.sort(random.integers(1, max(days, 2), newcomers))
        self._born = np.concatenate([np.zeros(models - newcomers, dtype=np.int64), born])
        self._rate = random.permutation(_rates(models))
        numbers = np.arange(models)
        self._organization = numbers * 7919 % _ORGANIZATIONS
        self.ids = _names(numbers, self._organization, random)
        self._by_id = pc.sort_indices(self.ids).to_numpy()
        popular = np.argsort(-self._rate, kind="stable")
        self._tracked = popular[: max(round(models * _TRACKED), min(models, 100))]
        self._attributes = self._made_attributes(random)

    def days(self) -> Iterator[HubDay]:
        """All days in order; a model keeps its number."""
        random, size = np.random.default_rng([self._seed, 1]), self._size
        is_first = self._born == 0
        total = np.where(is_first, np.floor(self._rate * 200 * random.random(size)), 0).astype(np.int64)
        likes = np.floor(self._rate * random.random(size)).astype(np.int64)
        window = np.array([random.poisson(self._rate * is_first) for _ in range(_WINDOW)], dtype=np.int32)
        rolling = window.sum(axis=0, dtype=np.int64)
        is_deleted = np.zeros(size, dtype=bool)
        shown = total, rolling, likes
        for number in range(self._days):
            is_born = self._born <= number
            pace = self._rate * (_WEEKDAYS[(FIRST_DAY + timedelta(number)).weekday()] * is_born)
            launched = np.flatnonzero(is_born & ~is_first)
            pace[launched] *= 1 + 6 * np.exp((self._born[launched] - number) / _BURST_DAYS)
            today = random.poisson(pace)
            slot = number % _WINDOW
            rolling = rolling + today - window[slot]
            window[slot] = today
            total = total + today
            likes = likes + random.poisson(pace / 400)
            fate = random.random(size)
            total[is_born & (fate < _RESET)] //= 3
            returned = is_deleted & (random.random(size) < _RETURNED)
            is_deleted = (is_deleted & ~returned) | (is_born & (fate > 1 - _DELETED))
            if number not in _FROZEN:
                shown = total, rolling, likes
            models = np.flatnonzero(is_born & ~is_deleted)
            yield HubDay(FIRST_DAY + timedelta(number), models, *(values[models] for values in shown))

    def records(self, day: HubDay) -> pa.Table:
        """A day as readings in canonical order."""
        models, values = self._in_order(day)
        columns = values | {name: array.take(models) for name, array in self._attributes.items()}
        schema = RECORD_TYPES[RecordKind.READINGS].schema
        return pa.table(
            [columns.get(field.name, pa.nulls(len(models), field.type)).cast(field.type) for field in schema],
            schema=schema,
        )

    def hub_stats(self, day: HubDay) -> pa.Table:
        """The same day as the public hub-stats dump lays it out."""
        records = self.records(day)
        bases = records["base_models"].combine_chunks()
        relation, base = (pc.list_flatten(bases).field(name) for name in ("relation", "model_id"))
        lengths = pc.fill_null(pc.list_value_length(bases), 0).to_numpy()
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        place = pa.array(np.cumsum(lengths) - 1, mask=lengths == 0)
        listed = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([base], ["id"]))
        return pa.table(
            {
                "id": records["model_id"],
                "createdAt": records["created_at"],
                "downloads": records["downloads_30d"],
                "downloadsAllTime": records["downloads_total"],
                "likes": records["likes"],
                "tags": records["tags"],
                "pipeline_tag": records["pipeline_tag"],
                "baseModels": pa.StructArray.from_arrays(
                    [relation.take(place), listed], ["relation", "models"], mask=pa.array(lengths == 0)
                ),
            }
        )

    def registry(self) -> dict[RecordKind, list[dict[str, Any]]]:
        """What a list of tracked models says of this Hub: the most downloaded ones, sizes, regions of all makers."""
        names = self.ids.take(self._tracked).to_pylist()
        makers = [name.partition("/")[0] for name in names]
        return {
            RecordKind.REGISTRY_MODELS: [
                {"organization_id": maker, "model_name": name.partition("/")[2], "model_id": name}
                for maker, name in zip(makers, names, strict=True)
            ],
            RecordKind.REGISTRY_PARAMETERS: [
                {"model_id": name, "total_parameters": int(_SIZES[number % len(_SIZES)] * 1e9)}
                for number, name in enumerate(names)
            ],
            RecordKind.REGISTRY_REGIONS: [
                {"organization_id": organization_name(number), "region": _REGIONS[number % len(_REGIONS)]}
                for number in range(_ORGANIZATIONS)
            ],
        }

    def _in_order(self, day: HubDay) -> tuple[pa.Array, dict[str, pa.Array]]:
        """The models of a day by their ids, and their counters."""
        place = np.full(self._size, -1)
        place[day.models] = np.arange(len(day.models))
        rows = place[self._by_id]
        rows = rows[rows >= 0]
        counters = ("downloads_total", "downloads_30d", "likes")
        return pa.array(day.models[rows]), {name: pa.array(getattr(day, name)[rows]) for name in counters}

    def _made_attributes(self, random: np.random.Generator) -> dict[str, pa.Array]:
        """What a model keeps: id, creation, licence tag, pipeline and, for some, one popular model as its base."""
        size = self._size
        before = np.datetime64("2023-01-01", "h") + random.integers(0, 760 * 24, size)
        since = np.datetime64(FIRST_DAY, "h") + self._born * 24 + random.integers(0, 24, size)
        created = np.where(self._born == 0, before, since).astype("datetime64[us]")
        bases = self._tracked[self._born[self._tracked] == 0]
        has_base = random.random(size) < _WITH_BASE
        has_base[self._tracked] = False
        chosen = bases[(len(bases) * random.random(size) ** 3).astype(np.int64)][has_base]
        relations = pa.array(_RELATIONS).take(pa.array(random.integers(0, len(_RELATIONS), len(chosen))))
        named = pa.StructArray.from_arrays([relations, self.ids.take(pa.array(chosen))], ["relation", "model_id"])
        offsets = np.concatenate([[0], np.cumsum(has_base)])
        tag = random.integers(0, len(_LICENSES), size)
        return {
            "model_id": self.ids,
            "created_at": pa.array(created),
            "tags": pa.ListArray.from_arrays(
                pa.array(np.arange(size + 1), pa.int32()), pa.array(_LICENSES).take(pa.array(tag))
            ),
            "pipeline_tag": pa.array(_PIPELINES).take(pa.array(random.integers(0, len(_PIPELINES), size))),
            "base_models": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), named, mask=pa.array(~has_base)),
        }


@cache
def organization_name(number: int) -> str:
    """A name that tells its number and begins with any letter."""
    drawn = hashlib.sha256(str(number).encode()).digest()[:_LETTERS]
    return f"{''.join(chr(ord('a') + byte % 26) for byte in drawn)}-{number}"


def _rates(models: int) -> npt.NDArray[np.float64]:
    """Downloads a day, most popular first: a steep head and a long tail that is hardly ever downloaded."""
    share = np.arange(1, models + 1) / models
    head = 32 * (share / 0.01) ** -1.1
    tail = 32 * (share / 0.01) ** -1.9
    return np.where(share < 0.01, head, tail)


def _names(numbers: Integers, organization: Integers, random: np.random.Generator) -> pa.Array:
    salt = pa.array(random.integers(1 << 30, size=len(numbers))).cast(pa.string())
    makers = pa.array([organization_name(number) for number in range(_ORGANIZATIONS)]).take(pa.array(organization))
    return pc.binary_join_element_wise(makers, "/model-", pa.array(numbers).cast(pa.string()), "-", salt, "")
