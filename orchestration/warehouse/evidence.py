"""What a finished build leaves behind for its judges: the results of its tests, and what each of its tables held.

build/evidence.json   the gate takes the test results of that very build from it, and notices a table that was edited by
                      hand afterwards, in the build database or in the published copy
build/manifest.json   the dbt project as that build knew it: keys and descriptions of a release come from there
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from orchestration.settings import Settings
from orchestration.snapshots.disk import replace_durably
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.relations import relations


class DbtTest(msgspec.Struct, frozen=True):
    """How a dbt test ended: ``pass``, ``warn``, ``fail``, ``error``, ``skipped``, or ``missing`` if it did not run."""

    status: str
    message: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """The tests and tables of one finished build.

    Attributes:
        fingerprint: of the build's inputs.
        tests: dbt's id of each test of the project -> how it ended in this build.
        tables: ``schema.table`` -> hash of its columns and rows, whatever their order.
    """

    fingerprint: str
    tests: dict[str, DbtTest]
    tables: dict[str, str]


def keep_evidence(settings: Settings, fingerprint: str, target: Path) -> None:
    """Writes the evidence of the build that has just run.

    Args:
        settings: which home.
        fingerprint: of the build's inputs.
        target: where dbt left the results of its run. A run of a part of the project adds to the evidence of the same
            inputs.
    """
    before = kept_evidence(settings)
    tests = dbt_tests(target)
    if before is not None and before.fingerprint == fingerprint:
        tests = {
            name: before.tests.get(name, found) if found.status == "missing" else found for name, found in tests.items()
        }
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, settings.build_database, settings.build_database.stem, read_only=True)
        tables = table_hashes(connection, settings.build_database.stem)
    replace_durably(manifest_of_build(settings), (target / "manifest.json").read_bytes())
    evidence = Evidence(fingerprint, tests, tables)
    replace_durably(_path(settings), msgspec.json.encode(evidence, order="deterministic"))


def kept_evidence(settings: Settings) -> Evidence | None:
    """The evidence of the last finished build; None when there is none that can be read."""
    try:
        return msgspec.json.decode(_path(settings).read_bytes(), type=Evidence)
    except (OSError, msgspec.MsgspecError):
        return None


def manifest_of_build(settings: Settings) -> Path:
    """The manifest that dbt made for the last finished build, whoever ran it."""
    return settings.root / "build" / "manifest.json"


def hashes_of(settings: Settings, database: Path) -> dict[str, str]:
    """What each table of a database holds now.

    Raises:
        ConfigurationError: another process has the file open for writing.
        duckdb.Error: the file is not a database that this engine reads.
    """
    with duckdb.connect(settings) as connection:
        # Views name the database by its file's stem.
        duckdb.attach(connection, database, database.stem, read_only=True)
        return table_hashes(connection, database.stem)


def table_hashes(connection: duckdb.Connection, database: str) -> dict[str, str]:
    """``schema.table`` -> hash of its columns and rows, whatever the order of the rows."""
    return {
        f"{each.schema}.{each.name}": _table_hash(connection, (database, each.schema, each.name))
        for each in relations(connection, database)
        if not each.stays_view
    }


def required_columns(settings: Settings) -> dict[str, set[str]]:
    """``schema.table`` -> columns that are never null by the contract of the last finished build; none if unknown."""
    try:
        manifest = json.loads(manifest_of_build(settings).read_bytes())
    except (OSError, ValueError):
        return {}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {
        f"{node['schema']}.{node['name']}": {
            name
            for name, column in node["columns"].items()
            if any(constraint["type"] == "not_null" for constraint in column.get("constraints") or ())
        }
        for node in models
    }


def dbt_tests(target: Path) -> dict[str, DbtTest]:
    """How each data test of the project ended in the run that dbt left in a folder; nothing if it left none."""
    try:
        manifest, run = (json.loads((target / name).read_bytes()) for name in ("manifest.json", "run_results.json"))
    except (OSError, ValueError):
        return {}
    ended = {result["unique_id"]: _dbt_test(result) for result in run["results"]}
    tests = sorted(name for name in manifest["nodes"] if name.startswith("test."))
    return {name: ended.get(name, DbtTest("missing")) for name in tests}


def last_failures(settings: Settings) -> list[str]:
    """What failed in dbt's last run, by the command line or by Dagster: name and message of each step."""
    folders = (dbt.target_path(settings), dbt.dagster_target_path(settings))
    runs = [path for folder in folders if (path := folder / "run_results.json").exists()]
    if not runs:
        return []
    try:
        results = json.loads(max(runs, key=lambda path: path.stat().st_mtime_ns).read_bytes())["results"]
    except (OSError, ValueError, KeyError):
        return []
    return [
        f"{result['unique_id'].split('.')[2]} ({' '.join(str(result['message']).split())})"
        for result in results
        if result["status"] in {"error", "fail", "runtime error"}
    ]


def _dbt_test(result: Mapping[str, Any]) -> DbtTest:
    message = result["message"] if result["status"] not in {"pass", "success"} else None
    return DbtTest(result["status"], message and " ".join(str(message).split()))


def _table_hash(connection: duckdb.Connection, table: tuple[str, str, str]) -> str:
    columns = connection.execute(
        """
        SELECT column_name, data_type FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        table,
    ).fetchall()
    path = ".".join(map(duckdb.identifier, table))
    # Sums of the rows' hashes do not depend on their order, which a copy changes.
    rows = connection.execute(
        f"SELECT count(*), sum(hash(row_)), bit_xor(hash(row_)) FROM {path} AS row_"  # noqa: S608
    ).fetchone()
    return hashlib.sha256(repr((columns, rows)).encode()).hexdigest()


def _path(settings: Settings) -> Path:
    return settings.root / "build" / "evidence.json"
