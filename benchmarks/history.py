"""The history of readings: bytes per changed reading, seconds to add a day and to give one back.

pandas and polars do the same in the usual way: they keep the counters of the day before, join by id, write what
changed with absolute values, and take the last row of each model to give a day back. They compare the counters alone,
ours all columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

from benchmarks.compare import Comparison, compare
from benchmarks.hub_history import HubDay, HubHistory
from orchestration.history.store import History
from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.records import RecordKind
from orchestration.snapshots.store import SnapshotStore

_NOW = datetime(2028, 1, 1, tzinfo=UTC)
_COUNTERS = ["downloads_total", "downloads_30d", "likes"]


@dataclass(frozen=True)
class Sizes:
    """What a history takes on disk.

    Attributes:
        change_rows: rows of what changed, the first day's among them: there every model is new.
        change_bytes: their bytes.
        month_rows: change rows of closed months after the first one.
        month_bytes: their bytes.
        model_days: readings of all days.
        history_bytes: change rows and ids.
        snapshot_bytes: the same days whole, as they landed.
    """

    change_rows: int
    change_bytes: int
    month_rows: int
    month_bytes: int
    model_days: int
    history_bytes: int
    snapshot_bytes: int

    def lines(self) -> Iterator[str]:
        """A Markdown table."""
        yield "| history | bytes per changed reading | bytes per model-day |"
        yield "|---|---|---|"
        of_months = f"{self.month_bytes / self.month_rows:.2f}" if self.month_rows else "-"
        yield f"| closed months after the first | {of_months} | - |"
        all_of_it = f"{self.change_bytes / self.change_rows:.2f}"
        of_days = f"{self.history_bytes / self.model_days:.2f}"
        yield f"| all; per model-day with the ids | {all_of_it} | {of_days} |"
        yield f"| whole snapshots as landed | - | {self.snapshot_bytes / self.model_days:.2f} |"


def history_jobs(folder: Path, models: int, days: int) -> tuple[Sizes, list[Comparison]]:
    """Makes a history in a folder and measures it.

    Args:
        folder: an empty folder.
        models: models on the last day.
        days: days of the history; the last one is added again and again to be measured.
    """
    made = HubHistory(models, days)
    history = History(folder / "raw", "hf_hub", "full")
    manifests: list[Manifest] = []
    for day in made.days():
        manifest = _land(folder / "raw", made, day)
        manifests.append(manifest)
        if len(manifests) < days:
            history.commit(history.with_snapshot(manifest, _records(folder, manifest)))
    last, before = manifests[-1], manifests[-2]
    full = history.with_snapshot(last, _records(folder, last))
    sizes = _sizes(history, manifests)
    today, yesterday = _records(folder, last), _records(folder, before)
    absolute, ids = folder / "absolute.parquet", folder / "ids.parquet"
    _write_absolute(history, absolute, ids)

    def add() -> None:
        history.with_snapshot(last, today)

    def give_back() -> None:
        history.reconstruct(before.snapshot_date, 1)

    jobs = [
        compare(f"history: one more day, {models:,} models", add, "pandas", lambda: _pandas_day(yesterday, today)),
        compare(f"history: one more day, {models:,} models", add, "polars", lambda: _polars_day(yesterday, today)),
        compare(f"history: one of {days} days back", give_back, "pandas", lambda: _pandas_back(absolute, ids)),
        compare(f"history: one of {days} days back", give_back, "polars", lambda: _polars_back(absolute, ids)),
    ]
    history.commit(full)
    return sizes, jobs


def _land(raw: Path, made: HubHistory, day: HubDay) -> Manifest:
    candidate = Candidate(
        table="full",
        kind=RecordKind.READINGS,
        snapshot_date=day.day,
        records=made.records(day, attributes=False),
        received=(),
        location="generated",
    )
    store = SnapshotStore(raw, clock=lambda: _NOW)
    store.land("hf_hub", candidate, licence="MIT", citation="-", synthetic=True, requested_at=_NOW)
    manifest = store.current("hf_hub", "full", day.day)
    assert manifest is not None
    return manifest


def _records(folder: Path, manifest: Manifest) -> Path:
    return folder / "raw" / manifest.folder / manifest.records_file


def _sizes(history: History, manifests: list[Manifest]) -> Sizes:
    index = history.index()
    changes = index.of("changes")
    closed = [file for file in changes if changes[0].month < file.month < changes[-1].month]
    change_bytes = sum(file.bytes for file in changes)
    return Sizes(
        change_rows=sum(file.rows for file in changes),
        change_bytes=change_bytes,
        month_rows=sum(file.rows for file in closed),
        month_bytes=sum(file.bytes for file in closed),
        model_days=sum(manifest.rows for manifest in manifests[:-1]),
        history_bytes=change_bytes + sum(file.bytes for file in index.of("models")),
        snapshot_bytes=sum(manifest.bytes for manifest in manifests[:-1]),
    )


def _write_absolute(history: History, rows: Path, ids: Path) -> None:
    """The same change rows with absolute values, as the other ways keep them, and the ids."""
    values = ", ".join(f"cast(sum({name}_change) over line as bigint) as {name}" for name in _COUNTERS)
    with duckdb.connect() as connection:
        connection.sql(
            f"select model_key, snapshot_date, is_listed, {values} from '{history.folder}/changes/*.parquet' "
            "window line as (partition by model_key order by snapshot_date) order by snapshot_date, model_key"
        ).write_parquet(str(rows), compression="zstd")
        connection.sql(f"from '{history.folder}/models/*.parquet'").write_parquet(str(ids), compression="zstd")


def _pandas_day(yesterday: Path, today: Path) -> None:
    columns = ["model_id", *_COUNTERS]
    then, now = pd.read_parquet(yesterday, columns=columns), pd.read_parquet(today, columns=columns)
    joined = now.merge(then, on="model_id", how="outer", suffixes=("", "_before"), indicator=True)
    differs = joined["_merge"] != "both"
    for name in _COUNTERS:
        differs |= joined[name] != joined[f"{name}_before"]
    joined.loc[differs, [*columns, "_merge"]].to_parquet(today.with_name("pandas_changes"), compression="zstd")
    now.to_parquet(today.with_name("pandas_state"), compression="zstd")


def _polars_day(yesterday: Path, today: Path) -> None:
    columns = ["model_id", *_COUNTERS]
    then, now = pl.read_parquet(yesterday, columns=columns), pl.read_parquet(today, columns=columns)
    joined = now.join(then, on="model_id", how="full", suffix="_before", coalesce=True)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _COUNTERS)
    joined.filter(differs).select(columns).write_parquet(today.with_name("polars_changes"), compression="zstd")
    now.write_parquet(today.with_name("polars_state"), compression="zstd")


def _pandas_back(rows: Path, ids: Path) -> None:
    frame = pd.read_parquet(rows)
    last = frame.drop_duplicates("model_key", keep="last")
    last = last[last["is_listed"]].merge(pd.read_parquet(ids), on="model_key")
    last.sort_values("model_id")


def _polars_back(rows: Path, ids: Path) -> None:
    last = pl.read_parquet(rows).unique("model_key", keep="last").filter("is_listed")
    last.join(pl.read_parquet(ids), on="model_key").sort("model_id")
