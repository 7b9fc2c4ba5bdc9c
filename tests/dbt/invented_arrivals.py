"""Invented histories of tables that share models, and the ways in which their days arrive.

A day of a table is the same whenever it arrives; a later answer for it is another version of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

START = date(2025, 1, 1)
DAYS = 260
VERSIONS = 3
#: A listing of so many rows is long by any setting of the project.
MANY_ROWS = 60_000

Record = Mapping[str, Any]
#: Model id -> day -> reading.
Series = Mapping[str, Mapping[int, Record]]


class Event(NamedTuple):
    """Something that arrives: what, at which table, and two numbers that say which day or model and how much."""

    kind: str
    table: int
    place: int
    amount: int


@dataclass
class Table:
    """One table of a source: the days that have arrived, each with the version of its newest answer."""

    seed: int
    source: str
    name: str
    models: tuple[str, ...]
    priority: int
    is_long: bool
    days: dict[int, int] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    priorities: dict[int, int] = field(default_factory=dict)
    long_days: set[int] = field(default_factory=set)

    def land(self, day: int, version: int) -> None:
        self.days[day] = version
        self.revisions[day] = self.revisions.get(day, 0) + 1
        self.priorities[day] = self.priority

    def snapshots(self) -> Iterator[Record]:
        for day, version in self.days.items():
            is_partial = self.is_partial(day, version)
            many = MANY_ROWS if day in self.long_days or (self.is_long and not is_partial) else 0
            yield {
                "source": self.source,
                "table_name": self.name,
                "kind": "readings",
                "snapshot_date": START + timedelta(days=day),
                "revision": self.revisions[day],
                "is_newest_revision": True,
                "rows": many + (2 if is_partial else len(self.models)),
                "minimum_rows_share": 0.5,
                "priority": self.priorities[day],
                "synthetic": True,
                "content_sha256": self.content(day),
            }

    def content(self, day: int) -> str:
        """Stands for the hash of a day's records: an answer that comes back is the same one."""
        return f"{self.name} {day} {self.days[day]} {day in self.long_days}"

    def readings(self) -> Iterator[Record]:
        for day, version in self.days.items():
            found = [
                {"model_id": model, **by_day[day]}
                for model, by_day in series(self.seed, self.name, self.models, version).items()
                if day in by_day
            ]
            for record in found[:2] if self.is_partial(day, version) else found:
                yield {
                    "source": self.source,
                    "table_name": self.name,
                    "snapshot_date": START + timedelta(days=day),
                    "revision": self.revisions[day],
                    **record,
                }

    def is_partial(self, day: int, version: int) -> bool:
        return Random(f"{self.seed} {self.name} {day} {version} partial").random() < 0.02


@dataclass
class World:
    """Tables, and under which id each model is counted."""

    tables: list[Table]
    canonical: dict[str, str]

    def arrive(self, event: Event) -> None:
        """One of the ways in which what is known becomes another."""
        table = self.tables[event.table % len(self.tables)]
        known = sorted(table.days)
        if event.kind == "next" or not known:
            first = max(known, default=-1) + 1
            for day in range(first, min(first + event.amount, DAYS)):
                # A day now and then is missing, and may come late.
                if Random(f"{table.seed} {table.name} {day} is late").random() < 0.94:
                    table.land(day, 0)
        elif event.kind == "late":
            missing = [day for day in range(known[-1]) if day not in table.days]
            if missing:
                table.land(missing[-1 - event.place % len(missing)], 0)
        elif event.kind == "restated":
            day = known[-1 - event.place % len(known)]
            table.land(day, event.amount % VERSIONS)
        elif event.kind == "withdrawn":
            day = known[-1 - event.place % len(known)]
            del table.days[day]
            table.long_days.discard(day)
        elif event.kind == "longer":
            table.long_days.add(known[-1])
            table.land(known[-1], table.days[known[-1]])
        elif event.kind == "reranked":
            table.priority = 1 + event.amount % 3
            table.land(known[-1] + 1, 0)
        elif event.kind == "identity":
            self.rename(sorted(self.canonical), event)

    def rename(self, ids: Sequence[str], event: Event) -> None:
        """One id becomes another's, or its own again; groups do not chain."""
        one, other = ids[event.place % len(ids)], ids[event.amount % len(ids)]
        stands_alone = self.canonical[one] == one and list(self.canonical.values()).count(one) == 1
        self.canonical[one] = other if stands_alone and self.canonical[other] == other else one


