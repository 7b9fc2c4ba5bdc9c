"""What a connector hands to the raw store: a candidate snapshot, or a failure to make one."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa

from orchestration.snapshots.records import REJECTED_SCHEMA, RecordKind


@dataclass(frozen=True)
class ReceivedFile:
    """Bytes as a provider sent them.

    Attributes:
        path: where they lie now; the store copies them and never changes them.
        location: where they came from (a URL or path without credentials).
        name: file name under which the manifest lists them, e.g. ``page-00001.json.gz``.
    """

    path: Path
    location: str
    name: str


@dataclass(frozen=True)
class Candidate:
    """A snapshot as parsed, before the store judges it.

    Attributes:
        table: table of the source, e.g. ``tracked``.
        snapshot_date: the UTC day that the records describe.
        records: accepted records in the schema of ``kind``, unique by its key.
        rejected: records that were not accepted, in ``REJECTED_SCHEMA``.
        received: the bytes that the records were read from.
        location: where it came from, as a person would name it.
        source_revision: the provider's own version of the data (a commit, a dump's tag), if it has one.
        is_complete: whether a model that is missing here is known not to exist: ``all`` for a listing of everything,
            ``organizations`` for listings of whole organisations, None where absence says nothing.
        minimum_rows_share: a snapshot with fewer rows than this share of the one before it is partial.
        priority: which source wins where several report the same model and day; lower wins.
        licence: licence of this revision of the data, where it differs from the source's.
        citation: how to cite it, where it differs from the source's.
        declared: settings that change what the records mean (column mapping, date rule); part of the identity.
        is_canonical: the records are in canonical form (orchestration/snapshots/content.py): the store need not make a
            second copy to bring them into it.
    """

    table: str
    kind: RecordKind
    snapshot_date: date
    records: pa.Table
    received: tuple[ReceivedFile, ...]
    location: str
    rejected: pa.Table = field(default_factory=REJECTED_SCHEMA.empty_table)
    source_revision: str | None = None
    is_complete: Literal["all", "organizations"] | None = None
    minimum_rows_share: float | None = None
    priority: int = 100
    licence: str | None = None
    citation: str | None = None
    declared: dict[str, object] = field(default_factory=dict)
    is_canonical: bool = False


@dataclass(frozen=True)
class Failure:
    """An attempt that gave no candidate.

    Attributes:
        outcome: ``refused`` when the data was read and is wrong, ``failed`` when it could not be read at all.
        reason: one sentence: which source, date, file or record, and what to do.
        unreachable: the provider or file could not be reached (exit code 3 rather than 1).
        received: bytes that did arrive; they are kept.
    """

    table: str
    outcome: Literal["refused", "failed"]
    reason: str
    snapshot_date: date | None = None
    unreachable: bool = False
    received: tuple[ReceivedFile, ...] = ()
    rejected: pa.Table = field(default_factory=REJECTED_SCHEMA.empty_table)
