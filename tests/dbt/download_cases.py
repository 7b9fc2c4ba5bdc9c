"""Histories of counters with the troubles that real ones have shown, one source table each, so that none sees another.

Every case is a function that gives the candidates of its table; `test_downloads_cases.py` holds the expected answers.
Days are counted from ``START`` (day 0).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.snapshots.candidate import Candidate
from tests.dbt.warehouse_factory import candidates_by_day

START = date(2025, 1, 1)
Readings = Mapping[int, Any]
CASES: dict[str, Callable[[], Iterator[Candidate]]] = {}


def day(number: int) -> date:
    return START + timedelta(days=number)


def case(function: Callable[[], Iterator[Candidate]]) -> Callable[[], Iterator[Candidate]]:
    CASES[function.__name__] = function
    return function


def steady(rate: int, last: int = 40, start: int = 1_000_000, missing: tuple[int, ...] = ()) -> dict[int, int]:
    """A counter that grows by the same number every day."""
    return {number: start + rate * number for number in range(last + 1) if number not in missing}


def moved(series: Mapping[int, int], by: Mapping[int, int]) -> dict[int, int]:
    """A counter with some of its readings moved up or down."""
    return {number: value + by.get(number, 0) for number, value in series.items()}


def land(table: str, series: Mapping[str, Readings], **settings: Any) -> Iterator[Candidate]:
    yield from candidates_by_day(
        table,
        {model: {day(n): value for n, value in readings.items()} for model, readings in series.items()},
        **settings,
    )


@case
def counter_appears_late() -> Iterator[Candidate]:
    """1: only the 30-day figure for ten days, then a counter that starts at 2.7 billion."""
    without = {n: {"downloads_30d": 90_000} for n in range(10)}
    with_counter = {
        n: {"downloads_30d": 90_000 + n, "downloads_total": 2_700_000_000 + 3_000 * n} for n in range(10, 14)
    }
    yield from land("counter_appears_late", {"late/model": without | with_counter})


@case
def partial_snapshots() -> Iterator[Candidate]:
    """2: one day with 26 % of the models, one that lacks 3 %; landed newest first, nothing to compare with then."""
    series = {f"partial/m{i:03}": steady(100, last=20) for i in range(100)}
    for i in range(100):
        if i >= 26:
            series[f"partial/m{i:03}"].pop(10)
        else:
            series[f"partial/m{i:03}"][10] = 5_000_000  # a count that would be seen if it counted
        if i >= 97:
            series[f"partial/m{i:03}"].pop(15)
    yield from reversed(list(land("partial_snapshots", series, minimum_rows_share=0.5)))


@case
def partial_in_a_row() -> Iterator[Candidate]:
    """2: a day with many more models, two with a fifth, the second as large as the first, one with exactly half."""
    series = {f"in-a-row/m{i}": steady(100, last=20, missing=(10, 11) if i > 1 else ()) for i in range(10)}
    for i in range(5):
        series[f"in-a-row/m{i}"].pop(16)
    series |= {f"in-a-row/once{i}": {5: 1_000} for i in range(25)}
    yield from reversed(list(land("partial_in_a_row", series, minimum_rows_share=0.5)))


@case
def largest_counter() -> Iterator[Candidate]:
    """18: the largest count that is believed, after a gap of years."""
    yield from land("largest_counter", {"largest/counter": {-1_500: 1, 0: 2**53}})


@case
def long_interval() -> Iterator[Candidate]:
    """3: five days between two readings of big models that grow at the same rate throughout."""
    yield from land("long_interval", {f"long/m{i}": steady(3_001, missing=(21, 22, 23, 24)) for i in range(6)})


@case
def stall_after_gap() -> Iterator[Candidate]:
    """4: three days are missing, the reading after them has not moved, the next one has moved by all five days."""
    series = {f"stall/m{i}": steady(1_000, missing=(21, 22, 23)) for i in range(4)}
    for readings in series.values():
        readings[24] = readings[20]
    yield from land("stall_after_gap", series)


def _dip(table: str, low: int, high: int, *, high_first: bool = False) -> Iterator[Candidate]:
    """Models that make 1,000 a day, but `low` on day 21 and `high` on day 22 (or the other way round)."""
    first = high if high_first else low
    series = {f"{table}/m{i}": moved(steady(1_000), {21: first - 1_000}) for i in range(4)}
    if low + high != 2_000:
        series = {m: {n: v + (low + high - 2_000 if n >= 22 else 0) for n, v in s.items()} for m, s in series.items()}
    yield from land(table, series)


@case
def dip_below_threshold() -> Iterator[Candidate]:
    """5: a dip at 0.697 of the usual rate, made up on the next day."""
    yield from _dip("dip_below_threshold", 697, 1_303)


@case
def dip_at_threshold() -> Iterator[Candidate]:
    """5: a dip at exactly 0.700 of the usual rate, made up on the next day."""
    yield from _dip("dip_at_threshold", 700, 1_300)


@case
def dip_after_rush() -> Iterator[Candidate]:
    """5: a dip that the day before had made up."""
    yield from _dip("dip_after_rush", 600, 1_400, high_first=True)


@case
def dip_not_made_up() -> Iterator[Candidate]:
    """5: a dip after which the usual rate goes on: downloads were fewer."""
    yield from _dip("dip_not_made_up", 600, 1_001)


@case
def dip_between_rushes() -> Iterator[Candidate]:
    """5: a dip that the day before makes up as well as the day after."""
    by_day = {20: 400, 21: 0, 22: 400}
    series = {f"between/m{i}": moved(steady(1_000), by_day) for i in range(4)}
    series = {m: {n: v + (400 if n > 22 else 0) for n, v in s.items()} for m, s in series.items()}
    yield from land("dip_between_rushes", series)


@case
def dip_made_up_late() -> Iterator[Candidate]:
    """5: a dip that is made up by a reading four days later."""
    series = {f"late-dip/m{i}": moved(steady(1_000, missing=(22, 23, 24)), {21: -400}) for i in range(4)}
    yield from land("dip_made_up_late", series)


@case
def slow_day_of_a_short_series() -> Iterator[Candidate]:
    """A day at a tenth of the others in a series of four intervals: too few to know what is usual."""
    series = {f"short/m{i}": {0: 1_000, 1: 2_000, 2: 2_100, 3: 3_100, 4: 4_100} for i in range(4)}
    yield from land("slow_day_of_a_short_series", series)


@case
def fall_before_a_standstill() -> Iterator[Candidate]:
    """10: one model falls on the day before its source stands still, and is back in the reading that is taken out."""
    series = {f"fall-stall/m{i}": {n: v - (900 if n >= 21 else 0) for n, v in steady(1_000).items()} for i in range(4)}
    series["fall-stall/m0"] = moved(series["fall-stall/m0"], {20: -400_000})
    yield from land("fall_before_a_standstill", series)


@case
def standstill() -> Iterator[Candidate]:
    """A day at a tenth of the usual rate that nothing makes up; one model begins on that day, one ends on it."""
    series: dict[str, Any] = {
        f"standstill/m{i}": {n: v - (900 if n >= 21 else 0) for n, v in steady(1_000).items()} for i in range(4)
    }
    series["standstill/begins"] = {n: v for n, v in series["standstill/m0"].items() if n >= 21}
    series["standstill/ends"] = {n: v for n, v in series["standstill/m0"].items() if n <= 21}
    series["standstill/resets-then"] = {n: v - (500_000 if n >= 21 else 0) for n, v in series["standstill/m0"].items()}
    series["standstill/resets"] = {n: v - (500_000 if n >= 22 else 0) for n, v in series["standstill/m0"].items()}
    yield from land("standstill", series)


@case
def frozen() -> Iterator[Candidate]:
    """Two of eight big models do not move on a day; the total hardly shows it."""
    series = {f"frozen/m{i}": steady(3_000) for i in range(8)}
    for i in range(2):
        series[f"frozen/m{i}"] = moved(series[f"frozen/m{i}"], {21: -3_000})
    yield from land("frozen", series)


@case
def one_frozen() -> Iterator[Candidate]:
    """One of eight big models does not move on a day: 12.5 %, its own affair."""
    series = {f"one_frozen/m{i}": steady(3_000) for i in range(8)}
    series["one_frozen/m0"] = moved(series["one_frozen/m0"], {21: -3_000})
    yield from land("one_frozen", series)


@case
def few_frozen() -> Iterator[Candidate]:
    """Two of only four big models do not move on a day, and do not make it up."""
    series = {f"few_frozen/m{i}": steady(3_000) for i in range(4)}
    for i in range(2):
        series[f"few_frozen/m{i}"] = {n: v - (3_000 if n >= 21 else 0) for n, v in series[f"few_frozen/m{i}"].items()}
    yield from land("few_frozen", series)


def _jump(table: str, models: int, jumping: int, extra: int) -> Iterator[Candidate]:
    """Big models that make 3,000 a day, of which some make more on day 21."""
    series = {f"{table}/m{i}": steady(3_000) for i in range(models)}
    for i in range(jumping):
        series[f"{table}/m{i}"] = {n: v + (extra if n >= 21 else 0) for n, v in series[f"{table}/m{i}"].items()}
    yield from land(table, series)


@case
def spike_of_some() -> Iterator[Candidate]:
    """6: five of eight big models triple on one day: 62.5 %."""
    yield from _jump("spike_of_some", 8, 5, 6_000)


@case
def spike_of_few() -> Iterator[Candidate]:
    """6: all big models triple on one day, but there are only four."""
    yield from _jump("spike_of_few", 4, 4, 6_000)


@case
def rush() -> Iterator[Candidate]:
    """6: all of eight big models make exactly half as much again on one day."""
    yield from _jump("rush", 8, 8, 1_500)


@case
def spike() -> Iterator[Candidate]:
    """6: six of eight big models triple on one day; a small one does nothing special."""
    series = {f"spike/m{i}": steady(3_000) for i in range(8)}
    for i in range(6):
        series[f"spike/m{i}"] = {n: v + (6_000 if n >= 21 else 0) for n, v in series[f"spike/m{i}"].items()}
    yield from land("spike", series | {"spike/small": steady(10)})


@case
def launch() -> Iterator[Candidate]:
    """6: one of eight big models makes ten times its usual downloads on one day."""
    series = {f"launch/m{i}": steady(3_000) for i in range(8)}
    series["launch/m0"] = {n: v + (27_000 if n >= 21 else 0) for n, v in series["launch/m0"].items()}
    yield from land("launch", series)


@case
def rolling_only() -> Iterator[Candidate]:
    """7: no counter, only 30-day figures: near one month's end, too far from the other."""
    figures = {n: {"downloads_30d": 10_000 + n} for n in (28, 32, 33, 54, 62)}  # 29 Jan, 2, 3 and 24 Feb, 4 Mar
    yield from land("rolling_only", {"rolling/model": figures, "rolling/three-days": {55: {"downloads_30d": 7}}})


