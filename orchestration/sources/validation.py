"""Which records are accepted: pure rules over a typed frame, the same for every connector.

A record with a wrong identity, count or date is rejected with a reason; of records with the same key one wins. A part
that is wrong without harm to the rest (an endless tag, a base model that is no repository id) is taken out, and that
is written down among the rejected records too. The received bytes keep everything.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind, RecordType

#: Longest text that is kept in a typed record, in characters; the longest real tag has some hundreds.
LONGEST_TEXT = 1_000
#: How much of a rejected record is written beside the reason, in characters.
LONGEST_REJECTED_RECORD = 2_000
#: Largest count that is believed: beyond it, a JSON number is no longer exact.
LARGEST_COUNT = 2**53
#: A provider east of UTC may already write tomorrow's date.
DATE_TOLERANCE = timedelta(days=1)

_REPOSITORY_COLUMNS = frozenset({"model_id", "derivative_model_id", "base_model_id"})
_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,94}[A-Za-z0-9_])?"
_REPOSITORY_ID = rf"^(?:{_NAME}/)?{_NAME}$"


def split_records(kind: RecordKind, frame: pl.DataFrame, snapshot_date: date) -> tuple[pa.Table, pa.Table]:
    """Splits parsed records into accepted and rejected ones.

    Duplicate keys: of readings, the one with the highest ``downloads_total`` wins (null counts as lowest), then the
    highest ``downloads_30d``, then the later one; of all other kinds the later one wins, or none does where the kind
    says so and their values differ.

    Args:
        kind: kind of the records.
        frame: one row per received record: columns of the kind, typed (missing ones are null), ``record_number``
            (1 = first received), ``record`` (the record as text) and optionally ``defect`` (what the parser could
            not read, as one sentence part, or null).
        snapshot_date: the day that the records describe; what is dated after it is wrong.

    Returns:
        The accepted records in the kind's schema, unique by its key, and the rejected ones in ``REJECTED_SCHEMA``;
        both in the order received.
    """
    schema = RECORD_TYPES[kind].schema
    sound, wrong = sound_records(kind, frame, snapshot_date)
    losers = superseded_records(kind, sound)
    if losers.height:
        sound = sound.filter(~pl.col("record_number").is_in(losers["record_number"].implode()))
    rejected = pl.concat([wrong, losers]).sort("record_number", "reason")
    return arrow_of(sound, schema), arrow_of(rejected, REJECTED_SCHEMA)


def sound_records(kind: RecordKind, frame: pl.DataFrame, snapshot_date: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first half of the split: what each record says by itself, so that a file can be judged a part at a time.

    Args:
        kind: kind of the records.
        frame: as for :func:`split_records`.
        snapshot_date: the day that the records describe.

    Returns:
        The sound records, with ``record_number`` and ``record`` beside the columns of the kind, and as rejected ones
        (``record_number``, ``record``, ``reason``) those that are wrong or were repaired.
    """
    record_type = RECORD_TYPES[kind]
    frame = _complete(frame, record_type.schema)
    defects = pl.coalesce(pl.col("defect"), *_defects(record_type.schema, record_type.key, snapshot_date))
    frame = frame.with_columns(defect=defects)
    wrong = frame.filter(pl.col("defect").is_not_null())
    sound, repairs = _repaired(frame.filter(pl.col("defect").is_null()), record_type.schema)
    return sound.drop("defect"), pl.concat([_rejection(part) for part in (wrong, *repairs)])


def superseded_records(kind: RecordKind, sound: pl.DataFrame) -> pl.DataFrame:
    """The second half of the split: of the sound records of a day, those with the same key that do not count.

    Args:
        kind: kind of the records.
        sound: ``record_number``, ``record`` and at least the :func:`deciding_columns` of the kind.

    Returns:
        ``record_number``, ``record`` and ``reason`` of each.
    """
    record_type = RECORD_TYPES[kind]
    repeated = sound.select(pl.struct(record_type.key).is_duplicated()).to_series()
    if not repeated.any():
        return _rejection(sound.clear().with_columns(defect=pl.lit(None, dtype=pl.String)))
    consistent, conflicting = _consistent(record_type, sound.filter(repeated))
    return pl.concat([_rejection(conflicting), _rejection(_losers(kind, consistent, record_type.key))])


def deciding_columns(kind: RecordKind) -> tuple[str, ...]:
    """The columns that decide which of several records with the same key counts."""
    record_type = RECORD_TYPES[kind]
    if record_type.of_conflicting == "none":
        return tuple(record_type.schema.names)
    return (*record_type.key, *_ranking(kind))


def arrow_of(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """The columns of a schema as Arrow, in memory of their own.

    polars lends Arrow its memory where the types are the same, and one lent column keeps the whole frame; strings take
    several times more there than as Arrow.
    """
    table = frame.select(schema.names).to_arrow().cast(schema)
    return table.take(pa.array(np.arange(table.num_rows)))


def is_repository_id(text: pl.Expr) -> pl.Expr:
    """Whether a text is a Hub repository id: ``name`` or ``namespace/name``, the rule of ``validate_repo_id``.

    Letters and digits of ASCII, ``-``, ``_`` and ``.``; no part longer than 96, none begins or ends with ``-`` or
    ``.``; no ``--``, no ``..``, no ``.git`` at the end. So no path, quote, line end or NUL gets through. Null is no id.
    """
    return (
        text.str.contains(_REPOSITORY_ID)
        & ~text.str.contains("..", literal=True)
        & ~text.str.contains("--", literal=True)
        & ~text.str.ends_with(".git")
    ).fill_null(value=False)


def _complete(frame: pl.DataFrame, schema: pa.Schema) -> pl.DataFrame:
    """Adds the columns that a provider does not have, as nulls."""
    types: dict[str, Any] = dict(pl.DataFrame(schema.empty_table()).schema) | {"defect": pl.String}
    return frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in types.items() if name not in frame.columns
    )


