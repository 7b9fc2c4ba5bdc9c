"""``make bench``: each job done our way and another way, in turn and in fresh processes; prints a Markdown table.

Absolute seconds belong to the machine; the ratio is what may be quoted.
"""

import gzip
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import typer
from huggingface_hub.hf_api import ModelInfo

from benchmarks.compare import Comparison, compare
from benchmarks.history import history_jobs
from benchmarks.listing import write_pages
from orchestration.sources.hub_models import read_models
from orchestration.sources.locations import LocatedFile

_DAY = date(2026, 10, 31)


def listing_to_parquet(folder: Path, models: int) -> Comparison:
    """Listing pages to one typed Parquet file: our decoder against the client's own objects and pandas."""
    pages = write_pages(folder, models)

    def ours() -> None:
        located = [LocatedFile(page, page.name) for page in pages]
        good, _ = read_models(located, _DAY, overlapping=False)
        pq.write_table(good, folder / "ours.parquet", compression="zstd")

    def theirs() -> None:
        found = [ModelInfo(**row) for page in pages for row in json.loads(gzip.decompress(page.read_bytes()))]
        columns = ["id", "sha", "created_at", "downloads", "downloads_all_time", "likes", "pipeline_tag", "tags"]
        frame = pd.DataFrame([{column: getattr(one, column) for column in columns} for one in found])
        frame.to_parquet(folder / "theirs.parquet", compression="zstd")

    return compare(f"{models:,} listed models to Parquet", ours, "HfApi objects and pandas", theirs)


def monthly_by_region(database: Path) -> Comparison:
    """Downloads by region and month on the published copy against pandas on the same tables."""
    tables = {
        "daily": "select model_id, download_date, downloads from marts.fct_model_downloads_daily",
        "models": "select model_id, region from marts.dim_model",
    }

    def ours() -> None:
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.sql(
                "select region, date_trunc('month', download_date) as month, sum(downloads) as downloads "
                "from marts.fct_model_downloads_daily join marts.dim_model using (model_id) group by all order by all"
            ).fetchall()

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(database), read_only=True) as connection:
        for name, query in tables.items():
            connection.sql(query).write_parquet(f"{folder}/{name}.parquet")

        def theirs() -> None:
            daily = pd.read_parquet(f"{folder}/daily.parquet")
            models = pd.read_parquet(f"{folder}/models.parquet")
            joined = daily.merge(models, on="model_id")
            joined["month"] = pd.to_datetime(joined["download_date"]).dt.to_period("M")
            joined.groupby(["region", "month"])["downloads"].sum()

        return compare("downloads by region and month", ours, "pandas on Parquet", theirs)


def main(
    models: Annotated[int, typer.Option(help="Models of the listing.")] = 50_000,
    history_models: Annotated[int, typer.Option(help="Models of the history.")] = 200_000,
    history_days: Annotated[int, typer.Option(min=2, help="Days of the history; the last one in mid-month.")] = 63,
    database: Annotated[Path, typer.Option(help="A published copy.")] = Path(".warehouse/published/current.duckdb"),
) -> None:
    """Runs all comparisons; the query needs a published copy (`make demo`)."""
    with tempfile.TemporaryDirectory() as folder:
        results = [listing_to_parquet(Path(folder), models)]
    with tempfile.TemporaryDirectory() as folder:
        sizes, jobs = history_jobs(Path(folder), history_models, history_days)
        results += jobs
    if database.exists():
        results.append(monthly_by_region(database))
    else:
        print(f"No published copy at {database}: the query is left out; run `make demo` first.")
    print()
    print("| job | ours, s | peak MB | other way | s | peak MB | ratio |")
    print("|---|---|---|---|---|---|---|")
    for result in results:
        print(
            f"| {result.job} | {result.ours.seconds:.2f} | {result.ours.peak_mb:.0f} | {result.other} "
            f"| {result.theirs.seconds:.2f} | {result.theirs.peak_mb:.0f} | {result.ratio:.1f} |"
        )
    print()
    print(*sizes.lines(), sep="\n")


if __name__ == "__main__":
    typer.run(main)
