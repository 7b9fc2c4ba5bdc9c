"""Our ways, by the product's own functions."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks.home import SOURCE, TABLE, manifest_of
from benchmarks.plan import Plan
from orchestration.history.store import History
from orchestration.sources.hub_models import read_models
from orchestration.sources.locations import LocatedFile

_LISTED = date(2026, 10, 31)
_COUNTERS = ("downloads_total", "downloads_30d", "likes")


def listing_to_parquet(pages: Path, target: Path) -> None:
    """Pages of a listing to one Parquet file."""
    located = [LocatedFile(page, page.name) for page in sorted(pages.iterdir())]
    good, _ = read_models(located, _LISTED, overlapping=False)
    pq.write_table(good, target, compression="zstd")


def add_day(plan: Plan, home: Path, day: int, records: Path) -> tuple[int, int]:
    """One more day of the history; nothing refers to it afterwards. Gives its change rows and their bytes."""
    history = History(home / "raw", SOURCE, TABLE)
    before = {file.name for file in history.index().files}
    after = history.with_snapshot(manifest_of(plan, day), records)
    added = [file for file in after.of("changes") if file.name not in before]
    return sum(file.rows for file in added), sum(file.bytes for file in added)


def give_back(home: Path, day: date) -> None:
    """One day from the history, all columns."""
    History(home / "raw", SOURCE, TABLE).reconstruct(day, 1)


def write_absolute(home: Path, rows: Path, ids: Path) -> None:
    """The change rows of a history with absolute values, by day, as the other ways keep them, and the ids."""
    folder = History(home / "raw", SOURCE, TABLE).folder
    values = ", ".join(f"cast(sum({name}_change) over line as bigint) as {name}" for name in _COUNTERS)
    with duckdb.connect(config={"memory_limit": "8GB", "temp_directory": str(rows.parent / "spill")}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.sql(
            f"select model_key, snapshot_date, is_listed, {values} from '{folder}/changes/*.parquet' "
            "window line as (partition by model_key order by snapshot_date) order by snapshot_date, model_key"
        ).write_parquet(str(rows), compression="zstd")
        connection.sql(f"from '{folder}/models/*.parquet'").write_parquet(str(ids), compression="zstd")
