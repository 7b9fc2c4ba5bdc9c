"""The analyst copy: marts and ops of a finished build in a new file, to which ``current.duckdb`` then points.

    published/warehouse-<build>.duckdb          tables only, never changed once it has this name
    published/warehouse-<build>.duckdb.sha256   its seal: a copy that was edited since is not released
    published/current.duckdb                    relative link to the newest, swapped in one step

A reader that holds an older copy open keeps it, also after it was pruned; whoever opens ``current.duckdb`` during a
build gets the last good copy.
"""

import re
from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256, sync, write_durably
from orchestration.snapshots.store import code_version
from orchestration.warehouse import duckdb
from orchestration.warehouse.evidence import required_columns
from orchestration.warehouse.relations import PUBLISHED_SCHEMAS, relations, view_definition

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


def publish(settings: Settings, *, fingerprint: str, synthetic: bool, engine_versions: str) -> BuildRecord:
    """Makes a new published copy from the build database and points ``current.duckdb`` to it.

    The caller holds the build lock and vouches that the build is finished.
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
    with duckdb.connect(settings) as connection:
        # Views of the build database name it by its file's stem.
        duckdb.attach(connection, settings.build_database, settings.build_database.stem, read_only=True)
        duckdb.attach(connection, unfinished, "copy", read_only=False)
        _copy_relations(
            connection, settings.build_database.stem, "copy", synthetic=synthetic, required=required_columns(settings)
        )
        write_record(connection, "copy", record)
        # Closing would do this too, but would say nothing if the disk had no room for it.
        connection.execute("CHECKPOINT copy")
        connection.execute("DETACH copy")
    sync(unfinished)
    copy = published_copy(folder, record.build_id)
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


def _copy_relations(
    connection: duckdb.Connection, source: str, target: str, *, synthetic: bool, required: Mapping[str, Set[str]]
) -> None:
    """Copies what is published, with comments: tables ordered by their keys, and views as tables unless too large."""
    found = relations(connection, source)
    for schema in sorted({*PUBLISHED_SCHEMAS, *(each.schema for each in found)}):
        connection.execute(f"CREATE SCHEMA {duckdb.identifier(target)}.{duckdb.identifier(schema)}")
    connection.execute(f"USE {duckdb.identifier(target)}")
    for each in sorted(found, key=lambda each: each.stays_view):
        if each.stays_view:
            connection.execute(view_definition(connection, source, each.schema, each.name))
        else:
            never_null = required.get(f"{each.schema}.{each.name}", set())
            _copy_table(connection, (source, each.schema, each.name), (target, each.schema, each.name), never_null)
        text = " ".join(part for part in (SYNTHETIC_NOTICE if synthetic else None, each.comment) if part)
        if text:
            kind = "VIEW" if each.stays_view else "TABLE"
            path = _path(target, each.schema, each.name)
            connection.execute(f"COMMENT ON {kind} {path} IS {duckdb.literal(text)}")
    connection.execute("USE memory")


def _copy_table(
    connection: duckdb.Connection, source: tuple[str, str, str], target: tuple[str, str, str], never_null: Set[str]
) -> None:
    columns = connection.execute(
        """
        SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        source,
    ).fetchall()
    # NOT NULL is kept, and what a view promises too; a primary key would cost an index in a file that nobody writes to.
    definitions = ", ".join(
        f"{duckdb.identifier(name)} {data_type}{'' if nullable and name not in never_null else ' NOT NULL'}"
        for name, data_type, nullable, _ in columns
    )
    connection.execute(f"CREATE TABLE {_path(*target)} ({definitions})")
    order = ", ".join(map(duckdb.identifier, _primary_key(connection, *source))) or "ALL"
    connection.execute(f"INSERT INTO {_path(*target)} SELECT * FROM {_path(*source)} ORDER BY {order}")  # noqa: S608
    for name, _, _, comment in columns:
        if comment:
            column = f"{_path(*target)}.{duckdb.identifier(name)}"
            connection.execute(f"COMMENT ON COLUMN {column} IS {duckdb.literal(comment)}")


def _primary_key(connection: duckdb.Connection, database: str, schema: str, table: str) -> list[str]:
    row = connection.execute(
        """
        SELECT constraint_column_names FROM duckdb_constraints()
        WHERE constraint_type = 'PRIMARY KEY' AND database_name = ? AND schema_name = ? AND table_name = ?
        """,
        (database, schema, table),
    ).fetchone()
    return list(row[0]) if row else []


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
    for seal in settings.published.glob("warehouse-*.duckdb.sha256"):
        copy = seal.with_suffix("")
        if _NAME.fullmatch(copy.name) and not copy.exists():
            seal.unlink()


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
