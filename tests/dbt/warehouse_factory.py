"""Warehouses made for a test: a raw store landed from a few readings, built by dbt, read back with DuckDB."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.settings import DBT_PROJECT
from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.snapshots.store import SnapshotStore
from orchestration.warehouse.catalog import export_catalog

#: Landing times of test snapshots; only their order matters.
NOW = datetime(2026, 12, 31, tzinfo=UTC)

Record = Mapping[str, Any]


def candidate(
    table: str,
    day: date,
    records: Iterable[Record],
    *,
    kind: RecordKind = RecordKind.READINGS,
    **settings: Any,
) -> Candidate:
    """A candidate snapshot from records with only the columns that a test is about; the others are null."""
    return Candidate(
        table=table,
        kind=kind,
        snapshot_date=day,
        records=pa.Table.from_pylist([dict(record) for record in records], schema=RECORD_TYPES[kind].schema),
        received=(),
        location=f"test://{table}/{day}",
        **settings,
    )


def candidates_by_day(
    table: str, readings: Mapping[str, Mapping[date, Record | int]], **settings: Any
) -> list[Candidate]:
    """One candidate per day of a table, from each model's readings.

    Args:
        table: table name.
        readings: model id -> day -> the record's columns, or only its all-time counter.
        settings: of every candidate, e.g. ``priority``.
    """
    days: dict[date, list[Record]] = {}
    for model_id, by_day in readings.items():
        for day, reading in by_day.items():
            columns = {"downloads_total": reading} if isinstance(reading, int) else reading
            days.setdefault(day, []).append({"model_id": model_id, **columns})
    return [candidate(table, day, records, **settings) for day, records in sorted(days.items())]


@dataclass
class WarehouseFactory:
    """One ``$WAREHOUSE_HOME``: land candidates, build, query.

    Attributes:
        home: folder of the warehouse.
        variables: dbt vars that differ from the project's defaults.
    """

    home: Path
    variables: dict[str, Any] = field(default_factory=dict)

    def land(self, source: str, candidates: Iterable[Candidate]) -> None:
        """Lands candidates in the given order; a second one for the same table and day is a new revision."""
        store = SnapshotStore(self.home / "raw", clock=lambda: NOW)
        for found in candidates:
            outcome = store.land(source, found, licence="CC0-1.0", citation="Test", synthetic=True, requested_at=NOW)
            assert outcome.outcome in {"landed", "unchanged"}, outcome.reason

    def build(self, *select: str, tests: bool = True, anew: bool = False) -> None:
        """Exports the catalog and runs dbt in a process of its own.

        Args:
            select: dbt selectors; everything when empty.
            tests: whether dbt's own tests run too.
            anew: whether to forget what the last build left.
        """
        export_catalog(SnapshotStore(self.home / "raw"), self.home / "build" / "catalog")
        arguments = ["build", "--quiet", "--no-use-colors", "--vars", str(self.variables)]
        if anew:
            arguments.append("--full-refresh")
        if not tests:
            arguments += ["--resource-type", "model", "--resource-type", "seed"]
        if select:
            # A test that also reads a model outside the selection would find no table.
            arguments += ["--indirect-selection", "cautious", "--select", *select]
        finished = run_dbt(self.home, arguments)
        assert finished.returncode == 0, finished.stdout[-8000:] + finished.stderr[-2000:]

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query on the build database, opened read-only."""
        with duckdb.connect(str(self.home / "build" / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query, parameters).fetchall()


def run_dbt(home: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs dbt on this project; whatever it writes lies under the given home."""
    environment = os.environ | {
        "WAREHOUSE_HOME": str(home.absolute()),
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(home / "build" / "dbt_target"),
        "DBT_LOG_PATH": str(home / "build" / "logs"),
    }
    return subprocess.run(
        [Path(sys.executable).parent / "dbt", *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
