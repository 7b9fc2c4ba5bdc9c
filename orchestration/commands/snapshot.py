"""``warehouse snapshot``: the whole snapshot of a past day, from raw or rebuilt from the history, and proven."""

import sys
from datetime import date as Date  # noqa: N812 - the option is called date
from datetime import datetime
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.errors import ConfigurationError, DataRefused
from orchestration.history.proof import proven_records, require_content
from orchestration.snapshots.content import canonical
from orchestration.snapshots.disk import read_parquet, sync, writing
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.warehouse.results import Format, Result, printable, write_result

EXAMPLES = (
    "warehouse snapshot hf_hub 2026-03-01 --table full                             what it is",
    "warehouse snapshot hf_hub 2026-03-01 --table full --output hub.parquet",
    "warehouse snapshot hf_hub 2026-03-01 --table tracked --format csv > tracked.csv",
)


def snapshot(
    source: Annotated[str, typer.Argument(metavar="SOURCE")],
    date: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="YYYY-MM-DD.")],
    table: Annotated[str | None, typer.Option(metavar="TABLE", help="Needed where the source has several.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the records there as Parquet.")] = None,
    form: Annotated[Format | None, typer.Option("--format", help="Print the records.")] = None,
) -> None:
    """Gives back the snapshot of a past day as it landed.

    It is read from raw or, where it was compacted, rebuilt from the history; either way the records must have the hash
    that was kept at landing. Without --output and --format it is only described.
    """
    reader = SnapshotReader(load_settings().raw)
    manifest = _manifest(reader, source, date.date(), table)
    records = _records(reader, manifest)
    if output is not None:
        with writing(output.parent, f"{output.name} was not written"):
            staged = output.with_name(f".{output.name}.unfinished")
            pq.write_table(records, staged, compression="zstd")
            sync(staged)
            staged.replace(output)
    if form is not None:
        rows = (tuple(row.values()) for batch in records.to_batches(10_000) for row in batch.to_pylist())
        write_result(Result(tuple(records.column_names), rows), form, sys.stdout)
    else:
        _describe(reader, manifest)


def _manifest(reader: SnapshotReader, source: str, day: Date, table: str | None) -> Manifest:
    there = {name: found for name in reader.tables(source) if (found := reader.current(source, name, day))}
    wanted = [found for name, found in there.items() if table in {None, name}]
    if not wanted:
        raise ConfigurationError(
            f"No snapshot of {source}{f'/{table}' if table else ''} of {day} has landed in {reader.root}; "
            "`warehouse status` shows what has."
        )
    if len(wanted) > 1:
        raise ConfigurationError(f"{source} has several tables of {day}: {', '.join(there)}; choose one with --table.")
    return wanted[0]


def _records(reader: SnapshotReader, manifest: Manifest) -> pa.Table:
    path = reader.records_path(manifest)
    if path is None:
        return proven_records(reader.root, manifest)
    try:
        records = canonical(read_parquet(path), manifest.kind)
    except (OSError, pa.ArrowException, KeyError) as error:
        raise DataRefused(f"{path} cannot be read ({error}); restore it.") from None
    require_content(reader.root, manifest, records)
    return records


def _describe(reader: SnapshotReader, manifest: Manifest) -> None:
    origin = "rebuilt from the history" if reader.records_path(manifest) is None else "as it lies in raw"
    facts = {
        "Snapshot": f"{manifest.source}/{manifest.table} of {manifest.snapshot_date}, revision {manifest.revision}",
        "Records": f"{manifest.rows:,} {manifest.kind.value}, {manifest.rejected_rows:,} rejected",
        "Read": f"{origin}; the content is what landed",
        "Content": f"sha256 {manifest.content_sha256}",
        "Fetched": f"{manifest.fetched_at:%Y-%m-%d %H:%M} UTC from {manifest.location}",
        "Licence": manifest.licence + ("; SYNTHETIC" if manifest.synthetic else ""),
    }
    for name, fact in facts.items():
        say(printable(f"{name:<10} {fact}"))
