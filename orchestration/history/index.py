"""``history.json``: the snapshots and files that make up the history of one table, sealed like a manifest."""

from bisect import bisect_left
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec

from orchestration.errors import DataRefused
from orchestration.history.layout import INDEX_NAME
from orchestration.snapshots.disk import replace_durably
from orchestration.snapshots.manifest import Manifest, encode_sealed, is_sealed

Role = Literal["changes", "models", "newest_keys", "newest_records"]


class HistorySnapshot(msgspec.Struct, frozen=True):
    """One snapshot that the history gives back. ``usual_read_at`` is what most of its records have there."""

    snapshot_date: date
    revision: int
    rows: int
    content_sha256: str
    usual_read_at: datetime | None

    @property
    def place(self) -> tuple[date, int]:
        """Its place in the order of the history."""
        return self.snapshot_date, self.revision


class HistoryFile(msgspec.Struct, frozen=True):
    """One file; ``month`` is that of its snapshots, ``name`` its path in the folder of the history."""

    role: Role
    month: str
    name: str
    sha256: str
    bytes: int
    rows: int


class HistoryIndex(msgspec.Struct, frozen=True):
    """What the history of a table is.

    Attributes:
        snapshots: in their order.
        files: files of one role and month follow each other in time.
        models: how many keys are given.
        manifest_sha256: its seal.
    """

    source: str
    table: str
    snapshots: tuple[HistorySnapshot, ...] = ()
    files: tuple[HistoryFile, ...] = ()
    models: int = 0
    manifest_sha256: str = ""

    def place_of(self, snapshot_date: date, revision: int) -> int:
        """Where a snapshot is among ``snapshots``, or would be."""
        return bisect_left(self.snapshots, (snapshot_date, revision), key=lambda each: each.place)

    def find(self, snapshot_date: date, revision: int) -> HistorySnapshot | None:
        """A snapshot, if the history has it."""
        place = self.place_of(snapshot_date, revision)
        found = self.snapshots[place] if place < len(self.snapshots) else None
        return found if found is not None and found.place == (snapshot_date, revision) else None

    def holds(self, manifest: Manifest) -> bool:
        """Whether the history gives back what a manifest says."""
        found = self.find(manifest.snapshot_date, manifest.revision)
        return found is not None and found.content_sha256 == manifest.content_sha256

    def of(self, role: Role) -> list[HistoryFile]:
        """Files of one role, in order of time."""
        return sorted((file for file in self.files if file.role == role), key=lambda file: file.month)


def read_index(folder: Path) -> HistoryIndex | None:
    """The index of the history in a folder; None when there is no history.

    Raises:
        DataRefused: it is damaged.
    """
    path = folder / INDEX_NAME
    try:
        data = path.read_bytes()
        index = msgspec.json.decode(data, type=HistoryIndex)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path} cannot be read as the index of a history ({error}); restore it.") from None
    if not is_sealed(data):
        raise DataRefused(f"{path} was changed by hand (its seal does not fit); restore it.")
    return index


def write_index(folder: Path, index: HistoryIndex) -> None:
    """Replaces the index in one step: from then on the history is what it says."""
    replace_durably(folder / INDEX_NAME, encode_sealed(msgspec.structs.replace(index, manifest_sha256="")))