@case
def rolling_beside_counter() -> Iterator[Candidate]:
    """7: a 30-day figure at the month's end beside daily counters."""
    series = {n: {"downloads_total": v, "downloads_30d": 999_999} for n, v in steady(10, last=62, start=0).items()}
    yield from land("rolling_beside_counter", {"beside/model": series})


def _others(name: str, last: int = 40) -> dict[str, Any]:
    """Models that are there all the time, so that the list counts as stable."""
    return {f"{name}/other{i}": steady(50, last=last, start=1_000 * i) for i in range(30)}


@case
def rename() -> Iterator[Candidate]:
    """8: an id vanishes, another goes on with its counter two days later."""
    counter = steady(100_000, start=145_600_000)
    series = _others("rename") | {
        "rename/old-name": {n: v for n, v in counter.items() if n <= 20},
        "rename/new-name": {n: v for n, v in counter.items() if n >= 22},
    }
    yield from land("rename", series)


@case
def rename_refused() -> Iterator[Candidate]:
    """8: what looks like a rename and is none: two heirs, two forebears, 2 % off, too small, four days, another hub id
    or day of creation, known."""
    before = {n: v for n, v in steady(1_000, start=50_000_000).items() if n <= 20}
    after = {n: v for n, v in steady(1_000, start=50_000_000).items() if n >= 21}
    off = 50_000_000
    series = _others("refused") | {
        "refused/two-heirs": before,
        "refused/heir1": after,
        "refused/heir2": {n: v + 7 for n, v in after.items()},
        "refused/two-percent": {n: v + off for n, v in before.items()},
        "refused/two-percent-on": {n: round((v + off) * 1.02) for n, v in after.items()},
        "refused/small": {n: 9_000 + n for n in range(21)},
        "refused/small-on": {n: 9_000 + n for n in range(21, 41)},
        "refused/hub-id": {n: {"downloads_total": v + 3 * off, "hub_id": "a1"} for n, v in before.items()},
        "refused/hub-id-on": {n: {"downloads_total": v + 3 * off, "hub_id": "a2"} for n, v in after.items()},
        "refused/late": {n: v + 5 * off for n, v in before.items() if n <= 17},
        "refused/late-on": {n: v + 5 * off for n, v in after.items()},
        "refused/back": {n: v + 7 * off for n, v in before.items()},
        "refused/back-on": {n: v + 7 * off for n, v in after.items()},
    }
    for forebear in ("refused/forebear1", "refused/forebear2"):
        series[forebear] = {n: v + 11 * off for n, v in before.items()}
    series["refused/one-heir"] = {n: v + 11 * off for n, v in after.items()}
    first, later = datetime(2024, 3, 1, 12), datetime(2024, 3, 3, 12)
    series["refused/created"] = {n: {"downloads_total": v + 13 * off, "created_at": first} for n, v in before.items()}
    series["refused/created-on"] = {n: {"downloads_total": v + 13 * off, "created_at": later} for n, v in after.items()}
    series["refused/known"] = {n: v + 9 * off for n, v in before.items()}
    series["refused/known-on"] = {n: v + 9 * off for n, v in after.items()}
    yield from land("rename_refused", series, is_complete="all")
    # Another table still reads one of the old ids, and read one of the new ids before.
    elsewhere = {"refused/back": {30: 7 * off}, "refused/known-on": {5: 9 * off}}
    yield from land("rename_refused_elsewhere", elsewhere)


