"""Names inside a release's folder; all paths are relative to it and written with ``/``.

data/<table>.parquet      one per mart; data/ops/<table>.parquet for what explains the marts
csv/<report>.csv          the figures of the report
warehouse.duckdb          the same tables in one database
report/  docs/            the report page; the project's documentation as one page
release.json              the manifest: tables, columns, keys, build, licence
SHA256SUMS                the sum of every other file
"""

from pathlib import PurePosixPath

MANIFEST = "release.json"
SUMS = "SHA256SUMS"
DATABASE = "warehouse.duckdb"
GATE = "gate.json"
PROVENANCE = "provenance.json"
DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
CARD = "README.md"
DICTIONARY = "DICTIONARY.md"
LICENCES = "LICENSES.md"
CITATION = "CITATION.cff"
DIFF_JSON = "diff.json"
DIFF_TEXT = "diff.md"
DOCS = "docs/index.html"
REPORT = "report"

#: Tables of ``ops`` that a reader of the marts needs: which snapshots they come from, which choices they stand on.
RELEASED_OPS = ("report_choices", "snapshots")


def parquet_path(schema: str, table: str) -> str:
    """Where a table's Parquet file lies."""
    return f"data/{table}.parquet" if schema == "marts" else f"data/{schema}/{table}.parquet"


def csv_path(table: str) -> str:
    """Where the CSV of a report mart lies."""
    return f"csv/{table}.csv"


def is_inside(path: str) -> bool:
    """Whether a path from a list stays inside the folder that it is relative to."""
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and "\\" not in path and "\0" not in path
