"""The same work by pandas, in the usual way."""

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
from huggingface_hub.hf_api import ModelInfo

_COUNTERS = ["downloads_total", "downloads_30d", "likes"]
_LISTED = ["id", "sha", "created_at", "downloads", "downloads_all_time", "likes", "pipeline_tag", "tags"]


def listing_to_parquet(pages: Path, target: Path) -> None:
    """Pages of a listing to one Parquet file, through the client's own objects."""
    rows = (row for page in sorted(pages.iterdir()) for row in json.loads(gzip.decompress(page.read_bytes())))
    found = [ModelInfo(**row) for row in rows]
    frame = pd.DataFrame([{column: getattr(one, column) for column in _LISTED} for one in found])
    frame.to_parquet(target, compression="zstd", index=False)


def add_day(yesterday: Path, today: Path, folder: Path) -> tuple[int, int]:
    """What changed since yesterday, with absolute values, and the state for tomorrow; rows and bytes of the former."""
    then, now = (pd.read_parquet(path, columns=["model_id", *_COUNTERS]) for path in (yesterday, today))
    joined = now.merge(then, on="model_id", how="outer", suffixes=("", "_before"), indicator=True)
    changed = joined.loc[_differs(joined), ["model_id", *_COUNTERS, "_merge"]]
    changed.to_parquet(folder / "changes.parquet", compression="zstd", index=False)
    now.to_parquet(folder / "state.parquet", compression="zstd", index=False)
    return len(changed), (folder / "changes.parquet").stat().st_size


def give_back(rows: Path, ids: Path, day: date) -> None:
    """The counters of one day: the last row of each model until then."""
    frame = pd.read_parquet(rows, filters=[("snapshot_date", "<=", day)])
    last = frame.drop_duplicates("model_key", keep="last")
    last[last["is_listed"]].merge(pd.read_parquet(ids), on="model_key").sort_values("model_id")


def marts_day(today: Path, before: Path, after: Path) -> None:
    """One day's marts: match, classify, append, month, region, state, dimension."""
    now = pd.read_parquet(today, columns=["model_id", "created_at", *_COUNTERS])
    state, month, models = (pd.read_parquet(before / f"{name}.parquet") for name in ("state", "month", "models"))
    joined = now.merge(state, on="model_id", how="outer", suffixes=("", "_before"), indicator=True)
    growth = (joined["downloads_total"] - joined["downloads_total_before"]).fillna(0)
    joined["downloads"] = growth.clip(lower=0).astype("int64")
    joined["method"] = "observed"
    joined.loc[growth == 0, "method"] = "rolled"
    joined.loc[growth < 0, "method"] = "reset"
    joined.loc[joined["_merge"] == "left_only", "method"] = "new"
    joined.loc[joined["_merge"] == "right_only", "method"] = "gone"
    changed = joined.loc[_differs(joined), ["model_id", *_COUNTERS, "downloads", "method"]]
    changed.to_parquet(after / "changes.parquet", compression="zstd", index=False)
    sums = pd.concat([month, changed[["model_id", "downloads"]]]).groupby("model_id", as_index=False).sum()
    sums.to_parquet(after / "month.parquet", compression="zstd", index=False)
    by_region = changed.merge(models[["model_id", "region"]], on="model_id", how="left")
    by_region.groupby("region", dropna=False)["downloads"].sum().reset_index().to_parquet(
        after / "region.parquet", index=False
    )
    now[["model_id", *_COUNTERS]].to_parquet(after / "state.parquet", compression="zstd", index=False)
    known = models.drop(columns=["downloads_total", "likes"])
    described = known.merge(now, on="model_id", how="outer", suffixes=("", "_now"))
    described["created_at"] = described["created_at"].fillna(described["created_at_now"])
    described.drop(columns=["created_at_now"]).to_parquet(after / "models.parquet", compression="zstd", index=False)


def cumulative_by_region(folder: Path, tracked: bool) -> None:
    """Downloads by region and month, cumulative."""
    monthly = pd.read_parquet(folder / "monthly.parquet", filters=[("method", "!=", "rolling_30d")])
    models = pd.read_parquet(folder / "models.parquet")
    joined = monthly.merge(models[models["is_mainline"]] if tracked else models, on="model_id")
    joined.groupby(["region", "month"])["downloads"].sum().groupby("region").cumsum()


def growth_by_region(folder: Path) -> None:
    """Growth of the counters by region and the month in which it was read; the month of each day is found once."""
    joined = pd.read_parquet(folder / "intervals.parquet").merge(
        pd.read_parquet(folder / "models.parquet"), on="model_id"
    )
    days = joined.groupby(["region", "to_date"], as_index=False)["growth"].sum()
    days["month"] = pd.to_datetime(days["to_date"]).dt.to_period("M")
    days.groupby(["region", "month"])["growth"].sum()


def top_100(folder: Path) -> None:
    """The most downloaded models of the newest month."""
    monthly = pd.read_parquet(folder / "monthly.parquet")
    monthly[monthly["month"] == monthly["month"].max()].nlargest(100, "downloads")


def one_model(folder: Path, model_id: str) -> None:
    """The daily series of one model without gaps: growth shared over the days since the reading before."""
    read = pd.read_parquet(folder / "intervals.parquet", filters=[("model_id", "==", model_id)])
    ends = pd.to_datetime(read["to_date"])
    days = (ends - pd.to_datetime(read["from_date"])).dt.days
    series = (read["growth"] / days).set_axis(ends)[days.to_numpy() > 0].sort_index()
    series.asfreq("D").bfill()


def derivative_share(folder: Path) -> None:
    """Shares of regions in new derivatives by month."""
    edges = pd.read_parquet(folder / "derivatives.parquet")
    edges["month"] = pd.to_datetime(edges["created_date"]).dt.to_period("M")
    counts = edges.groupby(["month", "root_region"])["derivative_model_id"].nunique()
    counts / counts.groupby("month").transform("sum")


def _differs(joined: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose model came, went or has another counter."""
    differs = joined["_merge"] != "both"
    for name in _COUNTERS:
        differs |= joined[name] != joined[f"{name}_before"]
    return differs
