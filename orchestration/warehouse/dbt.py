"""Running dbt: its environment, its manifest and a build.

dbt runs inside this process, so that it dies with it: a killed build never leaves a dbt behind that still writes.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from filelock import FileLock

from orchestration.errors import ConfigurationError, DataRefused, WarehouseError
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import duckdb

#: dbt's console script in this environment, for those who start it as a process of its own.
EXECUTABLE = Path(sys.executable).with_name("dbt")

#: What dbt writes into its own project folder; no part of the project.
_DERIVED = {"target", "logs", "dbt_packages"}

#: dbt's events for a step that has run, and the field that says how many steps there are.
_RESULT_EVENTS = {"LogModelResult": "total", "LogSeedResult": "total", "LogTestResult": "num_models"}

#: Words of DuckDB that say the file itself is broken, not the data or the SQL.
_BROKEN = ("checksum", "corrupt", "INTERNAL Error", "FATAL Error", "not a valid DuckDB database")


#: ... and that it was not allowed to take more.
_OUT_OF_MEMORY = "Out of Memory Error"

#: The project by the hash of its files, as dbt read it in this process.
_PROJECTS: dict[str, Any] = {}


@dataclass(frozen=True)
class NodeDone:
    """One model, seed or test has run: number ``index`` of ``total``."""

    name: str
    index: int
    total: int


class BrokenDatabase(WarehouseError):
    """The build database cannot be read any more; it is derived, so it can be made anew."""


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables that the dbt project reads."""
    return {
        **_parsed_environment(settings),
        "WAREHOUSE_BUILD_SPILL": str(duckdb.spill_folder(settings, settings.build_database)),
        "WAREHOUSE_SPILL_LIMIT": duckdb.spill_limit(settings),
    }


