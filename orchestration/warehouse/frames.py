"""Frames for judging a build: SQL over its published copy, and over the release before it where there is one.

What the SQL of an expectation may name:

    dim_model, ...             tables of ``marts`` and ``ops`` of the copy; of the daily downloads, where they are a
                               view because there are too many, those of the tracked models and of an even sample
    getvariable('stands_for')  of how many models one is sampled there; 1 where all are there
    previous.dim_model, ...    the same tables of the release before, as far as it has them
    exported.dim_model, ...    files of a release that is being made, when those are judged
    sources.limits             source, max_age_days: how old the newest snapshot of a source may be
    getvariable('month')       first day of the month that is judged; 'month_end': its last; 'known_on': the present day
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from orchestration.errors import DataRefused
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.relations import relations
from orchestration.warehouse.some_models import of_models, sampled_models, tracked_models

#: Rows that are handed on at most: a frame is an aggregate or a sample, whatever the size of what it is made from.
MOST_ROWS = 10_000

#: Models beside the tracked ones whose days are looked at where those of all are too many to be made.
_SAMPLED_MODELS = 2_000

_DAYS = "fct_model_downloads_daily"

_VARIABLES = ("month", "month_end", "known_on")


@dataclass(frozen=True)
class Subject:
    """What is judged.

    Attributes:
        database: the published copy.
        month: first day of the month.
        month_end: its last day.
        known_on: the day as of which is judged; today, unless the past is told anew.
        limits: source -> days that its newest snapshot may be old.
        previous: table -> Parquet file of the release before; empty when there is none.
        exported: table -> Parquet file of the release that is being made.
    """

    database: Path
    month: date
    month_end: date
    known_on: date
    limits: Mapping[str, int] = field(default_factory=dict)
    previous: Mapping[str, Path] = field(default_factory=dict)
    exported: Mapping[str, Path] = field(default_factory=dict)


class Frames:
    """Runs the SQL of frames on one subject."""

    def __init__(self, connection: duckdb.Connection) -> None:
        self._connection = connection

    def select(self, sql: str) -> pd.DataFrame:
        """The rows of a query.

        Raises:
            duckdb.Error: the query cannot be run.
            DataRefused: it selects more than ``MOST_ROWS``.
        """
        rows = self._connection.sql(sql).limit(MOST_ROWS + 1).df()
        if len(rows) > MOST_ROWS:
            raise DataRefused(f"its SQL selects more than {MOST_ROWS:,} rows; let it aggregate, or take a sample")
        return rows


@contextmanager
def frames(settings: Settings, subject: Subject) -> Iterator[Frames]:
    """Opens a subject for reading.

    Raises:
        ConfigurationError: another process has the copy open for writing.
        duckdb.Error: the copy or a file of a release cannot be read.
    """
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, subject.database, "build", read_only=True)
        _show_part_of_days(connection)
        _show_files(connection, "previous", subject.previous)
        _show_files(connection, "exported", subject.exported)
        _show_limits(connection, sorted(subject.limits.items()))
        for name in _VARIABLES:
            connection.execute(f"SET VARIABLE {name} = CAST(? AS DATE)", [getattr(subject, name)])
        connection.execute("SET search_path = 'part,build.marts,build.ops'")
        yield Frames(connection)


def _show_part_of_days(connection: duckdb.Connection) -> None:
    """Where the days of all models are too many to be made, puts a table of those of some in their place."""
    connection.execute("ATTACH ':memory:' AS part")
    stands_for = 1
    if any(each.name == _DAYS and each.stays_view for each in relations(connection, "build")):
        sampled, stands_for = sampled_models(connection, "build", _SAMPLED_MODELS)
        wanted = of_models(sorted({*tracked_models(connection, "build"), *sampled}))
        connection.execute(f"CREATE TABLE part.{_DAYS} AS FROM build.marts.{_DAYS} WHERE {wanted}")
    connection.execute(f"SET VARIABLE stands_for = {stands_for}")


def _show_files(connection: duckdb.Connection, name: str, files: Mapping[str, Path]) -> None:
    connection.execute(f"ATTACH ':memory:' AS {duckdb.identifier(name)}")
    for table, path in sorted(files.items()):
        view = f"{duckdb.identifier(name)}.{duckdb.identifier(table)}"
        connection.execute(f"CREATE VIEW {view} AS FROM read_parquet({duckdb.literal(str(path))})")


def _show_limits(connection: duckdb.Connection, limits: Sequence[tuple[str, int]]) -> None:
    connection.execute("ATTACH ':memory:' AS sources")
    connection.execute("CREATE TABLE sources.limits (source VARCHAR, max_age_days INTEGER)")
    if limits:
        connection.executemany("INSERT INTO sources.limits VALUES (?, ?)", limits)
