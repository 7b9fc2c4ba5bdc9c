"""The declared mapping: which field of a file is which column of ours, and how its values are read.

A column of ours is declared as a field's name or dotted path (``"safetensors.total"``), as a template
(``"{organization}/{model_name}"``), or as a table with more settings. The rules that make a date or a count of a text
are the same for every file; a value that does not fit is the record's defect, never a guess.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, model_validator

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RECORD_TYPES, RecordKind
from orchestration.sources.fields import BASE_MODELS_DTYPE, Field

_PLACE = re.compile(r"\{([^{}]+)\}")
_TIMESTAMP = pl.Datetime("us")


class Column(BaseModel):
    """Where one column of ours comes from; exactly one of ``column``, ``template`` and ``constant``.

    Attributes:
        column: name of the field, or a dotted path into nested values.
        template: text with ``{field}`` places; null if one of them is null.
        constant: the same value for every record.
        scale: what a number is multiplied by, e.g. 1e9 for billions; the result is rounded to a whole number.
        null_values: texts that stand for "not known", e.g. ``"0"`` where a source writes 0 for what it did not read.
        values: what some values are replaced by.
        separator: what parts a text that holds a list.
        optional: whether files may lack the field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str | None = None
    template: str | None = None
    constant: str | None = None
    scale: float | None = None
    null_values: tuple[str, ...] = ()
    values: dict[str, str] = {}
    separator: str | None = None
    optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"template": value} if _PLACE.search(value) else {"column": value}
        return value

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Column":
        if sum(origin is not None for origin in (self.column, self.template, self.constant)) != 1:
            raise ValueError("needs exactly one of column, template and constant")
        if self.template is not None and not _PLACE.search(self.template):
            raise ValueError("template has no {field} in it")
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields that it reads."""
        if self.template is not None:
            return tuple(_PLACE.findall(self.template))
        return () if self.column is None else (self.column,)


Columns = Mapping[str, Column]


def check_columns(kind: RecordKind, columns: Columns) -> None:
    """Checks a mapping against the columns of a kind.

    Raises:
        ValueError: a column is unknown or missing, or has a setting that does not concern it.
    """
    record_type = RECORD_TYPES[kind]
    names = record_type.schema.names
    for name, column in columns.items():
        if name not in names:
            raise ValueError(f"{kind.value} have no column {name}; their columns are {', '.join(names)}")
        dtype = record_type.schema.field(name).type
        if column.scale is not None and not pa.types.is_integer(dtype):
            raise ValueError(f"{name} is not a number, so it has no scale")
        if column.separator is not None and not pa.types.is_list(dtype):
            raise ValueError(f"{name} is not a list, so it has no separator")
    missing = [name for name in record_type.key if name not in columns]
    if missing:
        raise ValueError(f"{kind.value} need a column {missing[0]}")


def wanted_fields(kind: RecordKind, columns: Columns, others: Iterable[str] = ()) -> tuple[Field, ...]:
    """The fields that a mapping reads.

    Args:
        kind: kind of the records.
        columns: the mapping.
        others: further fields that are needed as text.
    """
    schema = RECORD_TYPES[kind].schema
    fields = {path: Field(path, pl.String()) for path in others}
    for name, column in columns.items():
        dtype: pl.DataType = pl.String()
        if pa.types.is_list(schema.field(name).type) and column.separator is None:
            dtype = BASE_MODELS_DTYPE if name == "base_models" else pl.List(pl.String)
        for path in column.paths:
            known = fields.get(path)
            optional = column.optional and (known is None or known.optional)
            fields[path] = Field(path, dtype if known is None or known.dtype == pl.String else known.dtype, optional)
    return tuple(fields.values())


def typed_records(frame: pl.DataFrame, kind: RecordKind, columns: Columns) -> pl.DataFrame:
    """Makes typed records of received ones.

    Args:
        frame: ``record_number``, the received fields under their paths, ``defect``.
        kind: kind of the records.
        columns: the mapping.

    Returns:
        ``record_number``, the mapped columns in the kind's types, and ``defect``: why a value could not be read, as
        one sentence part, or null.

    Raises:
        DataRefused: a field holds something else than the mapping says, e.g. a struct where a count is wanted.
    """
    schema = RECORD_TYPES[kind].schema
    typed, defects = {}, [pl.col("defect")]
    for name, column in columns.items():
        if column.column is not None and column.column not in frame.columns:
            continue  # optional, and the file lacks it
        origin, dtype = _origin(frame, column)
        if name == "base_models":
            typed[name] = pl.lit(_base_models(frame, origin, dtype, column.separator))
            continue
        value, misfit = _typed(name, origin, dtype, schema.field(name).type, column)
        typed[name] = value
        if misfit is not None:
            broken = value.is_null() & origin.is_not_null()
            defects.append(pl.when(broken).then(pl.lit(f"{name} is not {misfit}")))
    return frame.select("record_number", defect=pl.coalesce(defects), **typed)


def _origin(frame: pl.DataFrame, column: Column) -> tuple[pl.Expr, pl.DataType]:
    """What a column is made from, with its type; blank texts and declared nulls are null."""
    if column.constant is not None:
        return pl.lit(column.constant), pl.String()
    if column.column is not None:
        origin, dtype = pl.col(column.column), frame.schema[column.column]
    else:
        pieces = enumerate(_PLACE.split(column.template or ""))  # text, field, text, field, …
        parts = [pl.col(piece).cast(pl.String) if number % 2 else pl.lit(piece) for number, piece in pieces]
        origin, dtype = pl.concat_str(parts), pl.String()
    if isinstance(dtype, pl.List | pl.Struct):
        return origin, dtype
    if column.values:
        origin, dtype = origin.cast(pl.String).replace(column.values), pl.String()
    unknown = []
    if column.null_values:  # to make text of every number only where there is something to compare
        nulls = pl.Series(column.null_values, dtype=pl.String)
        unknown.append(origin.cast(pl.String).is_in(nulls.implode()))
    if dtype == pl.String:
        unknown.append(origin.str.strip_chars() == "")
    return (pl.when(~pl.any_horizontal(unknown)).then(origin) if unknown else origin), dtype


def _typed(
    name: str, origin: pl.Expr, dtype: pl.DataType, target: pa.DataType, column: Column
) -> tuple[pl.Expr, str | None]:
    """The value in the target type, and what a value is not when it comes out null."""
    if pa.types.is_list(target):
        return _list(name, origin, dtype, column.separator), None
    if isinstance(dtype, pl.List | pl.Struct):
        raise DataRefused(f"the field for {name} holds lists or structures, not single values; map a part of it.")
    if pa.types.is_integer(target):
        return _whole_number(origin, dtype, column.scale), "a whole number"
    if pa.types.is_boolean(target):
        return _truth(origin, dtype), "true or false"
    if pa.types.is_timestamp(target):
        return timestamp(origin, dtype), "a timestamp"
    if pa.types.is_date(target):
        return timestamp(origin, dtype).cast(pl.Date), "a date"
    text = origin.cast(pl.String)
    # The Hub says false, "auto" or "manual"; tables write the first as a word of their own.
    return text.str.to_lowercase() if name == "gated" else text, None


def timestamp(origin: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """UTC without a zone, from a typed date or ISO 8601 text: date alone, ``T`` or space, ``Z``, offset or none."""
    if isinstance(dtype, pl.Datetime):
        return (origin.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if dtype.time_zone else origin).cast(
            _TIMESTAMP
        )
    if dtype == pl.Date:
        return origin.cast(_TIMESTAMP)
    text = origin.cast(pl.String).str.strip_chars().str.replace(" ", "T", literal=True).str.replace("[zZ]$", "+00:00")
    text = pl.when(text.str.len_chars() == 10).then(text + "T00:00:00").otherwise(text)
    text = pl.when(text.str.contains(r"[+-]\d\d:?\d\d$")).then(text).otherwise(text + "+00:00")
    read = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", strict=False)
    return read.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _whole_number(origin: pl.Expr, dtype: pl.DataType, scale: float | None) -> pl.Expr:
    if dtype.is_integer() and scale is None:
        return origin.cast(pl.Int64, strict=False)
    if not dtype.is_numeric() and dtype != pl.String:  # polars would make numbers of dates and truth values
        return pl.lit(None, dtype=pl.Int64)
    number = origin.str.strip_chars() if dtype == pl.String else origin
    decimal = number.cast(pl.Float64, strict=False)
    if scale is not None:
        decimal = (decimal * scale).round()
    whole = pl.when(decimal.is_finite() & (decimal == decimal.round())).then(decimal).cast(pl.Int64, strict=False)
    # Text is read as a whole number first: beyond 2^53 a decimal is no longer exact.
    return pl.coalesce(number.cast(pl.Int64, strict=False), whole) if scale is None and dtype == pl.String else whole


def _truth(origin: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return origin
    text = origin.cast(pl.String).str.strip_chars().str.to_lowercase()
    return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)


def _list(name: str, origin: pl.Expr, dtype: pl.DataType, separator: str | None) -> pl.Expr:
    if isinstance(dtype, pl.List) or dtype == pl.Null:
        return origin.cast(pl.List(pl.String))
    if dtype == pl.String and separator is not None:
        return origin.str.split(separator).list.eval(pl.element().filter(pl.element() != ""))
    raise DataRefused(f"the field for {name} does not hold lists; declare its separator or map another one.")


def _base_models(frame: pl.DataFrame, origin: pl.Expr, dtype: pl.DataType, separator: str | None) -> pl.Series:
    """Base models with their relations: one list of (relation, model_id) per record."""
    relation: pl.Expr = pl.lit(None, dtype=pl.String)
    if isinstance(dtype, pl.Struct):
        parts: dict[str, Any] = dict(dtype.to_schema())
        if "models" not in parts:
            raise DataRefused("the field for base_models has no part called models; map another one.")
        relation = origin.struct.field("relation").cast(pl.String) if "relation" in parts else relation
        origin, dtype = origin.struct.field("models"), parts["models"]
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
        if "id" not in dtype.inner.to_schema():
            raise DataRefused("the models in the field for base_models have no part called id; map another field.")
        origin = origin.list.eval(pl.element().struct.field("id"))
    models = _list("base_models", origin, dtype, separator)
    each = frame.select("record_number", relation=relation, model_id=models)
    each = each.explode("model_id", empty_as_null=False, keep_nulls=False)
    lists = each.group_by("record_number", maintain_order=True).agg(base_models=pl.struct("relation", "model_id"))
    return frame.select("record_number").join(lists, on="record_number", how="left", maintain_order="left")[
        "base_models"
    ]
