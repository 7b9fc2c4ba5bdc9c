"""The disk under the raw store: durable writes, hashes of files, and its refusals as one clear sentence."""

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError, WarehouseError
from orchestration.snapshots.layout import STAGING
from orchestration.snapshots.manifest import FileEntry

_CHUNK = 1 << 20
_FULL = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EFBIG: "files may not grow to this size (ulimit -f); allow it",
}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


@contextmanager
def writing(root: Path, failure: str) -> Iterator[None]:
    """Turns the system's refusal to write into one clear sentence.

    Args:
        root: where is written.
        failure: what is not done then, e.g. ``hf_hub/tracked of 2026-07-01 was not landed``.

    Raises:
        ConfigurationError: the folder cannot be written at all.
        WarehouseError: the disk is full or broken.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise WarehouseError(f"{failure} in {root}: {_FULL[error.errno]} and run it again.") from error
        if error.errno in _CLOSED:
            raise ConfigurationError(
                f"{failure}: {root} cannot be written ({error.strerror}); set WAREHOUSE_HOME to a folder that can be."
            ) from error
        raise WarehouseError(f"{failure} in {root}: {error}; mend the cause and run it again.") from error
    except Exception as error:
        # Engines tell of a full disk in their own errors, in the system's words.
        for number, cause in _FULL.items():
            if os.strerror(number) in str(error):
                raise WarehouseError(f"{failure} in {root}: {cause} and run it again.") from error
        raise


@contextmanager
def staged(root: Path, source: str) -> Iterator[Path]:
    """A path under ``.staging`` at which to make a file or folder; what was not moved away is removed."""
    path = root / STAGING / source / uuid.uuid4().hex
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    finally:
        # What cannot be removed now is swept before the next landing; it must not hide how this one ended.
        shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            path.unlink()


def write_durably(path: Path, data: bytes) -> None:
    """Writes a new file and waits until the disk has it."""
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def replace_durably(path: Path, data: bytes) -> None:
    """Gives a file another content in one step: a reader, and a kill, find the old one or the new one."""
    unfinished = path.with_suffix(".unfinished")
    write_durably(unfinished, data)
    unfinished.replace(path)
    sync(path.parent)


def write_parquet(path: Path, table: pa.Table) -> FileEntry:
    """Writes a table as Parquet, durably, and says how to recognise the file."""
    pq.write_table(table, path, compression="zstd")
    sync(path)
    sha256, size = file_sha256(path)
    return FileEntry(name=path.name, sha256=sha256, bytes=size, rows=table.num_rows)


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Reads one file as it is: nothing in its path is taken for a column."""
    with pq.ParquetFile(path) as file:
        return file.read(columns)


def file_sha256(path: Path, copy_to: BinaryIO | None = None) -> tuple[str, int]:
    """The sha256 and size in bytes of a file, read in pieces that are also written to ``copy_to``."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copy_to is not None:
                copy_to.write(chunk)
    return digest.hexdigest(), size


def sync(path: Path) -> None:
    """Waits until the disk has a file's bytes, or a folder's entries (a rename is durable only then)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
