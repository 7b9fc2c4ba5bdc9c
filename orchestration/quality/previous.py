"""The release before: the newest one of the same or an earlier month."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.settings import Settings

_VERSION = re.compile(r"(\d{4})\.(\d{2})\.(\d+)")


@dataclass(frozen=True)
class Release:
    """A release on disk: its version and the Parquet file of each of its marts."""

    version: str
    tables: dict[str, Path]


def release_before(settings: Settings, month: date) -> Release | None:
    """The newest release in ``$WAREHOUSE_HOME/releases`` of this month or an earlier one; None when it is the first."""
    folder = settings.root / "releases"
    found = {
        (int(match[1]), int(match[2]), int(match[3])): path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_dir() and (match := _VERSION.fullmatch(path.name))
    }
    earlier = [version for version in found if version[:2] <= (month.year, month.month)]
    if not earlier:
        return None
    path = found[max(earlier)]
    return Release(path.name, parquet_files(path))


def parquet_files(folder: Path) -> dict[str, Path]:
    """Table of ``marts`` -> its Parquet file in the folder of a release."""
    return {path.stem: path for path in sorted((folder / "data").glob("*.parquet"))}
