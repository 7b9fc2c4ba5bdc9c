"""Our way to answer questions: SQL on the published copy."""

from functools import cache
from pathlib import Path
from typing import Any

import duckdb

#: Growth between readings, which the daily fact shares over days: of the whole Hub days would be too many rows.
_OF_BASIS = """
select canonical_model_id as model_id, from_date, to_date, to_total - from_total as growth
from basis.int_downloads__intervals inner join basis.int_counters__names using (canonical_key)
"""
_OF_DAYS = """
select model_id, download_date - 1 as from_date, download_date as to_date, downloads + counter_correction as growth
from marts.fct_model_downloads_daily
"""
#: What the other ways read to answer the questions.
_EXPORTS = {
    "monthly": "select model_id, month, downloads, method from marts.fct_model_downloads_monthly",
    "models": "select model_id, region, is_mainline from marts.dim_model",
    "derivatives": "select derivative_model_id, root_region, created_date from marts.fct_model_derivatives",
}


def ask(database: Path, sql: str, parameters: dict[str, Any]) -> None:
    """A question on a published copy; the first one opens it."""
    _opened(database).execute(sql, parameters).fetchall()


@cache
def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(database), read_only=True, config={"threads": 2, "memory_limit": "2GB"})
    connection.execute("set enable_progress_bar = false")
    return connection


def most_downloaded(database: Path) -> str:
    """The most downloaded tracked model."""
    query = "select model_id from marts.dim_model where is_mainline order by downloads_total desc, model_id limit 1"
    with duckdb.connect(str(database), read_only=True) as connection:
        return str(connection.execute(query).fetchall()[0][0])


def export(database: Path, folder: Path) -> None:
    """The tables that the other ways read, as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    intervals = _OF_BASIS if has_basis(database) else _OF_DAYS
    with duckdb.connect(str(database), read_only=True, config={"memory_limit": "4GB"}) as connection:
        connection.execute("set enable_progress_bar = false")
        for name, query in {**_EXPORTS, "intervals": intervals}.items():
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"), compression="zstd")


def has_basis(database: Path) -> bool:
    """Whether the daily fact of a published copy is a view, and what it is made of is there."""
    query = "select count(*) from duckdb_tables() where schema_name = 'basis'"
    with duckdb.connect(str(database), read_only=True) as connection:
        return bool(connection.execute(query).fetchall()[0][0])
