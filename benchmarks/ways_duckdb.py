"""Our way to answer questions: SQL on the published copy."""

from functools import cache
from pathlib import Path
from typing import Any

import duckdb

#: What the other ways read to answer the questions.
_EXPORTS = {
    "daily": "select model_id, download_date, downloads from marts.fct_model_downloads_daily",
    "monthly": "select model_id, month, downloads from marts.fct_model_downloads_monthly",
    "models": "select model_id, region, is_mainline from marts.dim_model",
    "derivatives": "select derivative_model_id, root_region, created_date from marts.fct_model_derivatives",
}


def ask(database: Path, sql: str, parameters: dict[str, Any]) -> None:
    """A question on a published copy; the first one opens it."""
    _opened(database).execute(sql, parameters).fetchall()


@cache
def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(database), read_only=True, config={"threads": 2, "memory_limit": "2GB"})


def most_downloaded(database: Path) -> str:
    """The most downloaded tracked model."""
    query = "select model_id from marts.dim_model where is_mainline order by downloads_total desc, model_id limit 1"
    with duckdb.connect(str(database), read_only=True) as connection:
        return str(connection.execute(query).fetchall()[0][0])


def export(database: Path, folder: Path) -> None:
    """The tables that the other ways read, as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), read_only=True, config={"memory_limit": "4GB"}) as connection:
        for name, query in _EXPORTS.items():
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"), compression="zstd")
