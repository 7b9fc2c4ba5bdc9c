"""The warehouse as a user sees it: ``warehouse ingest`` of one more day, ``warehouse build``, a full refresh.

Each runs as the command it is, on a home that holds the generated days before. Engine time is what of the wait is for
the dbt models that turn readings into facts and dimensions, less what dbt takes for a model without rows; start-up,
that fixed cost, reports, tests and publishing are stated beside it. pandas and polars do a part of it on Parquet files;
what they do not do (identities, lineage, attributes, disputed counters) is in engine time and not in the ratios. Their
time holds a sum by region, too, which our models make in the reports, for tracked models alone.
"""

import shutil
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.dbt_times import BuildTimes, build_times
from benchmarks.home import link_home, manifest_of, records_of, write_sources_file
from benchmarks.job import Figure, Job, Target, seconds_of
from benchmarks.machine import pace
from benchmarks.measure import Found, Measured, command, fresh, in_turn, work
from benchmarks.plan import Plan, date_of

DAY_JOB = "warehouse_day"
GROWTH = "marts"


def jobs(plan: Plan) -> tuple[Job, ...]:
    """The jobs of this module; the last checkpoint's home is left for those that come after."""
    return (
        *(
            Job(f"{DAY_JOB}_{day}", f"growth: ingest and build of day {day}", partial(growth, day=day))
            for day in plan.checkpoints[:-1]
        ),
        Job(DAY_JOB, "ingest, build and publish of one more day, as a user waits for it", one_day),
        Job("full_refresh", "everything built anew, and compared with the incremental result", refresh, (DAY_JOB,)),
        Job("full_days", "the marts from raw days alone, without a history", from_full_days),
    )


def home_of(plan: Plan, day: int) -> Path:
    """The home on which a checkpoint's day is measured."""
    return plan.results / "homes" / f"day-{day}"


def published(plan: Plan) -> Path:
    """The published copy of the incremental build of the last checkpoint."""
    return home_of(plan, plan.checkpoints[-1]) / "incremental.duckdb"


def growth(plan: Plan, day: int) -> list[Figure]:
    """One more day at an earlier checkpoint."""
    measured = _measured_day(plan, day)
    shutil.rmtree(home_of(plan, day))
    return [_growth(plan, day, measured)]


def one_day(plan: Plan) -> list[Figure]:
    """One more day at the last checkpoint, with all that can be said of it."""
    day = plan.checkpoints[-1]
    measured = _measured_day(plan, day)
    (first, first_times), ingested, (built, times) = measured.first, measured.ingested, measured.built
    home = home_of(plan, day)
    copy = (home / "published" / "current.duckdb").resolve()
    published(plan).unlink(missing_ok=True)
    published(plan).hardlink_to(copy)
    wall = ingested.seconds + built.seconds
    peak = max(ingested.peak_mb, built.peak_mb)
    others = _elsewhere(plan, day)
    ours = Measured(times.same, built.peak_mb)
    same = seconds_of("one more day in the marts: the same work", {"ours": ours, **others})
    return [
        Figure("one more day in the marts: engine", "s", times.engine, built.peak_mb, target=Target(4.0)),
        same,
        *_as_targets(same),
        Figure("one more day in the marts: memory of the build", "MB", built.peak_mb, target=Target(1500)),
        Figure("one more day as a user waits for it", "s", wall, peak, target=Target(45.0)),
        Figure("- ingest of the file at hand", "s", ingested.seconds, ingested.peak_mb),
        Figure("- build and publish", "s", built.seconds, built.peak_mb),
        *_parts(times),
        _growth(plan, day, measured),
        Figure(
            "marts from changed readings, first build: engine",
            "s",
            first_times.engine,
            first.peak_mb,
            target=Target(60.0),
        ),
        Figure("- the same as a user waits for it", "s", first.seconds, first.peak_mb),
        Figure("published copy", "MB", copy.stat().st_size / 1e6),
    ]


def refresh(plan: Plan) -> list[Figure]:
    """Everything anew in the home of the last checkpoint; row by row the same as the incremental build left."""
    home = home_of(plan, plan.checkpoints[-1])
    built, times = _build(home, "--full-refresh")
    compared = fresh(
        work("benchmarks.same_tables:different_rows", published(plan), home / "published" / "current.duckdb")
    )
    different = compared.value
    note = ", ".join(f"{table}: {rows:,}" for table, rows in different.items())
    same = Target(0, full_size=False)
    return [
        Figure("full refresh: engine", "s", times.engine, built.peak_mb, target=Target(60.0)),
        Figure("- as a user waits for it", "s", built.seconds, built.peak_mb),
        Figure("rows that differ from the incremental build", "rows", sum(different.values()), target=same, note=note),
    ]


