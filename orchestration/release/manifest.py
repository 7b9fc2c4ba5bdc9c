"""The manifest of a release, ``release.json``: what it holds and what it was made from."""

from datetime import date, datetime
from pathlib import Path

import msgspec

from orchestration.errors import DataRefused
from orchestration.release.layout import MANIFEST
from orchestration.release.version import Version
from orchestration.warehouse.publish import BuildRecord

#: Part of a release's inputs: raised when the same build makes another release than before.
FORMAT = 1


class ColumnEntry(msgspec.Struct, frozen=True):
    """One column; the type is DuckDB's name."""

    name: str
    type: str
    required: bool
    comment: str


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its Parquet file is sorted by the key (by all columns where there is none)."""

    schema: str
    name: str
    path: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[ColumnEntry, ...]
    rows: int
    sha256: str
    bytes: int

    @property
    def is_report(self) -> bool:
        """Whether it is a figure of the report, which has a CSV file too."""
        return self.schema == "marts" and self.name.startswith("report_")


class LicenceEntry(msgspec.Struct, frozen=True):
    """What the release may be published under: SPDX id or ``other``, its title, and why."""

    id: str
    title: str
    url: str | None
    why: str


class ReleaseManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is.

    Attributes:
        version: ``YYYY.MM.N``.
        month: first day of the month that it is about.
        inputs_sha256: identifies all that it was made from; the same inputs make no second release.
        known_until: when the newest of its snapshots had been fetched (UTC).
        as_of: for a release of a past month, up to when snapshots were taken; None for one from the current build.
        cut_at: when it was made (UTC).
        gate_sha256: of ``gate.json``.
        previous: the version that its diff is against.
    """

    version: str
    month: date
    synthetic: bool
    notice: str | None
    inputs_sha256: str
    known_until: datetime
    as_of: datetime | None
    cut_at: datetime
    build: BuildRecord
    licence: LicenceEntry
    tables: tuple[TableEntry, ...]
    gate_sha256: str
    previous: str | None
    format: int = FORMAT

    @property
    def marts(self) -> tuple[TableEntry, ...]:
        """The tables of schema ``marts``."""
        return tuple(table for table in self.tables if table.schema == "marts")


def encode_manifest(manifest: ReleaseManifest) -> bytes:
    """Stable, indented JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2) + b"\n"


def read_manifest(folder: Path) -> ReleaseManifest:
    """Reads the manifest of a release.

    Raises:
        DataRefused: it is missing or not a manifest of this format.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=ReleaseManifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path} cannot be read as the manifest of a release ({error}); fetch it again.") from None
    if Version.parse(manifest.version) is None or manifest.format != FORMAT:
        raise DataRefused(
            f"{path} is of version {manifest.version!r} and format {manifest.format}; this program reads format "
            f"{FORMAT} of versions YYYY.MM.N."
        )
    return manifest
