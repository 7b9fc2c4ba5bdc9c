"""Publishing to any file system that fsspec knows: ``s3://``, ``file:///``, ``gs://`` and others.

<url>/<version>/...            the files; SHA256SUMS comes last, so a version without it is not finished
<url>/latest                   the newest finished version, one line
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from orchestration.release.layout import SUMS
from orchestration.release.sums import files_of
from orchestration.release.target import reaching
from orchestration.release.version import Version
from orchestration.snapshots.disk import sync, write_durably
from orchestration.snapshots.public_text import public_text

_CHUNK = 1 << 20
_POINTER = "latest"
#: Stores that have no folders; where one is "made", a bucket that was misspelt would come into being.
_WITHOUT_FOLDERS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci"}


class FileTarget:
    """A folder on a file system; see :class:`orchestration.release.target.Target`."""

    def __init__(self, url: str) -> None:
        self.name = public_text(url)
        with reaching(self.name):
            self._fs, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        protocol = self._fs.protocol
        self._has_no_folders = not _WITHOUT_FOLDERS.isdisjoint([protocol] if isinstance(protocol, str) else protocol)

    def finished_sums(self, version: Version) -> bytes | None:
        """See the protocol: a version is finished once its sums are there."""
        with reaching(self.name):
            self._fs.invalidate_cache()
            path = f"{self._root}/{version}/{SUMS}"
            return bytes(self._fs.cat_file(path)) if self._fs.exists(path) else None

    def upload(self, version: Version, folder: Path, again: Collection[str]) -> str:
        """See the protocol: a file of the same size is taken to be there; reading back shows if it is not."""
        with reaching(self.name):
            sizes = self._sizes(str(version))
            for path in files_of(folder):
                if path in again or sizes.get(path) != (folder / path).stat().st_size:
                    target = f"{self._root}/{version}/{path}"
                    if not self._has_no_folders:
                        self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
                    self._fs.put_file(str(folder / path), target)
        return str(version)

    def revision_of(self, version: Version) -> str:
        """See the protocol: the folder of the version."""
        return str(version)

    def files(self, revision: str) -> set[str]:
        """See the protocol."""
        with reaching(self.name):
            return set(self._sizes(revision)) - {SUMS}

    def read(self, revision: str, path: str) -> Iterator[bytes]:
        """See the protocol."""
        with reaching(self.name), self._fs.open(f"{self._root}/{revision}/{path}", "rb") as handle:
            while chunk := handle.read(_CHUNK):
                yield chunk

    def finish(self, version: Version, revision: str, sums: bytes) -> None:
        """See the protocol: the sums, then the pointer, which only moves forward."""
        if self.finished_sums(version) != sums:
            with reaching(self.name):
                self._write(f"{self._root}/{revision}/{SUMS}", sums)
        with reaching(self.name):
            pointer = f"{self._root}/{_POINTER}"
            now = self._fs.cat_file(pointer).decode("utf-8", "replace").strip() if self._fs.exists(pointer) else ""
            newest = Version.parse(now)
            if newest is None or newest < version:
                self._write(pointer, f"{version}\n".encode())

    def _sizes(self, revision: str) -> dict[str, int]:
        """Size of each file of a version, by its path in it."""
        self._fs.invalidate_cache()
        base = f"{self._root}/{revision}"
        found = self._fs.find(base, detail=True) if self._fs.exists(base) else {}
        return {path.removeprefix(f"{base}/"): int(info["size"]) for path, info in found.items()}

    def _write(self, path: str, data: bytes) -> None:
        """Writes a small file in one step: readers find the old one or the new one."""
        if not isinstance(self._fs, LocalFileSystem):
            self._fs.pipe_file(path, data)
            return
        # Outside the version: what a kill leaves there would not belong to the release.
        unfinished = Path(self._root) / ".unfinished"
        write_durably(unfinished, data)
        unfinished.replace(path)
        sync(Path(path).parent)
