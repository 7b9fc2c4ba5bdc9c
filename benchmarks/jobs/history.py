"""The change-only history: bytes, one more day, its growth, one day given back.

pandas and polars do the same in the usual way: they keep the counters of the day before, join by id, write what changed
with absolute values, and take the last row of each model to give a day back. They compare the counters alone, ours all
columns; a day that ours gives back holds all columns too.
"""

import shutil
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.home import SOURCE, TABLE, history_before, manifest_of, raw, records_of
from benchmarks.job import Figure, Job, Target, figure_of, seconds_of, value_of
from benchmarks.measure import Found, Work, fresh, in_turn, work
from benchmarks.plan import Plan, date_of
from orchestration.history.store import History

GROWTH = "history"
#: Columns of change rows that counters need; the others are attributes.
_COUNTER_COLUMNS = ("model_key", "snapshot_date", "revision", "is_listed", "downloads_", "likes_")


def jobs(plan: Plan) -> tuple[Job, ...]:
    """The jobs of this module."""
    return (
        Job("history_size", "bytes of the history on disk", size),
        Job("history_day", "one more day of the history, and its growth", add_day),
        Job("history_back", "one day of the history given back", give_back),
    )


def size(plan: Plan) -> list[Figure]:
    """Bytes of all days."""
    history = History(raw(plan), SOURCE, TABLE)
    index = history.index()
    changes = index.of("changes")
    rows, total = sum(file.rows for file in changes), sum(file.bytes for file in changes)
    of_counters = sum(_counter_bytes(history.folder / file.name) for file in changes)
    with_ids = total + sum(file.bytes for file in index.of("models"))
    whole = sum(file.bytes for file in index.files)
    manifests = [manifest_of(plan, day) for day in range(1, plan.days + 1)]
    model_days = sum(manifest.rows for manifest in manifests)
    landed = sum(manifest.bytes for manifest in manifests)
    closed = [file for file in changes if changes[0].month < file.month < changes[-1].month]
    figures = [
        Figure("history: change rows, all columns", "bytes a changed reading", total / rows, target=Target(2.5)),
        Figure("history: change rows, keys and counters", "bytes a changed reading", of_counters / rows),
        Figure("history: change rows and ids", "bytes a model-day", with_ids / model_days, target=Target(0.36)),
        Figure("- and the day that the next one is compared with", "bytes a model-day", whole / model_days),
        Figure("the same days as whole snapshots", "bytes a model-day", landed / model_days),
    ]
    if closed:
        ours = sum(file.bytes for file in closed) / sum(file.rows for file in closed)
        figures.append(Figure("history: closed months after the first", "bytes a changed reading", ours))
    return figures


def add_day(plan: Plan) -> list[Figure]:
    """One more day at each checkpoint; the last one also by pandas and polars."""
    *earlier, last = plan.checkpoints
    growth = [_growth(plan, day, in_turn({"ours": _adding(plan, day)}, plan.runs)) for day in earlier]
    folder = plan.results / "elsewhere"
    folder.mkdir(parents=True, exist_ok=True)
    days = records_of(plan, last - 1), records_of(plan, last)
    ways = {
        "ours": _adding(plan, last),
        "pandas": work("benchmarks.ways_pandas:add_day", *days, folder),
        "polars": work("benchmarks.ways_polars:add_day", *days, folder),
    }
    found = in_turn(ways, plan.runs)
    shutil.rmtree(folder)
    for day in plan.checkpoints:
        _history_before(plan, day).sweep()
    sizes = {name: value_of(way, lambda one: one.value[1] / one.value[0]) for name, way in found.items()}
    return [
        seconds_of(f"history: one more day, {plan.models:,} models", found),
        figure_of("history: the rows of that day", "bytes a changed reading", sizes),
        *growth,
        _growth(plan, last, found),
    ]


def give_back(plan: Plan) -> list[Figure]:
    """The last day but one, from the history of all days."""
    day = date_of(plan.days - 1)
    rows, ids = plan.results / "absolute.parquet", plan.results / "ids.parquet"
    fresh(work("benchmarks.ways_ours:write_absolute", raw(plan).parent, rows, ids))
    ways = {
        "ours": work("benchmarks.ways_ours:give_back", raw(plan).parent, day),
        "pandas": work("benchmarks.ways_pandas:give_back", rows, ids, day),
        "polars": work("benchmarks.ways_polars:give_back", rows, ids, day),
    }
    found = in_turn(ways, plan.runs)
    for path in (rows, ids):
        path.unlink()
    return [seconds_of(f"history: one of {plan.days} days given back", found)]


def _adding(plan: Plan, day: int) -> Work:
    return work("benchmarks.ways_ours:add_day", plan, history_before(plan, day), day, records_of(plan, day))


def _growth(plan: Plan, day: int, found: dict[str, Found]) -> Figure:
    per_million = {"ours": value_of(found["ours"], lambda one: one.seconds * 1e6 / manifest_of(plan, day).rows)}
    return figure_of(f"history: day {day}", "s a million models", per_million, series=GROWTH, day=day)


def _history_before(plan: Plan, day: int) -> History:
    return History(history_before(plan, day) / "raw", SOURCE, TABLE)


def _counter_bytes(path: Path) -> int:
    """Bytes of the columns that the counters need, in a file of change rows."""
    metadata = pq.ParquetFile(path).metadata
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    return sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema.startswith(_COUNTER_COLUMNS))
