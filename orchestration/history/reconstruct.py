"""A snapshot from the change rows up to it.

Why it is fast: within a file the rows of a model are a run, because files are ordered by key. One pass of
``add.reduceat`` sums the differences of all runs, and the end of a run is the model's last word in that file; what
remains is one addition per model and file, at the place that its key names.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.history.columns import ATTRIBUTES, COUNTERS, RECORDS_SCHEMA, SNAPSHOT_COLUMN, change, known
from orchestration.history.difference import Integers, mask


@dataclass(frozen=True)
class ChangeRows:
    """The rows of one file that count, ordered by key and, within a model, by time.

    Attributes:
        column: gives a column by name; it may read it from a file each time.
        without_values: attributes that have no value in any row, whether a row gives them or not.
    """

    column: Callable[[str], pa.ChunkedArray]
    without_values: Set[str]


def reconstructed(parts: Sequence[ChangeRows], model_ids: pa.Array, usual: datetime | None) -> pa.Table:
    """The records of a snapshot, ordered by key.

    Args:
        parts: all rows up to and with the snapshot, in files that follow each other in time.
        model_ids: the id of each key.
        usual: what the snapshot says of the column that is kept per snapshot.
    """
    size = len(model_ids)
    part_keys = [part.column("model_key").to_numpy() for part in parts]
    ends = [_run_ends(keys) for keys in part_keys]

    def last(name: str) -> Integers:
        values = np.zeros(size, dtype=bool)
        for part, keys, end in zip(parts, part_keys, ends, strict=True):
            values[keys[end]] = mask(part.column(name))[end]
        return values

    is_listed = last("is_listed")
    listed = np.flatnonzero(is_listed)
    columns = {"model_id": model_ids.take(listed)}
    for name in COUNTERS:
        total = np.zeros(size, dtype=np.int64)
        for part, keys, end in zip(parts, part_keys, ends, strict=True):
            if len(keys):
                starts = np.concatenate([[0], end[:-1] + 1])
                total[keys[end]] += np.add.reduceat(part.column(change(name)).to_numpy(), starts)
        columns[name] = pa.array(total[listed], mask=~last(known(name))[listed])
    for name in ATTRIBUTES:
        if all(name in part.without_values for part in parts):
            columns[name] = pa.nulls(len(listed), RECORDS_SCHEMA.field(name).type)
            continue
        structs = _last_given(name, parts, part_keys, size, listed)
        values = pc.struct_field(structs, "value")
        if name == SNAPSHOT_COLUMN:
            is_usual = pc.struct_field(structs, "is_usual")
            values = pc.if_else(is_usual, pa.scalar(usual, values.type), values)
        columns[name] = values
    return pa.table([columns[name] for name in RECORDS_SCHEMA.names], schema=RECORDS_SCHEMA)


def _last_given(
    name: str, parts: Sequence[ChangeRows], part_keys: Sequence[Integers], size: int, listed: Integers
) -> pa.Array:
    """For each listed model the struct that an attribute was last given by: at least its first row has one."""
    given, place, kept = [], np.full(size, -1), 0
    for part, keys in zip(parts, part_keys, strict=True):
        column = part.column(name)
        rows = np.flatnonzero(mask(column.is_valid()))
        rows = rows[_run_ends(keys[rows])]
        place[keys[rows]] = np.arange(kept, kept + len(rows))
        given.append(column.take(rows).combine_chunks())
        kept += len(rows)
    return pa.concat_arrays(given).take(place[listed])


def _run_ends(keys: Integers) -> Integers:
    """Positions of the last row of each model."""
    if len(keys) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([np.flatnonzero(np.diff(keys)), [len(keys) - 1]])