def world(seed: int, long_tables: Sequence[bool]) -> World:
    random = Random(f"{seed} tables")
    shared = [f"o{n % 3}/m{n}" for n in range(16)]
    tables = [
        Table(
            seed=seed,
            source=("hf_hub", "hf_archive")[n % 2],
            name=f"t{n}",
            models=tuple(model for model in shared if random.random() < 0.6) + tuple(f"t{n}/m{k}" for k in range(8)),
            priority=random.choice([1, 2, 2, 3]),
            is_long=is_long,
        )
        for n, is_long in enumerate(long_tables)
    ]
    return World(tables, {model: model for table in tables for model in table.models})


@cache
def series(seed: int, table: str, models: tuple[str, ...], version: int) -> Series:
    """What a table would read of its models, if asked on every day: of one version of its answers."""
    shared = Random(f"{seed} {table}")
    stalled = {day for day in range(DAYS) if shared.random() < 0.04}
    spiking = {day for day in range(DAYS) if shared.random() < 0.03}
    return {model: dict(one_series(seed, table, model, version, stalled=stalled, spiking=spiking)) for model in models}


def one_series(
    seed: int, table: str, model: str, version: int, *, stalled: set[int], spiking: set[int]
) -> Iterator[tuple[int, Record]]:
    # What the model does is the same wherever it is read; what a table makes of it is its own.
    pace = Random(f"{seed} {model}")
    read = Random(f"{seed} {table} {model} {version}")
    rate = pace.choice([0, 0, 3, 40, 2_500, 4_000, 9_000, 30_000])
    kind = pace.choice(["plain"] * 5 + ["typed_in", "counter_comes_late", "stands_still", "rare", "weekly"])
    birth = pace.choice([0, 0, 0, 5, 60, 130])
    total = shown = pace.randrange(3_000_000)
    hub_id, growth = 1, []
    away_until = fallen_until = unknown_until = -1
    fall = 0
    for day in range(DAYS):
        grown = int(rate * pace.choice([0, 0.5, 0.9, 1, 1, 1, 1, 1.1, 1.4])) * (4 if day in spiking else 1)
        if kind == "stands_still" and 60 < day < 160:
            grown = 0
        growth.append(grown)
        total += grown
        shown = shown if day in stalled else total
        if day > away_until and read.random() < 0.02:
            away_until = day + read.choice([1, 1, 1, 2, 3, 9, 20, 40, 90])
        if day > fallen_until and read.random() < 0.015:
            fall, fallen_until = read.randrange(1, rate * 6 + 5), day + read.choice([1, 1, 2, 4, 7, 9, 14, DAYS])
        hub_id += read.random() < 0.003
        counter: int | None = max(0, shown - (fall if day <= fallen_until else 0))
        if read.random() < 0.01:
            unknown_until = day + read.choice([0, 0, 0, 0, 5, 60])
        if (kind == "counter_comes_late" and day < 90) or day <= unknown_until:
            counter = None
        last_30d: int | None = sum(growth[-30:])
        if kind == "typed_in" and day > 3 * version:
            last_30d = 5_000
        elif kind == "stands_still" and 60 < day < 160:
            last_30d = 77
        elif read.random() < 0.02:
            last_30d = None
        status = "removed" if read.random() < 0.01 else None
        if day < birth or day <= away_until or day % {"rare": 9, "weekly": 7}.get(kind, 1):
            continue
        yield (
            day,
            {
                "downloads_total": counter,
                "downloads_30d": last_30d,
                "likes": day // 17,
                "status": status,
                "hub_id": f"{model} {hub_id}",
                "license": "mit" if day % 50 < 40 else None,
            },
        )


kinds = st.sampled_from(
    ["next"] * 6 + ["late", "restated", "restated", "withdrawn", "longer", "reranked", "identity", "nothing"]
)
events = st.builds(
    Event,
    kind=kinds,
    table=st.integers(0, 2),
    place=st.integers(0, 70),
    amount=st.sampled_from([1, 1, 1, 2, 5, 20]),
)
