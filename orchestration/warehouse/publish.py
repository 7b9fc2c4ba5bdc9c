"""The analyst copy: marts and ops of a finished build in a new file, to which ``current.duckdb`` then points.

    published/warehouse-<build>.duckdb               tables only, never changed once it has this name
    published/warehouse-<build>.duckdb.sha256        its seal: a copy that was edited since is not released
    published/warehouse-<build>.duckdb.tables.json   what its tables hold, by hashes: the next copy begins with this one
    published/current.duckdb                         relative link to the newest, swapped in one step

A new copy begins as the bytes of the one before, if that is as it was sealed, and only tables and months of tables that
differ are written: of a large warehouse most months are those of the day before, and sorting them is what would take
long. A reader that holds an older copy open keeps it, also after it was pruned; whoever opens ``current.duckdb`` during
a build gets the last good copy.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256, sync, write_durably
from orchestration.snapshots.store import code_version
from orchestration.warehouse import duckdb
from orchestration.warehouse.contents import Contents, contents_of
from orchestration.warehouse.contract import Contract, contract_of
from orchestration.warehouse.evidence import manifest_of_build
from orchestration.warehouse.transfer import CopiedTable, transfer

SYNTHETIC_NOTICE = "SYNTHETIC: made from the embedded sample or other invented input. No figure here is a measurement."

_UNFINISHED = ".unfinished-"
_MOMENT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"warehouse-(\d{8}T\d{6}Z)-[0-9a-f]{8}\.duckdb")


class BuildRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a published copy was made from; the one row of ``ops.builds``. Times are naive UTC.

    ``fingerprint`` identifies all inputs: snapshots, failed attempts, dbt project, engines and code.
    """

    build_id: str
    built_at: datetime
    fingerprint: str
    synthetic: bool
    notice: str | None
    code_version: str
    engine_versions: str


def publish(
    settings: Settings,
    *,
    fingerprint: str,
    synthetic: bool,
    engine_versions: str,
    contents: Mapping[str, Contents] | None = None,
    from_nothing: bool = False,
) -> BuildRecord:
    """Makes a new published copy from the build database and points ``current.duckdb`` to it.

    The caller holds the build lock and vouches that the build is finished.

    Args:
        settings: which home.
        fingerprint: of the build's inputs.
        synthetic: whether any of them is invented.
        engine_versions: versions of the engines that made the build.
        contents: what the tables of the build hold, if that is known.
        from_nothing: write all of it, whatever the copy before holds.
    """
    folder = settings.published
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        leftover.unlink()
    built_at = _free_moment(folder)
    record = BuildRecord(
        build_id=_build_id(built_at, fingerprint),
        built_at=built_at,
        fingerprint=fingerprint,
        synthetic=synthetic,
        notice=SYNTHETIC_NOTICE if synthetic else None,
        code_version=code_version(),
        engine_versions=engine_versions,
    )
    unfinished = folder / f"{_UNFINISHED}{record.build_id}.duckdb"
    there = {} if from_nothing else _begin_with_current(settings, unfinished, engine_versions)
    contract = contract_of(manifest_of_build(settings)) or Contract()
    with duckdb.connect(settings) as connection:
        # Views of the build database name it by its file's stem.
        source = settings.build_database.stem
        duckdb.attach(connection, settings.build_database, source, read_only=True)
        duckdb.attach(connection, unfinished, "copy", read_only=False)
        tables = transfer(
            connection,
            source,
            "copy",
            contents=contents_of(connection, source, contract.month_columns) if contents is None else contents,
            there=there,
            contract=contract,
            notice=record.notice,
        )
        write_record(connection, "copy", record)
        # Closing would do this too, but would say nothing if the disk had no room for it.
        connection.execute("CHECKPOINT copy")
        connection.execute("DETACH copy")
    sync(unfinished)
    copy = published_copy(folder, record.build_id)
    write_durably(_tables_of(copy), msgspec.json.encode(_Tables(engine_versions, tables), order="deterministic"))
    write_durably(seal_of(copy), f"{file_sha256(unfinished)[0]}  {copy.name}\n".encode())
    unfinished.replace(copy)
    _point(settings.current_database, copy)
    _prune(settings)
    sync(folder)
    return record


def published_copy(folder: Path, build_id: str) -> Path:
    """The file of one build in the folder of published copies."""
    return folder / f"warehouse-{build_id}.duckdb"


def seal_of(copy: Path) -> Path:
    """The file with the sha256 that a copy had when it was published."""
    return copy.with_name(f"{copy.name}.sha256")


def is_sealed(copy: Path) -> bool:
    """Whether a copy is byte for byte as it was published; reads all of it."""
    try:
        return seal_of(copy).read_text() == f"{file_sha256(copy)[0]}  {copy.name}\n"
    except (OSError, UnicodeDecodeError):
        return False


def current_copy(settings: Settings) -> Path:
    """The file to which ``current.duckdb`` points: open this one, so that a later swap does not mix two files.

    Raises:
        ConfigurationError: nothing is published yet.
    """
    if not settings.current_database.exists():
        raise ConfigurationError(
            f"Nothing is published in {settings.published}; run `warehouse build` (or `warehouse demo`) first."
        )
    return settings.current_database.resolve()


