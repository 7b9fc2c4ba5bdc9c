"""A build: catalog, dbt, published copy, under one lock; the same steps serve the command line and Dagster.

    prepare -> begin -> dbt -> finish -> publish_finished

A build whose inputs are those of the published copy is not run again. A build that fails or is killed leaves the
published copy as it was, and its half-made database is never published.

A build goes on from the last one: dbt reads only what is new and works out anew only what that can change. That is
right only if the tables agree with each other and were made by the same project, so after a build that did not finish,
an edit by hand or another version of the project the next one begins anew.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.settings import Settings
from orchestration.snapshots.disk import replace_durably, writing
from orchestration.snapshots.store import SnapshotStore, code_version
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.catalog import export_catalog, outcome_rows, snapshot_rows
from orchestration.warehouse.evidence import keep_evidence, kept_evidence
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import BuildRecord, current_record, publish
from orchestration.warehouse.room import require_room


class FinishedBuild(msgspec.Struct, frozen=True):
    """What a finished build was made from, and the size and time of its database: a later hand edit shows.

    ``project`` identifies the SQL and the engines: a build by others cannot be gone on from.
    """

    fingerprint: str
    synthetic: bool
    engine_versions: str
    project: str = ""
    database_bytes: int = 0
    database_mtime_ns: int = 0


@dataclass(frozen=True)
class BuildResult:
    """What a build came to.

    Attributes:
        record: the published copy's record.
        unchanged: the inputs were those of the published copy; nothing was run.
        notes: what a person should know, one sentence each.
    """

    record: BuildRecord
    unchanged: bool
    notes: tuple[str, ...] = ()


def build(
    settings: Settings, *, full_refresh: bool = False, report: Callable[[dbt.NodeDone], None] = lambda done: None
) -> BuildResult:
    """Builds the marts from whatever is in the raw store and publishes them.

    Args:
        settings: which home.
        full_refresh: build everything from nothing, also when nothing has changed.
        report: receives progress.

    Raises:
        ConfigurationError: nothing has landed, another build is running, or the home cannot be written.
        DataRefused: a model or test failed.
        WarehouseError: the disk is full.
    """
    with build_lock(settings), writing(settings.root, "The marts were not built"):
        inputs = prepare(settings)
        published = current_record(settings)
        if published is not None and published.fingerprint == inputs.fingerprint and not full_refresh:
            return BuildResult(published, unchanged=True)
        notes: tuple[str, ...] = ()
        if full_refresh or finished_build(settings) != inputs:
            anew = full_refresh or begins_anew(settings, inputs)
            notes = begin(settings, anew=anew)
            try:
                dbt.build(settings, full_refresh=anew, report=report)
            except dbt.BrokenDatabase:
                notes = (*notes, _discard_database(settings))
                dbt.build(settings, full_refresh=True, report=report)
            finish(settings, inputs, dbt.target_path(settings))
        return BuildResult(publish_finished(settings, again=full_refresh), unchanged=False, notes=notes)


def prepare(settings: Settings) -> FinishedBuild:
    """Exports the catalog and says what a build of it will have been made from. The caller holds the build lock.

    Raises:
        ConfigurationError: nothing has landed.
    """
    catalog = settings.root / "build" / "catalog"
    export_catalog(SnapshotStore(settings.raw), catalog)
    inputs = _inputs(pq.read_table(catalog / "snapshots.parquet"), pq.read_table(catalog / "ingest_outcomes.parquet"))
    if inputs is None:
        raise ConfigurationError(
            f"No snapshot has landed in {settings.raw}; run `warehouse ingest` (or `warehouse demo`) first."
        )
    return inputs


def present_inputs(settings: Settings) -> FinishedBuild | None:
    """What a build would be made from now, without writing anything; None when nothing has landed."""
    store = SnapshotStore(settings.raw)
    return _inputs(snapshot_rows(store.manifests()), outcome_rows(store.outcomes()))


def _inputs(snapshots: pa.Table, outcomes: pa.Table) -> FinishedBuild | None:
    columns = ["source", "table_name", "snapshot_date", "content_sha256", "synthetic", "is_newest_revision"]
    landed = snapshots.select(columns).to_pylist()
    newest = [tuple(row.values()) for row in landed if row.pop("is_newest_revision")]
    if not newest:
        return None
    attempts = outcomes.select(["source", "table_name", "snapshot_date", "outcome", "reason"]).to_pylist()
    # A repeated attempt that comes to the same is no new input; otherwise a replay would never be at rest.
    troubles = {tuple(row.values()) for row in attempts if row["outcome"] in {"refused", "failed"}}
    project = f"{dbt.project_sha256()} {dbt.engine_versions()}"
    identity = (sorted(map(str, newest)), sorted(map(str, troubles)), project, code_version(), _code_sha256())
    return FinishedBuild(
        fingerprint=hashlib.sha256(msgspec.json.encode(identity)).hexdigest(),
        synthetic=any(row["synthetic"] for row in landed),
        engine_versions=dbt.engine_versions(),
        project=project,
    )


def begins_anew(settings: Settings, inputs: FinishedBuild) -> bool:
    """Whether a build cannot go on from the last one: that did not finish, was edited, or was made by another project.

    To be asked before ``begin``, which forgets the last build.
    """
    last = finished_build(settings)
    return last is None or last.project != inputs.project


def begin(settings: Settings, *, anew: bool = True) -> tuple[str, ...]:
    """Marks the build database as unfinished and makes sure that it can be written; gives notes for people.

    Args:
        settings: which home.
        anew: whether the build begins from nothing rather than going on from the last one.

    Raises:
        ConfigurationError: another process has it open, or the build cannot fit on this machine.
    """
    require_room(settings, anew=anew)
    _marker(settings).unlink(missing_ok=True)
    if not settings.build_database.exists():
        return ()
    try:
        # Opening replays what a killed build had written ahead.
        with duckdb.connect(settings, settings.build_database):
            return ()
    except duckdb.Error:
        return (_discard_database(settings),)


def finish(settings: Settings, inputs: FinishedBuild, target: Path) -> None:
    """Vouches that the build database is whole: every model and test of it has passed.

    Args:
        settings: which home.
        inputs: what it was made from.
        target: where dbt left the results of its run; they are kept with the build.
    """
    keep_evidence(settings, inputs.fingerprint, target)
    state = settings.build_database.stat()
    finished = msgspec.structs.replace(inputs, database_bytes=state.st_size, database_mtime_ns=state.st_mtime_ns)
    replace_durably(_marker(settings), msgspec.json.encode(finished))


def finished_build(settings: Settings) -> FinishedBuild | None:
    """What the build database was made from; None when it is not the untouched result of a finished build."""
    finished = finished_marker(settings)
    try:
        state = settings.build_database.stat()
    except OSError:
        return None
    if finished is None or (finished.database_bytes, finished.database_mtime_ns) != (state.st_size, state.st_mtime_ns):
        return None
    return msgspec.structs.replace(finished, database_bytes=0, database_mtime_ns=0)


def finished_marker(settings: Settings) -> FinishedBuild | None:
    """What the last build was made from, whatever was done to its database since; None when it did not finish."""
    try:
        return msgspec.json.decode(_marker(settings).read_bytes(), type=FinishedBuild)
    except (OSError, msgspec.MsgspecError):
        return None


def publish_finished(settings: Settings, *, again: bool = False) -> BuildRecord:
    """Publishes the finished build, unless it is published already. The caller holds the build lock.

    Args:
        settings: which home.
        again: make a new copy also when the current one was made from the same inputs.

    Raises:
        DataRefused: the build database is not the result of a finished build.
    """
    finished = finished_build(settings)
    if finished is None:
        raise DataRefused(
            f"{settings.build_database} is not the result of a finished build, so it is not published; "
            "run `warehouse build`."
        )
    published = current_record(settings)
    if published is not None and published.fingerprint == finished.fingerprint and not again:
        return published
    evidence = kept_evidence(settings)
    return publish(
        settings,
        fingerprint=finished.fingerprint,
        synthetic=finished.synthetic,
        engine_versions=finished.engine_versions,
        contents=evidence.contents if evidence and evidence.fingerprint == finished.fingerprint else None,
        from_nothing=again,
    )


def _discard_database(settings: Settings) -> str:
    database = settings.build_database
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)
    return f"The build database {database} could not be read (an interrupted build or disk); it is built anew."


def _code_sha256() -> str:
    """Identity of the code beside the dbt project that shapes the published copy."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _marker(settings: Settings) -> Path:
    return settings.root / "build" / "finished.json"
