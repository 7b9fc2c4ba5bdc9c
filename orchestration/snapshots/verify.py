"""Verification of the raw store: whether everything in it is what its manifests and names say."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.history.store import History
from orchestration.history.verify import history_problems
from orchestration.snapshots.disk import file_sha256
from orchestration.snapshots.dropped import read_dropped
from orchestration.snapshots.layout import (
    DAY_PREFIX,
    LEDGER_NAME,
    MANIFEST_NAME,
    RECEIVED,
    REFUSED,
    REJECTED_NAME,
    REVISION_PREFIX,
    received_file,
    refused_file,
    table_folder,
)
from orchestration.snapshots.ledger import read_outcomes
from orchestration.snapshots.manifest import FileEntry, Manifest, decode_manifest, is_sealed
from orchestration.snapshots.reader import SnapshotReader

_SHA256 = re.compile(r"[0-9a-f]{64}")


def verify_store(root: Path) -> Iterator[str]:
    """Reads the whole raw store and yields each problem as one sentence; none means that it is intact.

    Args:
        root: the folder ``raw/``.

    Raises:
        ConfigurationError: there is no store.
    """
    if not root.is_dir():
        raise ConfigurationError(f"There is no raw store at {root}; give the folder that holds the snapshots.")
    reader = SnapshotReader(root)
    for source in reader.sources():
        for table in reader.tables(source):
            yield from _table_problems(reader, source, table)
            yield from history_problems(History(root, source, table))
        yield from _ledger_problems(root, source)
    for path in _received_objects(root):
        yield from _name_problems(path, path.name)


def orphans(root: Path) -> list[Path]:
    """Received bytes that no snapshot and no attempt refers to: left by a kill before landing, and harmless."""
    named = {sha256 for outcome in SnapshotReader(root).outcomes() for sha256 in outcome.received}
    return [path for path in _received_objects(root) if path.name not in named]


def _table_problems(reader: SnapshotReader, source: str, table: str) -> Iterator[str]:
    folder = reader.root / table_folder(source, table)
    days = {f"{DAY_PREFIX}{day.isoformat()}": day for day in reader.days(source, table)}
    yield from _unexpected(folder, {*days, REFUSED})
    for name, day in days.items():
        revisions = reader.revisions(source, table, day)
        yield from _unexpected(folder / name, {f"{REVISION_PREFIX}{number}" for number in revisions})
        if revisions != list(range(1, len(revisions) + 1)):
            yield f"{folder / name} holds revisions {revisions}, not each from 1 on; restore what is missing."
        for number in revisions:
            yield from snapshot_problems(reader, folder / name / f"{REVISION_PREFIX}{number}")
    for path in sorted((folder / REFUSED).glob("*")):
        yield from _name_problems(path, path.stem)


def snapshot_problems(reader: SnapshotReader, folder: Path) -> Iterator[str]:
    """Yields each problem of one revision of one snapshot, whose folder is under the reader's root."""
    root = reader.root
    path = folder / MANIFEST_NAME
    try:
        data = path.read_bytes()
        manifest = decode_manifest(data)
        is_elsewhere = root / manifest.folder != folder
    except (OSError, msgspec.DecodeError, ConfigurationError) as error:
        yield f"{path} is missing or not a manifest ({error}); restore it."
        return
    if not is_sealed(data):
        yield f"{path} was changed after landing (its seal does not fit); restore it."
    if is_elsewhere:
        yield f"{path} describes another snapshot ({manifest.source}/{manifest.table} of {manifest.snapshot_date})."
    yield from _unexpected(folder, {MANIFEST_NAME, *(entry.name for entry in manifest.files)})
    expected = {manifest.records_file: manifest.rows}
    if manifest.rejected_rows:
        expected[REJECTED_NAME] = manifest.rejected_rows
    if {entry.name: entry.rows for entry in manifest.files} != expected:
        yield f"{path} lists other files or rows than its totals say; restore it."
        return
    for entry in manifest.files:
        if entry.name != manifest.records_file or not _is_compacted(reader, manifest):
            yield from _file_problems(folder / entry.name, entry)
    yield from _missing_received(root, path, (entry.sha256 for entry in manifest.received))


def _is_compacted(reader: SnapshotReader, manifest: Manifest) -> bool:
    """Whether the history stands for the records; a damaged one, which is a problem of its own, does not."""
    try:
        return reader.records_path(manifest) is None
    except DataRefused:
        return False


def _file_problems(path: Path, entry: FileEntry) -> Iterator[str]:
    if not path.is_file():
        yield f"{path} is missing; restore it."
        return
    sha256, size = file_sha256(path)
    if (sha256, size) != (entry.sha256, entry.bytes):
        yield f"{path} is not the file that landed ({size} bytes, sha256 {sha256}); restore it."
        return
    try:
        rows = pq.read_metadata(path).num_rows
    except pa.ArrowInvalid as error:
        yield f"{path} is not a Parquet file ({error}); restore it."
        return
    if rows != entry.rows:
        yield f"{path} has {rows} rows, its manifest says {entry.rows}; restore it."


def _ledger_problems(root: Path, source: str) -> Iterator[str]:
    path = root / source / LEDGER_NAME
    try:
        for outcome in read_outcomes(path):
            what = Path(f"{path} (attempt of {outcome.attempted_at})")
            yield from _missing_received(root, what, outcome.received)
            if outcome.rejected and not (root / refused_file(source, outcome.table_name, outcome.rejected)).is_file():
                yield f"{what} refers to rejected records {outcome.rejected} that are missing; restore them."
    except (DataRefused, ConfigurationError) as error:
        yield str(error)


def _missing_received(root: Path, what: Path, sums: Iterable[str]) -> Iterator[str]:
    missing = [each for each in sums if _SHA256.fullmatch(each) is None or not (root / received_file(each)).is_file()]
    try:
        dropped = read_dropped(root) if missing else {}
    except DataRefused as error:
        yield str(error)
        return
    for sha256 in missing:
        if sha256 not in dropped:
            yield f"{what} refers to received bytes {sha256} that are missing; restore them."


def _received_objects(root: Path) -> list[Path]:
    return sorted((root / RECEIVED).glob("*/*"))


def _name_problems(path: Path, sha256: str) -> Iterator[str]:
    """A file that is named by its content must have that content."""
    if not path.is_file() or file_sha256(path)[0] != sha256:
        yield f"{path} does not hold the bytes that its name says; restore it."


def _unexpected(folder: Path, expected: set[str]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name not in expected:
            yield f"{path} does not belong to the store; move it away."
