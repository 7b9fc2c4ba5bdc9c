"""What a finished build leaves behind for its judges: the results of its tests, and what each of its tables held.

build/evidence.json   the gate takes the test results of that very build from it, and notices a table that was edited by
                      hand afterwards, in the build database or in the published copy
build/manifest.json   the dbt project as that build knew it: keys and descriptions of a release come from there
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from orchestration.settings import Settings
from orchestration.snapshots.disk import replace_durably
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.contents import Contents, contents_of
from orchestration.warehouse.contract import Contract, contract_of


class DbtTest(msgspec.Struct, frozen=True):
    """How a dbt test ended: ``pass``, ``warn``, ``fail``, ``error``, ``skipped``, or ``missing`` if it did not run."""

    status: str
    message: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """The tests and tables of one finished build.

    Attributes:
        fingerprint: of the build's inputs.
        tests: dbt's id of each test of the project -> how it ended in this build.
        contents: ``schema.table`` -> what it holds.
    """

    fingerprint: str
    tests: dict[str, DbtTest]
    contents: dict[str, Contents]

    @property
    def tables(self) -> dict[str, str]:
        """``schema.table`` -> hash of its columns and rows, whatever their order."""
        return {name: each.sha256 for name, each in self.contents.items()}


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
    replace_durably(manifest_of_build(settings), (target / "manifest.json").read_bytes())
    contract = contract_of(manifest_of_build(settings)) or Contract()
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, settings.build_database, settings.build_database.stem, read_only=True)
        contents = contents_of(connection, settings.build_database.stem, contract.month_columns)
    evidence = Evidence(fingerprint, tests, contents)
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
        return {name: each.sha256 for name, each in contents_of(connection, database.stem).items()}


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


def _path(settings: Settings) -> Path:
    return settings.root / "build" / "evidence.json"
