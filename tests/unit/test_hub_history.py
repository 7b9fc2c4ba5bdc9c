"""The generated history of the benchmark is the same on every run and has the Hub's shape."""

from itertools import pairwise

import numpy as np

from benchmarks.hub_history import HubDay, HubHistory

MODELS, DAYS = 20_000, 60


def counters(day: HubDay) -> np.ndarray:
    """Total and 30-day counter of each model, -1 where it is not listed."""
    found = np.full((2, MODELS), -1)
    found[:, day.models] = day.downloads_total, day.downloads_30d
    return found


def test_two_runs_are_the_same_and_another_seed_is_not() -> None:
    def last(seed: int) -> HubDay:
        *_, day = HubHistory(500, 40, seed).days()
        return day

    one, two, other = last(1), last(1), last(2)
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in ("models", "likes", "modified"))
    assert not np.array_equal(one.downloads_total, other.downloads_total)


def test_the_catalogue_grows_and_about_one_model_in_eight_changes_a_day() -> None:
    days = [counters(day) for day in HubHistory(MODELS, DAYS).days()]
    listed = [int((day[0] >= 0).sum()) for day in days]
    assert listed[0] < listed[-1] <= MODELS
    changed = [(one != other).any(axis=0).mean() for one, other in pairwise(days)]
    assert 0.10 < np.median(changed) < 0.18
    assert changed[40] < 0.01  # a day on which the counters stood still
    assert any(((one[0] >= 0) & (other[0] < 0)).any() for one, other in pairwise(days))


def test_records_are_readings_in_the_order_of_their_ids() -> None:
    made = HubHistory(300, 3)
    *_, day = made.days()
    records = made.records(day, attributes=True)
    ids = records["model_id"].to_pylist()
    assert ids == sorted(set(ids))
    total = dict(zip(ids, records["downloads_total"].to_pylist(), strict=True))
    names = made.ids.take(day.models).to_pylist()
    assert [total[name] for name in names] == day.downloads_total.tolist()
