"""Arrivals after which what was worked out long before no longer holds: each a world, and what then becomes of it.

Every table also holds a model that moves daily, so that a new day is never without news of the usual kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from tests.dbt.invented_arrivals import START, Record, Table, World

#: What one model reads on a day: a counter, a whole record, or nothing.
Said = int | dict[str, Any] | None
#: Day -> model -> what is read.
Told = dict[int, dict[str, Said]]


class ToldTable(Table):
    """A table of which is told what it reads, on the days that it has."""

    def __init__(self, told: Told, *, name: str = "told", priority: int = 1, is_long: bool = False) -> None:
        models = tuple(sorted({model for counters in told.values() for model in counters}))
        super().__init__(seed=0, source="hf_hub", name=name, models=models, priority=priority, is_long=is_long)
        self.told = told
        for day in told:
            self.land(day, 0)

    def is_partial(self, day: int, version: int) -> bool:
        return False

    def tell(self, day: int, counters: Mapping[str, Said]) -> None:
        """What the table reads on a day, now or from now on."""
        self.told[day] = dict(counters)
        self.land(day, self.days.get(day, -1) + 1)

    def readings(self) -> Iterator[Record]:
        for day in self.days:
            for model, said in self.told[day].items():
                yield {
                    "source": self.source,
                    "table_name": self.name,
                    "snapshot_date": START + timedelta(days=day),
                    "revision": self.revisions[day],
                    "model_id": model,
                    "downloads_total": None,
                    "downloads_30d": None,
                    "status": None,
                    **(said if isinstance(said, dict) else {"downloads_total": said}),
                }


class Arrival(NamedTuple):
    """A world that is built, and what happens to it before the next build."""

    known: World
    then: Callable[[], None]


def world_of(*tables: ToldTable, under: Mapping[str, str] | None = None) -> World:
    """Tables whose models are counted under their own ids, but for those named."""
    ids = {model for table in tables for model in table.models}
    return World(list(tables), {model: model for model in ids} | dict(under or {}))


def told(days: Iterable[int], **models: Callable[[int], Said]) -> Told:
    """What each model (``o/<name>``) reads on each day, and one that moves daily; without what is not there."""
    everybody = {"daily": lambda day: 1_000 * day, **models}
    return {
        day: {f"o/{name}": said for name, says in everybody.items() if (said := says(day)) is not None} for day in days
    }


def last_day_comes(*tables: ToldTable) -> Callable[[], None]:
    """Takes the newest day from each table, and gives what lands it."""
    newest = [(table, max(table.days)) for table in tables]
    for table, day in newest:
        del table.days[day], table.revisions[day]

    def land() -> None:
        for table, day in newest:
            table.land(day, 0)

    return land


def counter_unknown_for_months() -> Arrival:
    def back(day: int) -> Said:
        known = 100 * day if day <= 50 else 20_000 if day == 140 else None
        return {"downloads_total": known, "downloads_30d": 900 + day}

    table = ToldTable(told(range(141), back=back))
    return Arrival(world_of(table), last_day_comes(table))


def figures_of_another_table_while_it_was_absent() -> Arrival:
    counters = ToldTable(told(range(141), back=lambda day: 100 * day if day <= 50 else 20_000 if day == 140 else None))
    figures = ToldTable(told(range(141), back=lambda day: {"downloads_30d": 900 + day}), name="figures", priority=2)
    return Arrival(world_of(counters, figures), last_day_comes(counters, figures))


def fall_made_up_after_an_absence() -> Arrival:
    def back(day: int) -> Said:
        return 100 * day if day < 100 else {100: 50, 140: 20_000}.get(day)

    table = ToldTable(told(range(141), back=back))
    return Arrival(world_of(table), last_day_comes(table))


def last_reading_before_an_absence_was_of_a_stalled_day() -> Arrival:
    def back(day: int) -> Said:
        return 100 * day if day <= 100 else 20_000 if day == 140 else None

    table = ToldTable(told(range(141), back=back, **frozen_on(100)))
    return Arrival(world_of(table), last_day_comes(table))


def moves_of_the_table_that_does_not_count() -> Arrival:
    counts = ToldTable(told(range(123), still=lambda day: min(day, 5) if day < 121 else 6))
    loses = ToldTable(told(range(123), still=lambda day: 1_000 + day), name="loses", priority=2)
    return Arrival(world_of(counts, loses), last_day_comes(counts, loses))


def moved_on_a_stalled_day_alone() -> Arrival:
    table = ToldTable(told(range(141), still=lambda day: min(day, 5) if day < 107 else 6, **frozen_on(107)))
    return Arrival(world_of(table), last_day_comes(table))


def recovery_taken_back() -> Arrival:
    def back(day: int) -> Said:
        return 100 * day if day < 50 else {50: 10, 140: 20_000}.get(day)

    table = ToldTable(told(range(141), back=back))
    return Arrival(world_of(table), lambda: table.tell(140, {"o/daily": 140_000}))


def only_day_of_a_table_taken_back() -> Arrival:
    reads = ToldTable(told(range(141), x=lambda day: 100 * day), name="reads", priority=2, is_long=True)
    read_once = ToldTable(told(range(141), x=lambda day: 14_000 if day == 140 else None))
    return Arrival(world_of(reads, read_once), lambda: read_once.tell(140, {"o/daily": 140_000}))


def last_interval_taken_back() -> Arrival:
    reads = ToldTable(told(range(141), x=lambda day: 100 * min(day, 45) if day <= 50 else None), name="reads")
    read_once = ToldTable(told(range(141), x=lambda day: 20_000 if day == 140 else None), priority=2)
    return Arrival(world_of(reads, read_once), lambda: read_once.tell(140, {"o/daily": 140_000}))


def two_weekly_tables() -> Arrival:
    weeks = range(0, 204, 7)
    tables = [ToldTable(told(weeks, x=weekly), name=f"weekly{rank}", priority=rank) for rank in (1, 2)]
    return Arrival(world_of(*tables), last_day_comes(*tables))


def old_fall_by_which_a_source_was_judged() -> Arrival:
    def back(day: int) -> Said:
        return 10_000 * day - (100_000 if 54 <= day <= 60 else 0) if day <= 60 or day == 140 else None

    others = {name: lambda day: 1_000 * (day - (day == 56)) for name in ("y", "z", "w")}
    table = ToldTable(told(range(141), back=back, **others))
    return Arrival(world_of(table), last_day_comes(table))


def table_takes_another_rank() -> Arrival:
    first = ToldTable(told(range(141), x=lambda day: 100 * day))
    second = ToldTable(told(range(140), x=lambda day: 120 * day), name="second", priority=2)
    land = last_day_comes(first)

    def rerank() -> None:
        first.priority = 3
        land()

    return Arrival(world_of(first, second), rerank)


def answer_that_came_back() -> Arrival:
    def x(day: int) -> Said:
        return {"downloads_total": 100 * day, "status": "removed" if day == 100 else None}

    table = ToldTable(told(range(141), x=x))

    def again() -> None:
        table.revisions[100] += 2

    return Arrival(world_of(table), again)


def big_model_of_a_long_listing_comes_back_small() -> Arrival:
    def back(day: int) -> Said:
        if day <= 50:
            return {"downloads_total": 100 * day, "downloads_30d": 70_000 + day}
        return {"downloads_total": 20_000, "downloads_30d": 10} if day == 140 else None

    table = ToldTable(told(range(141), back=back, **frozen_on(50, downloads_30d=300_000)), is_long=True)
    return Arrival(world_of(table), last_day_comes(table))


def weekly_listing_becomes_daily_after_a_fall() -> Arrival:
    table = ToldTable(told([*range(0, 134, 7), *range(134, 145)], x=weekly), is_long=True)
    return Arrival(world_of(table), last_day_comes(table))


def typed_in_figure_of_an_id_that_counts_for_a_judge() -> Arrival:
    big = {
        f"big{number}": lambda day, number=number: 10_000 * (day - (day >= 60 and number < 2)) + number
        for number in range(5)
    }
    judges = ToldTable(told(range(141), **big), priority=2)
    other = ToldTable(
        told(range(141), x=lambda day: {"downloads_30d": 5_000 if day < 140 else 5_001}), name="other", is_long=True
    )
    return Arrival(world_of(judges, other, under={"o/x": "o/big4"}), last_day_comes(judges, other))


def new_table_makes_up_a_fall() -> Arrival:
    fallen = ToldTable(told(range(0, 139, 3), x=lambda day: 100 * day - (5_000 if day >= 117 else 0)))
    new = ToldTable(told([141], x=lambda day: 20_000), name="new", priority=2)
    return Arrival(world_of(fallen, new), last_day_comes(new))


def name_that_nobody_read_is_read() -> Arrival:
    table = ToldTable(told(range(140), old=fallen_and_made_up))
    known = world_of(table, under={"o/old": "o/new", "o/new": "o/new"})
    return Arrival(known, lambda: table.tell(140, {"o/daily": 140_000, "o/old": 14_000, "o/new": 7}))


def name_that_nobody_read_is_another() -> Arrival:
    table = ToldTable(told(range(141), old=fallen_and_made_up))
    known = world_of(table, under={"o/old": "o/new", "o/new": "o/new"})
    return Arrival(known, lambda: known.canonical.update({"o/old": "o/newer", "o/newer": "o/newer"}))


def fall_to_which_an_unknown_counter_leads() -> Arrival:
    def back(day: int) -> Said:
        if day < 89:
            return 100 * day
        return {89: {"downloads_total": None}, 90: 50, 140: 20_000}.get(day)

    table = ToldTable(told(range(141), back=back))
    return Arrival(world_of(table), last_day_comes(table))


def low_reading_taken_back_before_a_high_one_of_another_table() -> Arrival:
    def back(day: int) -> Said:
        return 100 * day if day < 90 else {90: 50, 140: 20_000}.get(day)

    other = ToldTable(told(range(141), back=back), name="other", priority=2)
    wins = ToldTable(told(range(141), back=lambda day: 60 if day >= 139 else None))
    return Arrival(world_of(other, wins), lambda: wins.tell(140, {"o/daily": 140_000}))


def day_of_two_listings_of_which_one_ended() -> Arrival:
    ended = ToldTable(told(range(30), x=lambda day: 100 * day), name="ended", is_long=True)
    goes_on = ToldTable(
        told(range(141), x=lambda day: 110 * day, late=lambda day: day if day > 40 else None), is_long=True
    )
    return Arrival(world_of(ended, goes_on), last_day_comes(goes_on))


def fallen_and_made_up(day: int) -> Said:
    return 100 * day - (1_000 if 50 <= day <= 52 else 0)


def weekly(day: int) -> Said:
    """Grows by the week, and falls for weeks, which is made up."""
    return 1_000 + 100 * (day // 7) - (900 if 70 <= day <= 119 else 0)


def frozen_on(stalled: int, **figures: int) -> dict[str, Callable[[int], Said]]:
    """So many big models that their source stood still on the day on which none of them moved."""

    def counter(number: int, day: int) -> Said:
        shown = 10_000 * (day - (day == stalled)) + number
        return {"downloads_total": shown, **figures} if figures else shown

    return {f"big{number}": lambda day, number=number: counter(number, day) for number in range(6)}


ARRIVALS: tuple[Callable[[], Arrival], ...] = (
    counter_unknown_for_months,
    figures_of_another_table_while_it_was_absent,
    fall_made_up_after_an_absence,
    last_reading_before_an_absence_was_of_a_stalled_day,
    moves_of_the_table_that_does_not_count,
    moved_on_a_stalled_day_alone,
    recovery_taken_back,
    only_day_of_a_table_taken_back,
    last_interval_taken_back,
    two_weekly_tables,
    old_fall_by_which_a_source_was_judged,
    table_takes_another_rank,
    answer_that_came_back,
    big_model_of_a_long_listing_comes_back_small,
    weekly_listing_becomes_daily_after_a_fall,
    typed_in_figure_of_an_id_that_counts_for_a_judge,
    new_table_makes_up_a_fall,
    name_that_nobody_read_is_read,
    name_that_nobody_read_is_another,
    fall_to_which_an_unknown_counter_leads,
    low_reading_taken_back_before_a_high_one_of_another_table,
    day_of_two_listings_of_which_one_ended,
)
