"""What holds for every history of counters, however it falls, stalls and skips days.

The SQL that dbt compiled for the cases is run on generated histories in memory, so that hundreds of them take seconds.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.recorded_build import RecordedBuild, compiled_build
from tests.dbt.warehouse_factory import WarehouseFactory

START = date(2025, 1, 1)
RECOVERY_READINGS = 8

#: What stands for itself: the readings that were selected, and what decides which of them are looked at.
GIVEN = (
    "int_readings__ranked",
    "int_readings__described",
    "int_readings__changes",
    "int_snapshots__news",
    "int_models__canonical",
    "int_counters__models",
    "int_counters__names",
    "int_counters__scope",
    "int_counters__window",
)


class Reading(NamedTuple):
    day: int
    total: int


class Day(NamedTuple):
    day: int
    downloads: int
    correction: int
    method: str


History = list[Reading]


class Pipeline:
    """From the selected readings to the daily fact, all of them looked at."""

    def __init__(self, build: RecordedBuild) -> None:
        self.build = build
        self.connection = build.database()
        always = date(1, 1, 1)
        window = {"is_everything": True, "read_from": always, "kept_until": always, "look_from": always}
        build.give(self.connection, "int_counters__window", [window])

    def daily(self, tables: Sequence[Sequence[History]]) -> list[list[list[Day]]]:
        """Daily rows of each history, by table and place in it."""
        models = {f"t{t}/m{m}": history for t, histories in enumerate(tables) for m, history in enumerate(histories)}
        rows = [
            {
                "source": "generated",
                "table_name": model_id.partition("/")[0],
                "model_id": model_id,
                "canonical_model_id": model_id,
                "reading_date": START + timedelta(days=reading.day),
                "is_witness": True,
                "downloads_total": reading.total,
                "total_rank": 1,
            }
            for model_id, history in models.items()
            for reading in history
        ]
        names = [
            {
                "canonical_key": number,
                "canonical_model_id": model_id,
                "last_counter_date": START + timedelta(days=history[-1].day),
                "is_whole": True,
            }
            for number, (model_id, history) in enumerate(models.items())
        ]
        self.build.give(self.connection, "int_readings__ranked", rows)
        for name, left_out in (("names", {"is_whole"}), ("scope", {"last_counter_date"})):
            found = [{column: value for column, value in row.items() if column not in left_out} for row in names]
            self.build.give(self.connection, f"int_counters__{name}", found)
        self.build.run(self.connection, anew=True)
        found = self.connection.execute(
            "select model_id, download_date, downloads, counter_correction, method "
            "from marts.fct_model_downloads_daily order by 1, 2"
        ).fetchall()
        daily: dict[str, list[Day]] = {}
        for model_id, on, *figures in found:
            daily.setdefault(model_id, []).append(Day((on - START).days, *figures))
        return [[daily.get(f"t{t}/m{m}", []) for m in range(len(table))] for t, table in enumerate(tables)]


@pytest.fixture(scope="module")
def pipeline(download_cases: WarehouseFactory) -> Iterator[Pipeline]:
    pipeline = Pipeline(compiled_build(download_cases, ["fct_model_downloads_daily"], GIVEN))
    yield pipeline
    pipeline.connection.close()


def kept_readings(history: History) -> list[tuple[Reading, bool]]:
    """The readings that stay, each with whether a fall before it was made up; read one after the other.

    A reading below the last good one starts a fall. If one of the next eight reaches the last good value, all between
    are dropped; otherwise the lower value is the good one from there on.
    """
    kept = [(history[0], False)]
    place = 1
    while place < len(history):
        good, here = kept[-1][0], history[place]
        if here.total < good.total:
            ahead = history[place + 1 : place + 1 + RECOVERY_READINGS]
            recovered = next((n for n, reading in enumerate(ahead, place + 1) if reading.total >= good.total), None)
            if recovered is not None:
                kept.append((history[recovered], True))
                place = recovered + 1
                continue
        kept.append((here, False))
        place += 1
    return kept


def expected_days(history: History) -> list[Day]:
    """The daily rows of a model whose source never stalls, worked out day by day."""
    days = []
    for (before, _), (after, is_recovery) in pairwise(kept_readings(history)):
        length, growth = after.day - before.day, after.total - before.total
        method = "recovered_fall" if is_recovery else "spread_over_gap" if length > 1 else "observed"
        if growth < 0:
            shares, method = [0] * length, "reset"
        else:
            so_far = [growth * n // length for n in range(length + 1)]
            shares = [later - earlier for earlier, later in pairwise(so_far)]
        corrections = [0] * (length - 1) + [min(growth, 0)]
        days += [
            Day(before.day + n, share, correction, method)
            for n, (share, correction) in enumerate(zip(shares, corrections, strict=True), 1)
        ]
    return days


def assert_conserved(history: History, days: list[Day]) -> None:
    first, last = history[0], history[-1]
    assert [row.day for row in days] == list(range(first.day + 1, last.day + 1))
    assert sum(row.downloads + row.correction for row in days) == last.total - first.total
    assert all(row.downloads >= 0 >= row.correction for row in days)
    assert all(row.method == "reset" for row in days if row.correction)


gaps = st.sampled_from([1] * 8 + [2, 3, 9])
#: Small numbers, so that falls, recoveries and equal values are frequent.
jagged_totals = st.lists(st.integers(0, 12), min_size=1, max_size=40)
#: Growth with rare falls, like real counters.
growing_totals = st.lists(st.integers(0, 9).map(lambda n: -7 if n == 0 else n), min_size=1, max_size=60).map(
    lambda steps: [max(0, total) for total in accumulate(steps, initial=50)]
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    totals = draw(jagged_totals | growing_totals)
    steps = draw(st.lists(gaps, min_size=len(totals), max_size=len(totals)))
    return [Reading(day, total) for day, total in zip(accumulate(steps), totals, strict=True)]


@st.composite
def stalling_tables(draw: st.DrawFn) -> list[History]:
    """Models of one source that reads all of them on the same days, and on some of them repeats what it had."""
    days = list(accumulate(draw(st.lists(gaps, min_size=12, max_size=40))))
    activity = draw(
        st.lists(st.sampled_from([0, 1, 5, 7, 10, 10, 10, 10, 13, 20]), min_size=len(days), max_size=len(days))
    )
    table = []
    for rate in draw(st.lists(st.integers(1, 400_000), min_size=3, max_size=8)):
        first = draw(st.integers(0, 8))
        falls = draw(st.dictionaries(st.integers(0, len(days) - 1), st.integers(1, 10 * rate), max_size=3))
        growth = [rate * share // 10 - falls.get(n, 0) for n, share in enumerate(activity)]
        totals = [max(0, total) for total in accumulate(growth[1:], initial=1_000_000)]
        table.append([Reading(day, total) for day, total in zip(days, totals, strict=True)][first:])
    return table


common = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@settings(common, max_examples=25)
@given(generated=st.lists(histories(), min_size=20, max_size=40))
def test_falls_and_gaps_equal_a_reading_one_after_the_other(pipeline: Pipeline, generated: list[History]) -> None:
    # A table of its own for each model: with fewer than three models nothing can be said about the source.
    daily = pipeline.daily([[history] for history in generated])
    for history, [days] in zip(generated, daily, strict=True):
        assert days == expected_days(history)
        assert_conserved(history, days)


@settings(common, max_examples=25)
@given(tables=st.lists(stalling_tables(), min_size=2, max_size=5))
def test_nothing_is_lost_or_made_up_when_sources_stall(pipeline: Pipeline, tables: list[list[History]]) -> None:
    for table, table_days in zip(tables, pipeline.daily(tables), strict=True):
        for history, days in zip(table, table_days, strict=True):
            assert_conserved(history, days)


def test_the_generated_sources_do_stall(pipeline: Pipeline) -> None:
    """The property above is about stalls only if the generator makes some."""
    days = range(30)
    table = [[Reading(n, 1_000 * (rate * (n - (n >= 15)))) for n in days] for rate in (3, 5, 8)]
    [found] = pipeline.daily([table])
    assert [(row.day, row.downloads) for row in found[0] if row.method == "stalled"] == [(15, 1_500), (16, 1_500)]
