"""``SHA256SUMS``: the sum of every file of a release, in the form that ``sha256sum --check`` reads."""

import re
from collections.abc import Mapping
from pathlib import Path

from orchestration.errors import DataRefused
from orchestration.release.layout import SUMS, is_inside
from orchestration.snapshots.disk import file_sha256

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def files_of(folder: Path) -> list[str]:
    """Relative paths of all files in a folder but the sums themselves, in order."""
    paths = (
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )
    return sorted(path for path in paths if path != SUMS)


def sums_of(folder: Path) -> dict[str, str]:
    """The sha256 of each file by its path."""
    return {path: file_sha256(folder / path)[0] for path in files_of(folder)}


def encode_sums(sums: Mapping[str, str]) -> bytes:
    """The text of the sums, ordered by path."""
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(sums.items())).encode()


def decode_sums(data: bytes, where: str) -> dict[str, str]:
    """Reads the sums.

    Args:
        data: the text.
        where: what to call it in the error.

    Raises:
        DataRefused: a line is no sum, or names a file outside the release.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None or not is_inside(match[2]) or match[2] in sums:
            raise DataRefused(f"{where}, line {number}, is not the sum of a file of the release; fetch it again.")
        sums[match[2]] = match[1]
    return sums