def _defects(schema: pa.Schema, key: tuple[str, ...], snapshot_date: date) -> list[pl.Expr]:
    """One expression per rule: the defect as text, or null."""
    rules: list[tuple[pl.Expr, str]] = [(pl.col(name).is_null(), f"{name} is missing") for name in key]
    latest = min(snapshot_date, date.max - DATE_TOLERANCE) + DATE_TOLERANCE
    for field in schema:
        column = pl.col(field.name)
        if field.name in _REPOSITORY_COLUMNS:
            rules.append((~is_repository_id(column), f"{field.name} is not a Hub repository id"))
        elif field.name in key and pa.types.is_string(field.type):
            rules.append((_is_unfit_text(column), f"{field.name} is empty, too long or has control characters"))
        elif pa.types.is_integer(field.type):
            rules.append((column < 0, f"{field.name} is negative"))
            rules.append((column > LARGEST_COUNT, f"{field.name} is too large for a count"))
        elif pa.types.is_temporal(field.type):
            rules.append((column.cast(pl.Date) > latest, f"{field.name} lies after the snapshot of {snapshot_date}"))
    return [pl.when(broken).then(pl.lit(reason)) for broken, reason in rules]


def _is_unfit_text(column: pl.Expr) -> pl.Expr:
    return (column.str.len_chars() == 0) | _is_too_long(column) | column.str.contains(r"\p{Cc}")


def _repaired(frame: pl.DataFrame, schema: pa.Schema) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Takes wrong parts out of otherwise sound records.

    Returns:
        The frame without these parts, and for each kind of repair the records as they were.
    """
    rules = {field.name: rule for field in schema if (rule := _repair(field)) is not None}
    # One look at all columns: hardly any frame needs a repair.
    found = frame.select(rule.is_needed.alias(name) for name, rule in rules.items()).row(0, named=True)
    repairs = []
    for name in (name for name, is_needed in found.items() if is_needed):
        rule = rules[name]
        repairs.append(frame.filter(rule.broken).with_columns(defect=pl.lit(f"{rule.reason}; kept without it")))
        frame = frame.with_columns(pl.when(rule.broken).then(rule.kept).otherwise(pl.col(name)).alias(name))
    return frame, repairs


class _Repair(NamedTuple):
    """What is taken out of a column: whether any record needs it, which ones do, what they keep, and why."""

    is_needed: pl.Expr
    broken: pl.Expr
    kept: pl.Expr
    reason: str


def _repair(field: pa.Field) -> _Repair | None:
    column = pl.col(field.name)
    if pa.types.is_string(field.type):
        broken, nothing = _is_too_long(column), pl.lit(None, dtype=pl.String)
        return _Repair(broken.any(), broken, nothing, f"{field.name} has more than {LONGEST_TEXT:,} characters")
    if field.name == "tags":
        return _list_repair(column, _is_too_long, f"a tag has more than {LONGEST_TEXT:,} characters")
    if field.name == "base_models":
        return _list_repair(column, _is_no_base, "a base model is not a Hub repository id")
    return None


def _list_repair(column: pl.Expr, is_wrong: Callable[[pl.Expr], pl.Expr], reason: str) -> _Repair:
    items, item = column.explode(empty_as_null=False, keep_nulls=False), pl.element()
    broken = column.list.eval(is_wrong(item)).list.any()
    return _Repair(is_wrong(items).any(), broken, column.list.eval(item.filter(~is_wrong(item))), reason)


def _is_too_long(text: pl.Expr) -> pl.Expr:
    return text.str.len_chars() > LONGEST_TEXT


def _is_no_base(base: pl.Expr) -> pl.Expr:
    return ~is_repository_id(base.struct.field("model_id"))


def _consistent(record_type: RecordType, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of repeated records, those whose key has one meaning, and those of keys with several: none of them counts."""
    if record_type.of_conflicting == "last":
        return frame, frame.clear().with_columns(defect=pl.lit(None, dtype=pl.String))
    meanings = pl.struct(record_type.schema.names).n_unique().over(record_type.key)
    marked = frame.with_columns(_meanings=meanings)
    conflicting = marked.filter(pl.col("_meanings") > 1).with_columns(
        defect=pl.format(
            "one of {} different records of the same key, which nothing tells apart; none is kept", "_meanings"
        )
    )
    return marked.filter(pl.col("_meanings") == 1).drop("_meanings"), conflicting.drop("_meanings")


def _ranking(kind: RecordKind) -> tuple[str, ...]:
    return ("downloads_total", "downloads_30d") if kind is RecordKind.READINGS else ()


def _losers(kind: RecordKind, frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Of repeated records, all but one of each key."""
    ranked = frame.sort([*_ranking(kind), "record_number"], descending=True, nulls_last=True)
    winner = pl.col("record_number").first().over(key)
    losers = ranked.with_columns(winner=winner).filter(pl.col("record_number") != pl.col("winner"))
    return losers.with_columns(defect=pl.format("duplicate key; record {} is kept", "winner"))


def _rejection(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("record_number").cast(pl.Int64),
        pl.col("record").cast(pl.String).str.slice(0, LONGEST_REJECTED_RECORD),
        reason=pl.col("defect").cast(pl.String),
    )