def from_full_days(plan: Plan) -> list[Figure]:
    """The first build of a home whose days are all raw snapshots."""
    home = plan.results / "homes" / "full-days"
    shutil.rmtree(home, ignore_errors=True)
    day = plan.checkpoints[-1]
    link_home(plan, day, home, compacted=False)
    built, times = _build(home)
    shutil.rmtree(home)
    name = f"marts from {day - 1} full days"
    return [
        Figure(f"{name}: engine", "s", times.engine, built.peak_mb, target=Target(150.0)),
        Figure("- as a user waits for it", "s", built.seconds, built.peak_mb),
    ]


class _MeasuredDay(NamedTuple):
    """The first build of the days before, the ingest of the day, and the build after it.

    Attributes:
        first: the first build.
        ingested: the ingest.
        built: the build after it.
        pace: seconds that a fixed piece of work took around that.
    """

    first: tuple[Measured, BuildTimes]
    ingested: Measured
    built: tuple[Measured, BuildTimes]
    pace: float


def _measured_day(plan: Plan, day: int) -> _MeasuredDay:
    """One more day in a new home."""
    home = home_of(plan, day)
    shutil.rmtree(home, ignore_errors=True)
    link_home(plan, day, home, compacted=True)
    first = _build(home)
    sources = home / "sources.toml"
    write_sources_file(plan, day, sources)
    ingested = _warehouse(home, "ingest", "--sources", str(sources))
    before = pace()
    built = _build(home)
    return _MeasuredDay(first, ingested, built, (before + pace()) / 2)


def _build(home: Path, *options: str) -> tuple[Measured, BuildTimes]:
    built = _warehouse(home, "build", *options)
    return built, build_times(home / "build", built.value, built.value + built.seconds)


def _warehouse(home: Path, *arguments: str) -> Measured:
    return command(("orchestration.cli", *arguments), {"WAREHOUSE_HOME": str(home)})


def _growth(plan: Plan, day: int, measured: _MeasuredDay) -> Figure:
    built, times = measured.built
    per_million = times.engine * 1e6 / manifest_of(plan, day).rows
    unit = "s a million models"
    name = f"marts: day {day}, engine"
    return Figure(name, unit, per_million, built.peak_mb, series=GROWTH, day=day, pace=measured.pace)


def _parts(times: BuildTimes) -> list[Figure]:
    """What the wait for a build is made of."""
    steps = {
        "start-up, before the first step of dbt": times.start_up,
        "all steps of dbt": times.steps,
        "table hashes and publishing": times.rest,
        "fixed cost of one dbt model": times.fixed,
        **{f"{group}, {len(each)} steps": sum(each) for group, each in sorted(times.nodes.items())},
    }
    return [Figure(f"- {name}", "s", seconds) for name, seconds in steps.items()]


def _as_targets(same: Figure) -> list[Figure]:
    """The ratios to the same work by others, which have targets."""
    targets = {"pandas": Target(7.0, at_least=True), "polars": Target(1.5, at_least=True)}
    ratios = {name: same.ratio(getattr(same, name)) for name in targets}
    return [
        Figure(f"- for the same work {name} takes", "times as long", ratio, target=targets[name])
        for name, ratio in ratios.items()
        if ratio is not None
    ]


def _elsewhere(plan: Plan, day: int) -> dict[str, Found]:
    """The day's work of the marts by pandas and polars."""
    before, after = plan.results / "elsewhere" / "before", plan.results / "elsewhere" / "after"
    for folder in (before, after):
        folder.mkdir(parents=True, exist_ok=True)
    month_start = max(day - date_of(day).day + 1, 1)
    fresh(
        work(
            "benchmarks.ways_polars:prepare_marts_day", records_of(plan, month_start), records_of(plan, day - 1), before
        )
    )
    ways = {
        name: work(f"benchmarks.ways_{name}:marts_day", records_of(plan, day), before, after)
        for name in ("pandas", "polars")
    }
    found = in_turn(ways, plan.runs)
    shutil.rmtree(before.parent)
    return found
