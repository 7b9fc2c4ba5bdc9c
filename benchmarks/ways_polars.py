"""The same work by polars, in the usual way."""

import gzip
from datetime import date
from pathlib import Path

import polars as pl

_COUNTERS = ["downloads_total", "downloads_30d", "likes"]
#: As ``hub_history`` gives them to organisations by their numbers.
_REGIONS = ("us", "china", "eu", "other", "unknown")
_PAGE = {
    "id": pl.String,
    "_id": pl.String,
    "sha": pl.String,
    "createdAt": pl.String,
    "lastModified": pl.String,
    "downloads": pl.Int64,
    "downloadsAllTime": pl.Int64,
    "likes": pl.Int64,
    "pipeline_tag": pl.String,
    "library_name": pl.String,
    "gated": pl.String,
    "private": pl.Boolean,
    "safetensors": pl.Struct({"total": pl.Int64}),
    "tags": pl.List(pl.String),
    "baseModels": pl.Struct({"relation": pl.String, "models": pl.List(pl.Struct({"id": pl.String}))}),
}


def listing_to_parquet(pages: Path, target: Path) -> None:
    """Pages of a listing to one Parquet file."""
    frames = [pl.read_json(gzip.decompress(page.read_bytes()), schema=_PAGE) for page in sorted(pages.iterdir())]
    times = [pl.col(name).str.to_datetime("%+") for name in ("createdAt", "lastModified")]
    pl.concat(frames).with_columns(times).write_parquet(target, compression="zstd")


def add_day(yesterday: Path, today: Path, folder: Path) -> tuple[int, int]:
    """What changed since yesterday, with absolute values, and the state for tomorrow; rows and bytes of the former."""
    then, now = (pl.read_parquet(path, columns=["model_id", *_COUNTERS]) for path in (yesterday, today))
    joined = now.join(then, on="model_id", how="full", suffix="_before", coalesce=True)
    changed = joined.filter(_differs()).select("model_id", *_COUNTERS)
    changed.write_parquet(folder / "changes.parquet", compression="zstd")
    now.write_parquet(folder / "state.parquet", compression="zstd")
    return changed.height, (folder / "changes.parquet").stat().st_size


def give_back(rows: Path, ids: Path, day: date) -> None:
    """The counters of one day: the last row of each model until then."""
    until = pl.scan_parquet(rows).filter(pl.col("snapshot_date") <= day).collect()
    last = until.unique("model_key", keep="last", maintain_order=True).filter("is_listed")
    last.join(pl.read_parquet(ids), on="model_key").sort("model_id")


def prepare_marts_day(month_start: Path, yesterday: Path, folder: Path) -> None:
    """What the other ways know before the day: counters, the month so far, and the models with their regions."""
    state = pl.read_parquet(yesterday, columns=["model_id", "created_at", *_COUNTERS])
    first = pl.read_parquet(month_start, columns=["model_id", "downloads_total"])
    number = pl.col("model_id").str.extract(r"^[a-z]+-(\d+)/").cast(pl.Int64)
    state.select("model_id", *_COUNTERS).write_parquet(folder / "state.parquet", compression="zstd")
    grown = state.join(first, on="model_id", suffix="_first").select(
        "model_id", downloads=(pl.col("downloads_total") - pl.col("downloads_total_first")).clip(0)
    )
    grown.filter(pl.col("downloads") > 0).write_parquet(folder / "month.parquet", compression="zstd")
    models = state.select(
        "model_id",
        "created_at",
        "downloads_total",
        "likes",
        region=(number % len(_REGIONS)).replace_strict(dict(enumerate(_REGIONS)), return_dtype=pl.String),
    )
    models.write_parquet(folder / "models.parquet", compression="zstd")


