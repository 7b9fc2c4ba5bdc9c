"""The difference of two snapshots.

Why it is fast: both snapshots are ordered by model id, so both are cut at the same ids into stretches that stay in the
processor's cache, and within each a small hash join gives two masks under which all columns lie side by side. They are
then compared array by array, one column in memory at a time; only rows that differ are ever built.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.history.columns import ATTRIBUTES, CHANGES_SCHEMA, COUNTERS, SNAPSHOT_COLUMN, change, known

#: Rows that are compared at a time.
_STRETCH = 1 << 17

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[Any]


@dataclass(frozen=True)
class KeyedRecords:
    """The records of a snapshot in canonical order, with the key of each model.

    Attributes:
        column: gives a column by name; it may read it from a file each time.
        keys: surrogate keys, in the order of the records.
        usual: what most records have in the column that is kept per snapshot.
    """

    column: Callable[[str], pa.ChunkedArray]
    keys: Integers
    usual: datetime | None


@dataclass(frozen=True)
class Matched:
    """Which records of two snapshots are of the same model: under the two masks they lie side by side.

    Attributes:
        before: mask over the earlier snapshot.
        after: mask over the later one.
        stretches: rows of both that lie between the same ids; they follow each other.
    """

    before: Mask
    after: Mask
    stretches: Sequence[tuple[slice, slice]]


def match_ids(before: pa.ChunkedArray, after: pa.ChunkedArray) -> Matched:
    """Matches the ids of two snapshots, both in canonical order."""
    in_before, in_after = np.zeros(len(before), dtype=bool), np.zeros(len(after), dtype=bool)
    starts = range(0, len(after), _STRETCH)
    cuts = [bisect_left(before, after[start].as_py(), key=lambda each: each.as_py()) for start in starts[1:]]
    stretches = []
    for (rows_before, end_before), rows in zip(pairwise([0, *cuts, len(before)]), starts, strict=True):
        ids = after.slice(rows, _STRETCH)
        candidates = before.slice(rows_before, end_before - rows_before).combine_chunks()
        positions = pc.index_in(ids, value_set=candidates)
        in_after[rows : rows + len(ids)] = mask(positions.is_valid())
        in_before[rows_before + positions.drop_null().to_numpy()] = True
        stretches.append((slice(rows_before, end_before), slice(rows, rows + len(ids))))
    return Matched(in_before, in_after, stretches)


def usual_value(column: pa.ChunkedArray) -> datetime | None:
    """The most frequent value, the earliest of several; None where there is none at all."""
    counts = column.drop_null().value_counts()
    if len(counts) == 0:
        return None
    table = pa.table({"value": counts.field("values"), "count": counts.field("counts")})
    first = table.sort_by([("count", "descending"), ("value", "ascending")]).slice(0, 1)
    value: datetime = first["value"][0].as_py()
    return value


def change_rows(
    before: KeyedRecords | None, after: KeyedRecords, matched: Matched, snapshot_date: date, revision: int
) -> pa.Table:
    """The rows that lead from one snapshot to the next, ordered by key.

    Args:
        before: the snapshot before; None when there is none.
        after: the snapshot that the rows are of.
        matched: their common models.
        snapshot_date: of ``after``.
        revision: of ``after``.
    """
    is_changed = ~matched.after
    gone = np.flatnonzero(~matched.before)
    counters, taken_back = {}, {}
    for name in COUNTERS:
        values, is_known = _filled(after.column(name))
        differences = values.copy()
        if before is not None:
            values_before, was_known = _filled(before.column(name))
            differences[matched.after] -= values_before[matched.before]
            is_changed[matched.after] |= is_known[matched.after] != was_known[matched.before]
            taken_back[name] = -values_before[gone]
        is_changed |= differences != 0
        counters[name] = differences, is_known
    attributes = {}
    for name in ATTRIBUTES:
        is_different, given = _attribute_change(name, before, after, matched)
        is_changed |= is_different
        attributes[name] = is_different, given
    rows = np.flatnonzero(is_changed)
    columns: dict[str, pa.Array] = {"model_key": pa.array(after.keys[rows], pa.int32())}
    for name, (differences, is_known) in counters.items():
        columns[known(name)] = pa.array(is_known[rows])
        columns[change(name)] = pa.array(differences[rows])
    for name, (is_different, given) in attributes.items():
        columns[name] = _spread(given, is_different[rows])
    found = _table(columns, len(rows), is_listed=True, snapshot_date=snapshot_date, revision=revision)
    if before is not None:
        columns = {"model_key": pa.array(before.keys[gone], pa.int32())}
        for name in COUNTERS:
            columns[known(name)] = pa.array(np.zeros(len(gone), dtype=bool))
            columns[change(name)] = pa.array(taken_back[name])
        for name in ATTRIBUTES:
            columns[name] = pa.nulls(len(gone), CHANGES_SCHEMA.field(name).type)
        no_longer = _table(columns, len(gone), is_listed=False, snapshot_date=snapshot_date, revision=revision)
        found = pa.concat_tables([found, no_longer])
    return found.take(np.argsort(found["model_key"].to_numpy(), kind="stable"))


def differs(one: pa.Array, other: pa.Array) -> Mask:
    """Where two arrays of one type differ, row by row; null is a value like any other."""
    if pa.types.is_struct(one.type):
        different = mask(pc.xor(one.is_valid(), other.is_valid()))
        for number in range(one.type.num_fields):
            different |= differs(pc.struct_field(one, number), pc.struct_field(other, number))
        return different
    if pa.types.is_list(one.type):
        different = differs(pc.list_value_length(one), pc.list_value_length(other))
        same = pa.array(~different)
        lists, other_lists = (one, other) if not different.any() else (one.filter(same), other.filter(same))
        lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
        owners = np.repeat(np.flatnonzero(~different), lengths)
        different[owners[differs(lists.flatten(), other_lists.flatten())]] = True
        return different
    return mask(pc.coalesce(pc.not_equal(one, other), pc.xor(one.is_valid(), other.is_valid())))


def mask(array: pa.Array | pa.ChunkedArray) -> Mask:
    """A mask for numpy of an array without nulls."""
    found: Mask = np.array(array.to_numpy(zero_copy_only=False) if isinstance(array, pa.Array) else array)
    return found


def _filled(column: pa.ChunkedArray) -> tuple[Integers, Mask]:
    """The values of a counter, 0 where it is unknown, and whether it is known."""
    return pc.fill_null(column, 0).to_numpy(), mask(column.is_valid())


def _attribute_change(
    name: str, before: KeyedRecords | None, after: KeyedRecords, matched: Matched
) -> tuple[Mask, pa.StructArray]:
    """Where an attribute differs, and what it is there."""
    is_different = ~matched.after
    column = after.column(name)
    usual = [_is_usual(column, after.usual)] if name == SNAPSHOT_COLUMN else []
    if before is not None:
        column_before = before.column(name)
        found = _differs_where_matched(column_before, column, matched)
        for is_usual in usual:
            now, then = is_usual[matched.after], _is_usual(column_before, before.usual)[matched.before]
            found = (now != then) | (~now & ~then & found)
        is_different[matched.after] = found
    rows = np.flatnonzero(is_different)
    form = CHANGES_SCHEMA.field(name).type
    # A usual value is not repeated: a null position takes a null.
    left_out = usual[0][rows] if usual else np.zeros(len(rows), dtype=bool)
    value = column.take(pa.array(rows, mask=left_out)).combine_chunks()
    given = [value, *(pa.array(is_usual[rows]) for is_usual in usual)]
    return is_different, pa.StructArray.from_arrays(given, fields=list(form))


def _spread(given: pa.StructArray, is_given: Mask) -> pa.Array:
    """What is given, at the rows where it is, and nulls between."""
    if len(given) == 0:
        return pa.nulls(len(is_given), given.type)
    return given.take(pa.array(np.cumsum(is_given) - 1, mask=~is_given))


def _differs_where_matched(before: pa.ChunkedArray, after: pa.ChunkedArray, matched: Matched) -> Mask:
    if before.null_count == len(before) and after.null_count == len(after):
        return np.zeros(np.count_nonzero(matched.after), dtype=bool)
    return np.concatenate(
        [
            differs(_under(before, matched.before, rows_before), _under(after, matched.after, rows))
            for rows_before, rows in matched.stretches
        ]
    )


def _is_usual(column: pa.ChunkedArray, usual: datetime | None) -> Mask:
    if usual is None:
        return mask(column.is_null())
    return mask(pc.fill_null(pc.equal(column, pa.scalar(usual, column.type)), False))


def _under(column: pa.ChunkedArray, chosen: Mask, rows: slice) -> pa.Array:
    """The chosen of some rows."""
    return column.slice(rows.start, rows.stop - rows.start).filter(pa.array(chosen[rows])).combine_chunks()


def _table(columns: dict[str, pa.Array], rows: int, *, is_listed: bool, snapshot_date: date, revision: int) -> pa.Table:
    columns["snapshot_date"] = pa.repeat(pa.scalar(snapshot_date, pa.date32()), rows)
    columns["revision"] = pa.repeat(pa.scalar(revision, pa.int32()), rows)
    columns["is_listed"] = pa.repeat(pa.scalar(is_listed), rows)
    return pa.table([columns[name] for name in CHANGES_SCHEMA.names], schema=CHANGES_SCHEMA)
