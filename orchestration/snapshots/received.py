"""Received bytes: kept once each, named by their sha256."""

import os
import time
from pathlib import Path

from orchestration.snapshots.candidate import ReceivedFile
from orchestration.snapshots.disk import file_sha256, staged, sync
from orchestration.snapshots.layout import received_file
from orchestration.snapshots.manifest import ReceivedEntry
from orchestration.snapshots.public_text import public_text

#: A file touched more recently than this may change again without a new time stamp (the clock of files is coarse).
_SETTLED_SECONDS = 2.0


class ReceivedFiles:
    """The received bytes under ``raw/received/<aa>/<sha256>``.

    Args:
        root: the folder ``raw/``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # One file may hold hundreds of days, and each lands as a snapshot of its own: read it once.
        self._known: dict[tuple[object, ...], tuple[str, int]] = {}

    def keep(self, source: str, file: ReceivedFile) -> ReceivedEntry:
        """Copies a file into the store unless its bytes are there; the copy is what the entry's sha256 says."""
        stat = file.path.stat()
        version = (file.path, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        sha256, size = self._known.get(version) or self._copied(source, file.path)
        if time.time() - max(stat.st_mtime, stat.st_ctime) > _SETTLED_SECONDS:
            self._known[version] = sha256, size
        return ReceivedEntry(
            name=public_text(file.name), location=public_text(file.location), sha256=sha256, bytes=size
        )

    def _copied(self, source: str, path: Path) -> tuple[str, int]:
        sha256, size = file_sha256(path)
        if (self._root / received_file(sha256)).exists():
            return sha256, size
        with staged(self._root, source) as copy:
            with copy.open("wb") as handle:
                # The bytes that are written are the bytes that are hashed, even if the file changes meanwhile.
                sha256, size = file_sha256(path, copy_to=handle)
                handle.flush()
                os.fsync(handle.fileno())
            target = self._root / received_file(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(target)
            sync(target.parent)
        return sha256, size
