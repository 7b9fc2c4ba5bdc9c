"""``datapackage.json``: the release as a Frictionless Data Package."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.release.layout import csv_path
from orchestration.release.manifest import ColumnEntry, ReleaseManifest, TableEntry
from orchestration.release.wording import description_of, name_of, title_of

_TYPES = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
    "TINYINT": "integer",
    "HUGEINT": "integer",
    "UBIGINT": "integer",
    "DOUBLE": "number",
    "FLOAT": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
}


def datapackage(
    manifest: ReleaseManifest, folder: Path, sums: Mapping[str, str], sources: list[tuple[str, str, str]]
) -> dict[str, Any]:
    """The package: a resource for each Parquet file and for each CSV file.

    Args:
        manifest: of the release.
        folder: of its files.
        sums: sha256 by path.
        sources: source, licence and citation.
    """
    licence = manifest.licence
    entry = {"name": licence.id if licence.id != "other" else "other-open", "title": licence.title}
    if licence.url:
        entry["path"] = licence.url
    resources = []
    for table in manifest.tables:
        # The reference library cannot count the bytes of a Parquet file and would call every one of them wrong.
        parquet = {"format": "parquet", "mediatype": _PARQUET, "sha256": table.sha256}
        resources.append(_resource(table, table.path) | parquet)
        if table.is_report:
            path = csv_path(table.name)
            size = (folder / path).stat().st_size
            text = {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "bytes": size}
            resources.append(_resource(table, path, suffix="_csv") | text | {"hash": f"sha256:{sums[path]}"})
    return {
        "profile": "data-package",
        "name": name_of(manifest),
        "title": title_of(manifest),
        "description": description_of(manifest),
        "version": manifest.version,
        "created": f"{manifest.cut_at:%Y-%m-%dT%H:%M:%SZ}",
        "synthetic": manifest.synthetic,
        "licenses": [entry],
        "sources": [{"title": f"{source}: {citation} ({terms})"} for source, terms, citation in sources],
        "resources": resources,
    }


_PARQUET = "application/vnd.apache.parquet"


def _resource(table: TableEntry, path: str, suffix: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    prefix = "" if table.schema == "marts" else f"{table.schema}_"
    return {
        "name": f"{prefix}{table.name}{suffix}",
        "path": path,
        "description": table.comment,
        "schema": schema,
    }


def _field(column: ColumnEntry) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": "array" if column.type.endswith("[]") else _TYPES.get(column.type.split("(")[0], "any"),
        "description": column.comment,
    }
    if field["type"] == "any" and column.type.startswith("DECIMAL"):
        field["type"] = "number"
    if column.required:
        field["constraints"] = {"required": True}
    return field