def _parsed_environment(settings: Settings) -> dict[str, str]:
    """Those that may leave a trace in what dbt parses."""
    return {
        "WAREHOUSE_HOME": str(settings.root),
        "WAREHOUSE_MEMORY_LIMIT": settings.memory_limit,
        "WAREHOUSE_THREADS": str(settings.threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def target_path(settings: Settings) -> Path:
    """Where dbt puts compiled SQL and run results."""
    return settings.root / "build" / "dbt_target"


def dagster_target_path(settings: Settings) -> Path:
    """Where dbt puts them when Dagster runs it."""
    return target_path(settings) / "dagster"


def log_path(settings: Settings) -> Path:
    """Folder of ``dbt.log``."""
    return settings.root / "build" / "logs"


def project_folder() -> Path:
    """The folder of the dbt project."""
    return DBT_PROJECT


def variables() -> dict[str, Any]:
    """The variables that the project's file sets."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text("utf-8"))
    return dict(project.get("vars", {}))


def engine_versions() -> str:
    """Versions of what turns snapshots into marts."""
    return ", ".join(f"{package} {version(package)}" for package in ("duckdb", "dbt-core", "dbt-duckdb"))


def project_sha256() -> str:
    """Identity of the dbt project's files."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        relative = path.relative_to(DBT_PROJECT)
        if path.is_file() and relative.parts[0] not in _DERIVED and not relative.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{relative.as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def ensure_manifest(settings: Settings) -> Path:
    """The project's manifest, parsed anew when the project has changed.

    Raises:
        ConfigurationError: the project cannot be parsed.
    """
    folder = settings.root / "build" / "dbt_manifest"
    manifest, key_file = folder / "manifest.json", folder / "manifest.key"
    key = hashlib.sha256(f"{project_sha256()} {_parsed_environment(settings)} {engine_versions()}".encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "manifest.lock"):
        if not (manifest.exists() and key_file.exists() and key_file.read_text() == key):
            _parse(settings, folder / "parse")
            # A process that reads the manifest meanwhile keeps a whole one.
            (folder / "parse" / "manifest.json").replace(manifest)
            key_file.write_text(key)
    return manifest


def build_arguments(full_refresh: bool) -> list[str]:
    """What a build asks of dbt, whoever starts it.

    Unit tests try the SQL on invented rows: they belong to changes of the project, not to new data.
    """
    return ["build", "--exclude-resource-type", "unit_test", *(["--full-refresh"] if full_refresh else [])]


def build(
    settings: Settings, *, full_refresh: bool = False, report: Callable[[NodeDone], None] = lambda done: None
) -> None:
    """Runs ``dbt build``: seeds, models and their data tests, in the order of their dependencies.

    Raises:
        DataRefused: a model or test failed; the sentence names each with its message.
        BrokenDatabase: the build database cannot be read.
        ConfigurationError: the project cannot be parsed or compiled.
    """
    target = target_path(settings)
    project = _parsed(settings, target)
    outcome = _invoke(settings, build_arguments(full_refresh), target=target, report=report, project=project)
    if outcome.success:
        return
    results = getattr(outcome.result, "results", [])
    failed = [result for result in results if result.status in {"error", "fail", "runtime error"}]
    messages = [f"{result.node.resource_type} {result.node.name} ({_one_line(result.message)})" for result in failed]
    text = "; ".join(messages) or _one_line(outcome.exception)
    if any(word in text for word in _BROKEN):
        raise BrokenDatabase(f"The build database {settings.build_database} is broken: {text}")
    log = log_path(settings) / "dbt.log"
    if _OUT_OF_MEMORY in text:
        names = ", ".join(result.node.name for result in failed if _OUT_OF_MEMORY in str(result.message))
        raise ConfigurationError(
            f"Memory and spill did not suffice for {names}: raise WAREHOUSE_MEMORY_LIMIT ({settings.memory_limit}) or "
            f"WAREHOUSE_SPILL_LIMIT ({settings.spill_limit or '90% of what is free'}), or lower WAREHOUSE_THREADS "
            f"({settings.threads}). The published copy is as it was; the log is {log}."
        )
    if not failed:
        raise ConfigurationError(f"dbt could not run: {text} The log is {log}.")
    raise DataRefused(
        f"dbt failed on {len(failed)} of {len(results)} steps: {text}. "
        f"The published copy is as it was; the log is {log}."
    )


def write_docs(settings: Settings, folder: Path) -> None:
    """Writes ``static_index.html``, the documentation as one page, from the ``manifest.json`` in the same folder.

    The database is not opened: types and descriptions stand in the manifest.

    Raises:
        ConfigurationError: dbt could not make it.
    """
    arguments = ["docs", "generate", "--static", "--no-compile", "--empty-catalog"]
    outcome = _invoke(settings, arguments, target=folder, project=_parsed(settings, target_path(settings)))
    if not outcome.success:
        raise ConfigurationError(f"dbt's documentation was not made: {_one_line(outcome.exception)}")


def _parsed(settings: Settings, target: Path) -> Any:
    """The project as dbt's own object: read once in a process, for the homes of many builds.

    Nothing in it depends on the home: where things lie is asked for when a model runs.

    Raises:
        ConfigurationError: the project cannot be parsed.
    """
    key = project_sha256()
    if key not in _PROJECTS:
        project = _parse(settings, target)
        _PROJECTS.clear()
        _PROJECTS[key] = project
    # A run notes compiled SQL in it.
    return _PROJECTS[key].deepcopy()


def _parse(settings: Settings, target: Path) -> Any:
    # dbt takes up what it parsed the last time unless the profile is another, and how much may be spilled changes with
    # what is free on the disk.
    outcome = _invoke(settings, ["parse"], target=target, variables=_parsed_environment(settings))
    if outcome.exception is not None:
        raise ConfigurationError(f"dbt cannot parse {DBT_PROJECT}: {_one_line(outcome.exception)}")
    return outcome.result


def _invoke(
    settings: Settings,
    arguments: list[str],
    *,
    target: Path,
    report: Callable[[NodeDone], None] | None = None,
    project: Any = None,
    variables: Mapping[str, str] | None = None,
) -> Any:
    """Runs one dbt command in this process, parsing the project unless it is given; gives dbt's own result object.

    ``variables`` are those of the environment, where they are not all that the project reads.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 (1.5 s, only when dbt runs)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    def on_event(event: Any) -> None:
        total_field = _RESULT_EVENTS.get(event.info.name)
        if report is not None and total_field is not None:
            data = event.data
            report(NodeDone(data.node_info.node_name, data.index, getattr(data, total_field)))

    common = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": target,
        "--log-path": log_path(settings),
        "--log-level": "none",
        "--log-level-file": "info",
    }
    flags = [str(part) for pair in common.items() for part in pair]
    with _environment_with(environment(settings) if variables is None else variables):
        try:
            return dbtRunner(manifest=project, callbacks=[on_event]).invoke([*arguments, *flags])
        finally:
            # Otherwise this process keeps the build database open.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@contextmanager
def environment_of(settings: Settings) -> Iterator[None]:
    """This process's environment as the dbt project needs it, for as long as the context lasts."""
    with _environment_with(environment(settings)):
        yield


@contextmanager
def _environment_with(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