@case
def unstable_list() -> Iterator[Candidate]:
    """8: a list of the most popular models loses a third of them: who is gone was not renamed."""
    counter = steady(1_000, start=70_000_000)
    series: dict[str, Any] = {f"unstable/stays{i}": steady(50) for i in range(20)}
    series |= {f"unstable/goes{i}": dict.fromkeys(range(21), 1000 * i) for i in range(9)}
    series["unstable/old"] = {n: v for n, v in counter.items() if n <= 20}
    series["unstable/new"] = {n: v for n, v in counter.items() if n >= 21}
    yield from land("unstable_list", series)


@case
def merged_organization() -> Iterator[Candidate]:
    """8: the same model under the old and the new namespace of a declared rename, overlapping for ten days."""
    counter = steady(500)
    series = {
        "neuralmagic/Merged-7B": {n: v for n, v in counter.items() if n <= 25},
        "RedHatAI/Merged-7B": {n: v for n, v in counter.items() if n >= 16},
        "neuralmagic/Only-There": {0: 10, 1: 20},
        "neuralmagic/Two-Repos": {n: {"downloads_total": 10 * n, "hub_id": "t1"} for n in range(5)},
        "RedHatAI/Two-Repos": {n: {"downloads_total": 20 * n, "hub_id": "t2"} for n in range(5)},
    }
    yield from land("merged_organization", series)


