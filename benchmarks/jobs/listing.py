"""Listing pages to one typed Parquet file, all fields, in one process.

HfApi's own objects with pandas are what people do; polars reads the same fields typed. Neither judges types or
duplicates, looks for licences in tags or keeps what it rejects, as ours does.
"""

import shutil

from benchmarks.job import Figure, Job, Target, figure_of, value_of
from benchmarks.measure import fresh, in_turn, work
from benchmarks.plan import Plan


def jobs(plan: Plan) -> tuple[Job, ...]:
    """The job of this module."""
    return (Job("listing", "pages of the model list to typed Parquet, all fields, one process", run),)


def run(plan: Plan) -> list[Figure]:
    """Measures it on a tenth of the models."""
    models = max(plan.models // 10, 20_000)
    pages, target = plan.results / "pages", plan.results / "listing.parquet"
    shutil.rmtree(pages, ignore_errors=True)
    fresh(work("benchmarks.hub_pages:write_pages", pages, models))
    ways = {
        "ours": work("benchmarks.ways_ours:listing_to_parquet", pages, target),
        "pandas": work("benchmarks.ways_pandas:listing_to_parquet", pages, target),
        "polars": work("benchmarks.ways_polars:listing_to_parquet", pages, target),
    }
    found = in_turn(ways, plan.runs)
    shutil.rmtree(pages)
    target.unlink()
    rates = {name: value_of(way, lambda one: models / one.seconds) for name, way in found.items()}
    name = f"{models:,} listed models to Parquet, all fields"
    target_rate = Target(250_000, at_least=True, full_size=False)
    return [figure_of(name, "objects/s", rates, target=target_rate)]
