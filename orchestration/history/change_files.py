"""How the files of a history are written.

Change rows lie by model and time, so that neighbours differ little, and each column has the encoding that was measured
to be the smallest which DuckDB 1.5 reads: keys as differences, ids by what they share with the one before, all others
by dictionary, over zstd. DuckDB's own writer has no such choice.
"""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.history.columns import CHANGES_SCHEMA, KEYS_SCHEMA, MODELS_SCHEMA
from orchestration.history.difference import Integers
from orchestration.history.index import HistoryFile, Role
from orchestration.snapshots.disk import file_sha256, sync

#: Large enough for the dictionaries to pay, small enough for a reader that looks for one model.
_ROWS_PER_GROUP = 1 << 20
_ZSTD_LEVEL = 6
_ENCODINGS = {"model_key": "DELTA_BINARY_PACKED", "model_id": "DELTA_BYTE_ARRAY"}
_SCHEMAS = {"changes": CHANGES_SCHEMA, "models": MODELS_SCHEMA, "newest_keys": KEYS_SCHEMA}
_FOLDERS = {"changes": "changes", "models": "models", "newest_keys": "newest", "newest_records": "newest"}
#: A day has at most 4,095 revisions.
_REVISION_BITS = 12


def write_rows(folder: Path, role: Role, month: str, rows: pa.Table) -> HistoryFile:
    """Writes rows of one role, durably; the file is named by its content.

    Args:
        folder: of the history.
        role: what the rows are.
        month: ``YYYY-MM`` of their snapshots.
        rows: in the order in which they are to lie.
    """
    staged = folder / _FOLDERS[role] / ".staged"
    staged.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        rows.cast(_SCHEMAS[role]),
        staged,
        compression="zstd",
        compression_level=_ZSTD_LEVEL,
        row_group_size=_ROWS_PER_GROUP,
        use_dictionary=list(_leaves(role)),
        column_encoding=_ENCODINGS,
    )
    sync(staged)
    sha256, size = file_sha256(staged)
    name = file_name(role, month, sha256)
    staged.replace(folder / name)
    sync(staged.parent)
    return HistoryFile(role, month, name, sha256, size, rows.num_rows)


def file_name(role: Role, month: str, sha256: str) -> str:
    """Path of a file in the folder of its history."""
    return f"{_FOLDERS[role]}/{month}-{sha256[:16]}.parquet"


def merged_changes(tables: list[pa.Table]) -> pa.Table:
    """Change rows of several files as one, by model and time."""
    rows = pa.concat_tables(tables)
    # Keys fill the upper bits, so one sort of whole numbers does; the parts are runs, which this sort only merges.
    order = (rows["model_key"].to_numpy().astype(np.int64) << 32) + times(rows)
    return rows.take(np.argsort(order, kind="stable"))


def times(rows: pa.Table) -> Integers:
    """The snapshot of each change row as one number, in the order of snapshots."""
    days = rows["snapshot_date"].cast(pa.int32()).to_numpy()
    found: Integers = (days.astype(np.int64) << _REVISION_BITS) + rows["revision"].to_numpy()
    return found


def time_of(snapshot_date: date, revision: int) -> int:
    """The same number of one snapshot."""
    return ((snapshot_date - date(1970, 1, 1)).days << _REVISION_BITS) + revision


@cache
def _leaves(role: Role) -> tuple[str, ...]:
    """Parquet's names of the columns of a role that lie by dictionary."""
    sink = pa.BufferOutputStream()
    pq.write_table(_SCHEMAS[role].empty_table(), sink)
    columns = pq.ParquetFile(sink.getvalue()).schema
    return tuple(column.path for column in columns if column.path not in _ENCODINGS)