@case
def same_hub_id() -> Iterator[Candidate]:
    """8: three names, one immutable hub id; and one id that a provider wrote into every row."""
    counter = steady(500)
    parts = {"hub-id/first": range(11), "hub-id/second": range(11, 21), "another-owner/third": range(21, 41)}
    series = {m: {n: {"downloads_total": counter[n], "hub_id": "h1"} for n in days} for m, days in parts.items()}
    series |= {f"hub-id/wrong{i}": {0: {"downloads_total": i, "hub_id": "none"}} for i in range(30)}
    yield from land("same_hub_id", series)


@case
def mirror() -> Iterator[Candidate]:
    """8: the same name in undeclared organisations: equal moving counters; equal but unmoving; different once."""
    counter = moved(steady(500), {5: 17, 9: -13})
    series = {
        "mirror-a/Twin": counter,
        "mirror-b/Twin": {n: v for n, v in counter.items() if n >= 3},
        "mirror-c/Still": dict.fromkeys(range(41), 400),
        "mirror-d/Still": dict.fromkeys(range(41), 400),
        "mirror-e/Nearly": counter,
        "mirror-f/Nearly": moved(counter, {30: 1}),
        "mirror-i/Other": {n: {"downloads_total": v, "hub_id": "m1"} for n, v in counter.items()},
        "mirror-j/Other": {n: {"downloads_total": v, "hub_id": "m2"} for n, v in counter.items()},
        "mirror-k/Slow": {n: 100 + min(n, 3) for n in range(41)},
        "mirror-l/Slow": {n: 100 + min(n, 3) for n in range(41)},
        "mirror-g/Short": {n: counter[n] for n in range(13)},
        "mirror-h/Short": {n: counter[n] for n in range(13)},
    }
    yield from land("mirror", series)


@case
def recreated() -> Iterator[Candidate]:
    """8: deleted and created again under the same name; the new counter passes the old one within a week."""
    old = {n: {"downloads_total": 50_000 + 100 * n, "hub_id": "r1"} for n in range(20)}
    new = {n: {"downloads_total": 20_000 * (n - 19), "hub_id": "r2"} for n in range(20, 30)}
    yield from land("recreated", {"recreated/model": old | new})


