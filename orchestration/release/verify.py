"""Verification of a release: whether it is, byte for byte and table by table, what was released."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.release import layout
from orchestration.release.database import database_problems, parquet
from orchestration.release.export import arrow_schema
from orchestration.release.manifest import ReleaseManifest, TableEntry, read_manifest
from orchestration.release.sums import decode_sums, files_of
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256
from orchestration.warehouse import duckdb

#: What every release has, whatever its tables.
_ALWAYS = (
    layout.MANIFEST,
    layout.GATE,
    layout.DATABASE,
    layout.PROVENANCE,
    layout.DATAPACKAGE,
    layout.CROISSANT,
    layout.CARD,
    layout.DICTIONARY,
    layout.LICENCES,
    layout.CITATION,
    layout.DIFF_JSON,
    layout.DIFF_TEXT,
    layout.DOCS,
)


def is_release(path: Path) -> bool:
    """Whether a folder is, or was, a release."""
    return any((path / name).exists() for name in (layout.SUMS, layout.MANIFEST, layout.DATAPACKAGE))


def release_problems(settings: Settings, folder: Path) -> Iterator[str]:
    """Yields each problem of a release as one sentence; none means that it is what was released."""
    damaged: set[str] = set()
    for path, problem in _file_problems(folder):
        damaged.add(path)
        yield problem
    try:
        manifest = read_manifest(folder)
    except DataRefused as error:
        if layout.MANIFEST not in damaged:
            yield str(error)
        return
    yield from _manifest_problems(folder, manifest, damaged)
    whole = [table for table in manifest.tables if table.path not in damaged]
    with duckdb.connect(settings) as connection:
        for table in whole:
            yield from _table_problems(connection, folder, table)
        if layout.DATABASE not in damaged and len(whole) == len(manifest.tables):
            try:
                yield from database_problems(connection, folder, manifest.tables, manifest.build)
            except (duckdb.Error, ConfigurationError) as error:
                yield f"{layout.DATABASE} cannot be read ({_one_line(error)}); fetch it again."


def _file_problems(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and problem of each file that is not what the sums say."""
    try:
        sums = decode_sums((folder / layout.SUMS).read_bytes(), layout.SUMS)
    except OSError:
        yield layout.SUMS, f"{layout.SUMS} is missing, so nothing can be checked against it; fetch it again."
        return
    except DataRefused as error:
        yield layout.SUMS, str(error)
        return
    there = set(files_of(folder))
    for path in sorted(there - sums.keys()):
        yield path, f"{path} does not belong to the release; move it away."
    for path in sorted({*sums, *_ALWAYS}):
        if path not in there or (folder / path).is_symlink():
            yield path, f"{path} is missing; fetch it again."
        elif path not in sums:
            continue
        elif file_sha256(folder / path)[0] != sums[path]:
            yield path, f"{path} is not the file that was released (its sha256 is another); fetch it again."


def _manifest_problems(folder: Path, manifest: ReleaseManifest, damaged: set[str]) -> Iterator[str]:
    """What the documents say of each other."""
    if layout.GATE not in damaged and file_sha256(folder / layout.GATE)[0] != manifest.gate_sha256:
        yield f"{layout.GATE} is not the verdict that let this release pass; fetch the release again."
    listed = {table.path for table in manifest.tables}
    there = {path for path in files_of(folder) if path.startswith("data/")}
    for path in sorted(there - listed - damaged):
        yield f"{path} is no table of {layout.MANIFEST}; fetch the release again."
    if layout.DATAPACKAGE in damaged:
        return
    try:
        package = msgspec.json.decode((folder / layout.DATAPACKAGE).read_bytes())
        hashes = {resource["path"]: resource.get("sha256") for resource in package["resources"]}
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        yield f"{layout.DATAPACKAGE} is not a data package ({error!r}); fetch the release again."
        return
    for table in manifest.tables:
        if hashes.get(table.path) != table.sha256:
            yield f"{layout.DATAPACKAGE} and {layout.MANIFEST} disagree on {table.path}; fetch the release again."


def _table_problems(connection: duckdb.Connection, folder: Path, table: TableEntry) -> Iterator[str]:
    path = folder / table.path
    if not path.is_file():
        yield f"{table.path} is missing; fetch it again."
        return
    sha256, size = file_sha256(path)
    if (sha256, size) != (table.sha256, table.bytes):
        yield f"{table.path} is not the table that {layout.MANIFEST} describes; fetch the release again."
        return
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        expected = arrow_schema(table.columns, schema, key=table.key, comment=table.comment)
    except (pa.ArrowException, KeyError, OSError) as error:
        yield f"{table.path} does not have the columns that {layout.MANIFEST} lists ({_one_line(error)})."
        return
    types = connection.execute(f"DESCRIBE FROM {parquet(folder, table)}").fetchall()
    if not schema.equals(expected, check_metadata=True) or [row[:2] for row in types] != [
        (column.name, column.type) for column in table.columns
    ]:
        yield f"{table.path} has other columns, types or descriptions than {layout.MANIFEST} lists."
    elif rows != table.rows:
        yield f"{table.path} has {rows} rows, {layout.MANIFEST} says {table.rows}."
    elif table.key and not _is_sorted_by_its_key(connection, folder, table):
        yield f"{table.path} is not sorted by its key, or has several rows for one key."


def _is_sorted_by_its_key(connection: duckdb.Connection, folder: Path, table: TableEntry) -> bool:
    """Whether each row's key is greater than that of the row before: sorted, and no key twice; one pass."""
    names = ", ".join(map(duckdb.identifier, table.key))
    rows = connection.execute(
        f"""
        SELECT 1 FROM (
            SELECT row({names}) AS this, lag(row({names})) OVER (ORDER BY file_row_number) AS before
            FROM {parquet(folder, table).removesuffix(")")}, file_row_number = true)
        )
        WHERE this <= before LIMIT 1
        """  # noqa: S608 - quoted names
    ).fetchall()
    return not rows


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
