"""``croissant.json``: the release for machine-learning tools (MLCommons Croissant 1.0, JSON-LD)."""

from typing import Any

from orchestration.release.manifest import ReleaseManifest, TableEntry
from orchestration.release.wording import REPORT_CITED, TITLE, description_of, name_of

_TYPES = {
    "BIGINT": "sc:Integer",
    "INTEGER": "sc:Integer",
    "SMALLINT": "sc:Integer",
    "TINYINT": "sc:Integer",
    "HUGEINT": "sc:Integer",
    "UBIGINT": "sc:Integer",
    "DOUBLE": "sc:Float",
    "FLOAT": "sc:Float",
    "BOOLEAN": "sc:Boolean",
    "DATE": "sc:Date",
    "TIMESTAMP": "sc:DateTime",
}

#: The context that the format's specification prescribes, word for word.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(manifest: ReleaseManifest) -> dict[str, Any]:
    """The dataset: a file and a record set for each mart."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name_of(manifest),
        "description": description_of(manifest),
        # The format wants a semantic version, whose numbers have no leading zero.
        "version": f"{manifest.month:%Y}.{manifest.month.month}.{manifest.version.rpartition('.')[2]}",
        "datePublished": f"{manifest.cut_at:%Y-%m-%d}",
        "license": manifest.licence.url or manifest.licence.title,
        "creator": {"@type": "sc:Organization", "name": TITLE},
        "citeAs": f"{TITLE}, release {manifest.version}; measured after {REPORT_CITED}",
        "distribution": [_file(table) for table in manifest.marts],
        "recordSet": [_record_set(table) for table in manifest.marts],
    }


def _file(table: TableEntry) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "description": table.comment,
        "contentUrl": table.path,
        "contentSize": f"{table.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": table.sha256,
    }


def _record_set(table: TableEntry) -> dict[str, Any]:
    fields = []
    for column in table.columns:
        repeated = column.type.endswith("[]")
        kind = column.type.removesuffix("[]").split("(")[0]
        field = {
            "@type": "cr:Field",
            "@id": f"{table.name}/{column.name}",
            "name": column.name,
            "description": column.comment,
            "dataType": "sc:Float" if kind == "DECIMAL" else _TYPES.get(kind, "sc:Text"),
            "source": {"fileObject": {"@id": table.path}, "extract": {"column": column.name}},
        }
        fields.append(field | {"repeated": True} if repeated else field)
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.comment,
        "key": [{"@id": f"{table.name}/{column}"} for column in table.key],
        "field": fields,
    }