def current_record(settings: Settings) -> BuildRecord | None:
    """What the current copy was made from; None when there is none or it cannot be read."""
    try:
        with duckdb.connect_read_only(settings, current_copy(settings)) as connection:
            return record_of(connection)
    except (ConfigurationError, duckdb.Error):
        return None


def record_of(connection: duckdb.Connection) -> BuildRecord:
    """What an opened copy was made from.

    Raises:
        ConfigurationError: it has no such record.
    """
    columns = ", ".join(BuildRecord.__struct_fields__)
    try:
        row = connection.execute(f"SELECT {columns} FROM ops.builds").fetchone()  # noqa: S608
    except duckdb.Error:
        row = None
    if row is None:
        raise ConfigurationError("The file does not say what it was made from (ops.builds): it is no published copy.")
    return BuildRecord(**dict(zip(BuildRecord.__struct_fields__, row, strict=True)))


def write_record(connection: duckdb.Connection, database: str, record: BuildRecord) -> None:
    """Writes ``ops.builds``, the record of what a database was made from."""
    table = _path(database, "ops", "builds")
    connection.execute(
        f"""
        CREATE TABLE {table} (
            build_id VARCHAR NOT NULL, built_at TIMESTAMP NOT NULL, fingerprint VARCHAR NOT NULL,
            synthetic BOOLEAN NOT NULL, notice VARCHAR, code_version VARCHAR NOT NULL, engine_versions VARCHAR NOT NULL
        )
        """
    )
    connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(record))  # noqa: S608
    comments = {
        None: "What this copy was made from: one row.",
        "build_id": "UTC time of publication and the first characters of the fingerprint.",
        "built_at": "When this copy was published, UTC.",
        "fingerprint": "SHA-256 over all inputs: snapshots, failed attempts, dbt project, engines and code.",
        "synthetic": "Whether any input is invented (the embedded sample).",
        "notice": "What a reader must know before using a figure.",
        "code_version": "Version of this package.",
        "engine_versions": "Versions of the engines that made it.",
    }
    for column, text in comments.items():
        what = f"TABLE {table}" if column is None else f"COLUMN {table}.{duckdb.identifier(column)}"
        connection.execute(f"COMMENT ON {what} IS {duckdb.literal(text)}")


class _Tables(msgspec.Struct, frozen=True):
    """What a copy holds, and by whose hashes."""

    engine_versions: str
    tables: dict[str, CopiedTable]


def _begin_with_current(settings: Settings, unfinished: Path, engine_versions: str) -> dict[str, CopiedTable]:
    """Makes a new file as the current copy is, and says what is in it; nothing, and no file, if that is not certain."""
    try:
        current = current_copy(settings)
        before = msgspec.json.decode(_tables_of(current).read_bytes(), type=_Tables)
        seal = seal_of(current).read_text()
        if before.engine_versions != engine_versions or _is_mostly_empty(settings, current):
            return {}
    except (ConfigurationError, OSError, UnicodeDecodeError, msgspec.MsgspecError, duckdb.Error):
        return {}
    with unfinished.open("wb") as target:
        sha256, _ = file_sha256(current, copy_to=target)
    if seal != f"{sha256}  {current.name}\n":
        unfinished.unlink()
        return {}
    return before.tables


def _is_mostly_empty(settings: Settings, copy: Path) -> bool:
    """Whether most of a file is room that removed rows have left behind."""
    with duckdb.connect_read_only(settings, copy) as connection:
        free, used = connection.execute(
            "SELECT free_blocks, used_blocks FROM pragma_database_size() WHERE database_name = current_database()"
        ).fetchall()[0]
    return bool(free > used)


def _tables_of(copy: Path) -> Path:
    """The file that says what the tables of a copy hold."""
    return copy.with_name(f"{copy.name}.tables.json")


def _point(link: Path, copy: Path) -> None:
    """Points a relative link to a copy, in one step."""
    unfinished = link.with_name(f"{_UNFINISHED}{link.name}")
    unfinished.symlink_to(copy.name)
    unfinished.replace(link)


def _prune(settings: Settings) -> None:
    """Removes the oldest copies beyond the number that is kept; open readers keep what they have."""
    copies = _copies(settings.published)
    for path in sorted(copies, key=copies.__getitem__)[: -settings.published_copies]:
        path.unlink()
    for beside in settings.published.glob("warehouse-*.duckdb.*"):
        copy = beside.with_name(f"{beside.name.split('.duckdb.')[0]}.duckdb")
        if beside in {seal_of(copy), _tables_of(copy)} and _NAME.fullmatch(copy.name) and not copy.exists():
            beside.unlink()


def _free_moment(folder: Path) -> datetime:
    """The present second, or the one after the newest copy: names are never reused and say which copy is newer."""
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    return max([now, *(moment + timedelta(seconds=1) for moment in _copies(folder).values())])


def _copies(folder: Path) -> dict[Path, datetime]:
    """The published copies and when each was made, by their names; other files in the folder are not ours."""
    found = {path: _NAME.fullmatch(path.name) for path in folder.glob("warehouse-*.duckdb")}
    return {path: datetime.strptime(match[1], _MOMENT) for path, match in found.items() if match}


def _build_id(moment: datetime, fingerprint: str) -> str:
    return f"{moment:{_MOMENT}}-{fingerprint[:8]}"


def _path(*names: str) -> str:
    return ".".join(map(duckdb.identifier, names))
