"""``provenance.json``: every raw snapshot behind a release, the code, its settings and the engines."""

import json
import platform
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from orchestration.errors import DataRefused
from orchestration.release.layout import PROVENANCE
from orchestration.release.tombstones import Tombstone
from orchestration.snapshots.store import code_version
from orchestration.warehouse import duckdb
from orchestration.warehouse.dbt import project_sha256
from orchestration.warehouse.publish import BuildRecord

#: What turns raw into a release.
ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "pyarrow", "polars")


class Snapshot(msgspec.Struct, frozen=True):
    """One revision of a raw snapshot. ``content_sha256`` is its records, ``records_sha256`` their file."""

    source: str
    table_name: str
    snapshot_date: date
    revision: int
    is_newest_revision: bool
    fetched_at: datetime
    rows: int
    location: str
    source_revision: str | None
    licence: str
    citation: str
    code_version: str
    synthetic: bool
    content_sha256: str
    records_sha256: str


class LeftOut(msgspec.Struct, frozen=True):
    """An id that was left out for legal reasons, by its sha256."""

    id_sha256: str
    reason: str
    decided_on: date


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a release was made from. ``attempts_until``: failed attempts up to then were known (UTC)."""

    build: BuildRecord
    code_version: str
    project_sha256: str
    dbt_vars: dict[str, Any]
    engines: dict[str, str]
    python: str
    attempts_until: datetime | None
    tombstones: tuple[LeftOut, ...]
    snapshots: tuple[Snapshot, ...]


def engines() -> dict[str, str]:
    """Versions of the engines here."""
    return {name: version(name) for name in ENGINES}


def snapshots_of(connection: duckdb.Connection, database: str) -> tuple[Snapshot, ...]:
    """Every snapshot that a published copy was made from, in order."""
    names = Snapshot.__struct_fields__
    rows = connection.execute(
        f"""
        SELECT {", ".join(names)} FROM {duckdb.identifier(database)}.ops.snapshots
        ORDER BY source, table_name, snapshot_date, revision
        """  # noqa: S608 - names of our own
    ).fetchall()
    return tuple(Snapshot(*row) for row in rows)


def provenance(
    build: BuildRecord,
    snapshots: Sequence[Snapshot],
    tombstones: Sequence[Tombstone],
    *,
    dbt_vars: Mapping[str, Any],
    attempts_until: datetime | None,
) -> Provenance:
    """The provenance of a release that this program makes now."""
    return Provenance(
        build=build,
        code_version=code_version(),
        project_sha256=project_sha256(),
        dbt_vars=dict(dbt_vars),
        engines=engines(),
        python=platform.python_version(),
        attempts_until=attempts_until,
        tombstones=tuple(LeftOut(each.id_sha256, each.reason, each.decided_on) for each in tombstones),
        snapshots=tuple(snapshots),
    )


def encode_provenance(record: Provenance) -> bytes:
    """JSON with one line per snapshot."""
    fields = json.loads(msgspec.json.encode(record, order="deterministic"))
    snapshots = fields.pop("snapshots")
    head = json.dumps(fields, indent=2, ensure_ascii=False)
    lines = ",\n".join("    " + json.dumps(each, ensure_ascii=False) for each in snapshots)
    return f'{head[:-2]},\n  "snapshots": [\n{lines}\n  ]\n}}\n'.encode()


def read_provenance(folder: Path) -> Provenance:
    """Reads the provenance of a release.

    Raises:
        DataRefused: it cannot be read.
    """
    path = folder / PROVENANCE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Provenance)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path} cannot be read ({error}); fetch the release again.") from None
