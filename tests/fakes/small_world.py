"""A published copy without dbt: every table as its contract says, filled with a small, regular world."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import yaml

from orchestration.settings import DBT_PROJECT
from orchestration.warehouse.frames import Subject

MONTH, MONTH_END, TODAY = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 5)

#: Four organisations with ten models each, whose counters grow by a hundred to a thousand a day and a little by week.
_WORLD = """
insert into marts.dim_organization by name
select distinct 'org-' || o as organization_id, 'Org' as display_name from range(4) as t(o);

insert into marts.dim_model by name
select
    'org-' || o || '/model-' || m as model_id, 'org-' || o as organization_id, true as is_mainline,
    ['us', 'china', 'eu', 'other'][o + 1] as region, date '2026-01-01' as release_date
from range(4) as t(o), range(10) as u(m);

insert into ops.snapshots by name
select
    'hf_hub' as source, 'tracked' as table_name, 'readings' as kind, cast(day as date) as snapshot_date, 1 as revision,
    true as is_newest_revision, true as is_usable, 40 as rows
from generate_series(date '2026-01-01', date '2026-10-31', interval 1 day) as t(day)
union all
select 'tracked_models', 'models', 'registry_models', date '2026-10-26', 1, true, true, 40;

insert into marts.fct_model_downloads_daily by name
select
    model_id, cast(day as date) as download_date, 'observed' as method, true as is_read,
    100 * (1 + row_number() over (order by model_id, day) // 3040) + isodow(day) + month(day) as downloads,
    0 as counter_correction, 'hf_hub' as source, 'tracked' as source_table
from marts.dim_model, generate_series(date '2026-01-02', date '2026-10-31', interval 1 day) as t(day);

insert into marts.fct_model_derivatives by name
select
    'x/' || m || '-' || month(day) as derivative_model_id, 'org-0/model-0' as base_model_id,
    cast(day as date) as created_date
from range(30) as t(m), generate_series(date '2026-01-05', date '2026-10-05', interval 1 month) as u(day);

insert into marts.fct_inference_tokens_daily by name
select cast(day as date) as token_date, 'org-0/model-0' as model_slug, 1000000 + isodow(day) as tokens
from generate_series(date '2026-06-01', date '2026-10-31', interval 1 day) as t(day);

insert into marts.fct_model_evaluations by name
select
    'arena' as source, 'ratings' as source_table, 'elo' as metric, 'model ' || m as source_model_name,
    1000.0 + m as score, cast(day as date) as as_of_date
from range(20) as t(m), generate_series(date '2026-08-20', date '2026-10-20', interval 1 month) as u(day);

insert into marts.report_name_coverage by name
select 'openrouter' as source, 'names' as measure, openness, 100 as measured_total, 95 as matched, 0.95 as matched_share
from (values ('open'), ('linked_open')) as t(openness);
"""

#: What follows from the daily downloads.
_DERIVED = """
delete from marts.fct_model_downloads_monthly;
insert into marts.fct_model_downloads_monthly by name
select model_id, date_trunc('month', download_date) as month, sum(downloads) as downloads, 'observed' as method
from marts.fct_model_downloads_daily group by all;

delete from marts.report_cumulative_downloads_by_region;
insert into marts.report_cumulative_downloads_by_region by name
with months as (
    select month, region, sum(downloads) as new_downloads
    from marts.fct_model_downloads_monthly inner join marts.dim_model using (model_id) group by month, region
),

sums as (
    select *, sum(new_downloads) over (partition by region order by month) as cumulative_downloads from months
)

select *, cumulative_downloads / sum(cumulative_downloads) over (partition by month) as cumulative_share from sums;
"""


@dataclass(frozen=True)
class SmallWorld:
    """The published copy of a month that is in order, until a test does something to it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "SmallWorld":
        world = cls(folder)
        world.run("create schema marts; create schema ops;" + ";".join(contracted_tables()) + ";" + _WORLD + _DERIVED)
        return world

    @property
    def database(self) -> Path:
        return self.folder / "copy.duckdb"

    def run(self, sql: str) -> None:
        """Does something to the tables."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(sql)

    def change_days(self, sql: str) -> None:
        """Does something to the daily downloads; what is made from them follows."""
        self.run(f"{sql}; {_DERIVED}")

    def release(self, folder: Path) -> dict[str, Path]:
        """The marts as Parquet files."""
        folder.mkdir(parents=True)
        with duckdb.connect(str(self.database), read_only=True) as connection:
            names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
            for (name,) in names:
                connection.execute(f"copy marts.{name} to '{folder / name}.parquet'")
        return {name: folder / f"{name}.parquet" for (name,) in names}

    def subject(self, **settings: object) -> Subject:
        """The world in October 2026."""
        limits = {"hf_hub": 2, "tracked_models": 14}
        return Subject(self.database, MONTH, MONTH_END, TODAY, limits=limits, **settings)  # type: ignore[arg-type]


@cache
def contracted_tables() -> tuple[str, ...]:
    """One statement per table of marts and ops, with the columns of its contract."""
    models = [
        (folder, model)
        for folder in ("marts", "ops")
        for path in sorted((DBT_PROJECT / "models" / folder).rglob("_*.yml"))
        for model in yaml.safe_load(path.read_text()).get("models", [])
    ]
    return tuple(
        f"create table {schema}.{model['name']} ("
        + ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
        + ")"
        for schema, model in models
    )