def marts_day(today: Path, before: Path, after: Path) -> None:
    """One day's marts: match, classify, append, month, region, state, dimension."""
    now = pl.read_parquet(today, columns=["model_id", "created_at", *_COUNTERS])
    state, month, models = (pl.read_parquet(before / f"{name}.parquet") for name in ("state", "month", "models"))
    growth = (pl.col("downloads_total") - pl.col("downloads_total_before")).fill_null(0)
    method = (
        pl.when(pl.col("downloads_total").is_null())
        .then(pl.lit("gone"))
        .when(pl.col("downloads_total_before").is_null())
        .then(pl.lit("new"))
        .when(growth < 0)
        .then(pl.lit("reset"))
        .when(growth == 0)
        .then(pl.lit("rolled"))
        .otherwise(pl.lit("observed"))
    )
    joined = now.join(state, on="model_id", how="full", suffix="_before", coalesce=True)
    changed = joined.filter(_differs()).select("model_id", *_COUNTERS, downloads=growth.clip(0), method=method)
    changed.write_parquet(after / "changes.parquet", compression="zstd")
    sums = pl.concat([month, changed.select("model_id", "downloads")]).group_by("model_id").sum()
    sums.write_parquet(after / "month.parquet", compression="zstd")
    by_region = changed.join(models.select("model_id", "region"), on="model_id", how="left")
    by_region.group_by("region").agg(pl.sum("downloads")).write_parquet(after / "region.parquet")
    now.select("model_id", *_COUNTERS).write_parquet(after / "state.parquet", compression="zstd")
    described = models.drop("downloads_total", "likes").join(
        now, on="model_id", how="full", suffix="_now", coalesce=True
    )
    created = pl.coalesce("created_at", "created_at_now")
    described.with_columns(created_at=created).drop("created_at_now").write_parquet(after / "models.parquet")


def cumulative_by_region(folder: Path, tracked: bool) -> None:
    """Downloads by region and month, cumulative."""
    models = pl.scan_parquet(folder / "models.parquet")
    monthly = pl.scan_parquet(folder / "monthly.parquet").filter(pl.col("method") != "rolling_30d")
    joined = monthly.join(models.filter("is_mainline") if tracked else models, on="model_id")
    sums = joined.group_by("region", "month").agg(pl.sum("downloads"))
    sums.sort("month").with_columns(pl.col("downloads").cum_sum().over("region")).collect()


def growth_by_region(folder: Path) -> None:
    """Growth of the counters by region and the month in which it was read; the month of each day is found once."""
    models = pl.scan_parquet(folder / "models.parquet")
    joined = pl.scan_parquet(folder / "intervals.parquet").join(models, on="model_id")
    days = joined.group_by("region", "to_date").agg(pl.sum("growth"))
    days.group_by("region", pl.col("to_date").dt.truncate("1mo")).agg(pl.sum("growth")).collect()


def top_100(folder: Path) -> None:
    """The most downloaded models of the newest month."""
    monthly = pl.scan_parquet(folder / "monthly.parquet")
    monthly.filter(pl.col("month") == pl.col("month").max()).top_k(100, by="downloads").collect()


def one_model(folder: Path, model_id: str) -> None:
    """The daily series of one model without gaps: growth shared over the days since the reading before."""
    days = (pl.col("to_date") - pl.col("from_date")).dt.total_days()
    read = pl.scan_parquet(folder / "intervals.parquet").filter((pl.col("model_id") == model_id) & (days > 0))
    shared = read.with_columns(downloads=pl.col("growth") / days).sort("to_date").collect()
    shared.upsample("to_date", every="1d").with_columns(pl.col("downloads").fill_null(strategy="backward"))


def derivative_share(folder: Path) -> None:
    """Shares of regions in new derivatives by month."""
    edges = pl.scan_parquet(folder / "derivatives.parquet")
    counts = edges.group_by(pl.col("created_date").dt.truncate("1mo"), "root_region").agg(
        pl.n_unique("derivative_model_id").alias("derivatives")
    )
    share = pl.col("derivatives") / pl.col("derivatives").sum().over("created_date")
    counts.with_columns(share=share).collect()


def _differs() -> pl.Expr:
    """Rows whose model came, went or has another counter."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _COUNTERS)