@case
def falls() -> Iterator[Candidate]:
    """10: one day down and back; back after exactly 8 readings; after 9; never; down twice within one fall."""
    counter = steady(1_000)
    yield from land(
        "falls",
        {
            "falls/one-day": moved(counter, {20: -400_000}),
            "falls/eighth": {n: v - (500_000 if 20 <= n < 28 else 0) for n, v in counter.items()},
            "falls/ninth": {n: v - (500_000 if 20 <= n < 29 else 0) for n, v in counter.items()},
            "falls/never": {n: v - (300_000 if n >= 20 else 0) for n, v in counter.items()},
            "falls/twice": moved(counter, {20: -10_000, 21: -5_000, 22: -50_000}),
        },
    )


@case
def stale() -> Iterator[Candidate]:
    """11: the counter stops on day 3, the 30-day figure does not."""
    series = {n: {"downloads_total": min(n, 3) * 100, "downloads_30d": 300} for n in range(40)}
    yield from land("stale", {"stale/model": series})


@case
def vanished() -> Iterator[Candidate]:
    """12: a model of a complete listing is gone from day 21 on."""
    series = _others("vanished") | {"vanished/gone": steady(200, last=20)}
    yield from land("vanished", series, is_complete="all")


@case
def weekdays() -> Iterator[Candidate]:
    """13: fewer downloads on Sundays and Mondays."""
    total, series = 0, {}
    for n in range(41):
        total += 870 if day(n).isoweekday() in (7, 1) else 1_050
        series[n] = total
    yield from land("weekdays", {f"weekdays/m{i}": series for i in range(6)})


@case
def restated() -> Iterator[Candidate]:
    """16: the newest day is answered again, with another count for one model and without another one."""
    series = {"restated/changes": steady(100, last=10), "restated/same": steady(100, last=10)}
    yield from land("restated", series)
    yield from land("restated", {"restated/changes": {10: 1_001_500}, "restated/same": {10: 1_001_000}})


@case
def switching_name() -> Iterator[Candidate]:
    """21: the origin's own name stands for one repository, then for another, then for the first again."""
    base, large = steady(1_000, start=580_000_000), steady(2_000, start=1_138_000_000)
    named: dict[str, Any] = {"switching/base": {}, "switching/large": {}}
    for n in range(41):
        model = "switching/large" if 10 <= n < 20 else "switching/base"
        named[model][n] = {"downloads_total": (large if 10 <= n < 20 else base)[n], "source_name": "clip"}
    yield from land("switching_name", named)


@case
def typed_in() -> Iterator[Candidate]:
    """22: figures that never move over 31 days; over 30 days with too few readings; small ones; removed models."""
    days = range(0, 31, 2)
    yield from land(
        "typed_in",
        {
            "typed/flat": {n: {"downloads_30d": 353_000} for n in days},
            "typed/moves-once": {n: {"downloads_30d": 353_000 + (n == 30)} for n in days},
            "typed/too-short": {n: {"downloads_30d": 353_000} for n in days if n < 29},
            "typed/too-few": {n: {"downloads_30d": 353_000} for n in (0, 10, 20, 30)},
            "typed/small": {n: {"downloads_30d": 999} for n in days},
            "typed/removed": {n: {"downloads_total": 700 + n, "status": "removed" if n > 9 else None} for n in days},
        },
    )


@case
def population_changes() -> Iterator[Candidate]:
    """23: ten models that make 99 % of the downloads are not in the list from day 21 on."""
    series = {f"population/small{i}": steady(1_000) for i in range(10)}
    series |= {f"population/popular{i}": steady(99_000, last=20) for i in range(10)}
    yield from land("population_changes", series)


@case
def preferred_origin() -> Iterator[Candidate]:
    """24: an origin that is read first, without counters from day 10 to 14 and without the newest days."""
    series = {n: {"downloads_total": 1_000 + 10 * n, "downloads_30d": 300 + n} for n in range(20)}
    for n in range(10, 15):
        del series[n]["downloads_total"]
    yield from land("preferred_origin", {"origins/model": series}, priority=1)


@case
def other_origin() -> Iterator[Candidate]:
    """24: another origin of the same model, read hours later."""
    series = {n: {"downloads_total": 1_003 + 10 * n, "downloads_30d": 301 + n} for n in range(25)}
    yield from land("other_origin", {"origins/model": series}, priority=2)
