"""What the Dagster UI shows of a raw snapshot: sizes, checksums, origin and a few of its records."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader

_SAMPLE_ROWS = 5
_SAMPLE_CELL = 60
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def snapshot_metadata(store: SnapshotReader, manifest: Manifest) -> dict[str, Any]:
    """Metadata of a materialization that landed a snapshot, or found it unchanged."""
    records = store.root / manifest.folder / manifest.records_file
    return {
        "dagster/row_count": manifest.rows,
        "dagster/uri": records.as_uri(),
        "snapshot_date": manifest.snapshot_date.isoformat(),
        "revision": manifest.revision,
        "rejected_records": manifest.rejected_rows,
        "bytes": manifest.bytes,
        "received_bytes": sum(entry.bytes for entry in manifest.received),
        "sha256": next(entry.sha256 for entry in manifest.files if entry.name == manifest.records_file),
        "source_revision": manifest.source_revision or "",
        "location": manifest.location,
        "licence": manifest.licence,
        "citation": manifest.citation,
        "fetched_at": dg.MetadataValue.timestamp(manifest.fetched_at.timestamp()),
        "synthetic": manifest.synthetic,
        "sample": dg.MetadataValue.md(markdown_table(_sample(store, manifest))),
    }


def archive_metadata(store: SnapshotReader, source: str) -> dict[str, Any]:
    """Metadata of a materialization of a whole archive: what the store holds of each of its tables."""
    newest = {table: store.newest(source, table) for table in store.tables(source)}
    tables = [
        {
            "table": table,
            "kind": manifest.kind.value,
            "days": len(store.snapshot_dates(source, table)),
            "newest": manifest.snapshot_date,
            "rows": manifest.rows,
            "source revision": manifest.source_revision,
            "licence": manifest.licence,
        }
        for table, manifest in newest.items()
        if manifest
    ]
    return {
        "dagster/uri": (store.root / source).as_uri(),
        "tables": dg.MetadataValue.md(markdown_table(tables)),
        "synthetic": any(manifest.synthetic for manifest in newest.values() if manifest),
    }


def column_schema(manifest_columns: Sequence[tuple[str, str]]) -> dg.TableSchema:
    """Columns of a record kind for the asset's page."""
    return dg.TableSchema(columns=[dg.TableColumn(name, type=kind) for name, kind in manifest_columns])


def markdown_table(rows: Sequence[Mapping[str, object]], longest: int = _SAMPLE_CELL) -> str:
    """Records as a Markdown table in which no cell can be markup: the text comes from outside.

    Args:
        rows: the records, all with the same columns.
        longest: characters of a cell that are shown.
    """
    if not rows:
        return ""
    lines = [" | ".join(map(markdown_text, rows[0])), " | ".join("---" for _ in rows[0])]
    lines += [" | ".join(markdown_text("" if cell is None else cell, longest) for cell in row.values()) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def markdown_text(value: object, longest: int = _SAMPLE_CELL) -> str:
    """A value as literal Markdown text, cut to a cell: every mark that Markdown or HTML could act on is escaped."""
    text = str(value)
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    printable = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)
    return _PUNCTUATION.sub(r"\\\1", printable)


def _sample(store: SnapshotReader, manifest: Manifest) -> list[dict[str, object]]:
    """The first records, without the columns that are empty in all of them."""
    path = store.records_path(manifest)
    if path is None:  # found unchanged long after it was compacted
        return []
    with pq.ParquetFile(path) as file:  # a full listing has millions of records; only the first are read
        records = next(file.iter_batches(_SAMPLE_ROWS))
    filled = [name for name in records.schema.names if records.column(name).null_count < records.num_rows]
    return list(records.select(filled).to_pylist())
