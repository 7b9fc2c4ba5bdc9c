"""JSON documents and JSON lines: one record at a time, only the wanted fields, single values as text.

Each record is decoded by itself, so that a wrong one does not take the others with it; what is not wanted is skipped
without being built.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import Any, NamedTuple

import msgspec
import polars as pl

from orchestration.errors import DataRefused
from orchestration.sources.fields import (
    BASE_MODELS_DTYPE,
    Field,
    Received,
    Shape,
    received_whole,
    require_fields,
    unreadable_records,
)

#: Records that are held as Python objects at a time.
_BATCH = 50_000
#: Longest record, in bytes; decoding a longer one would take many times its size in memory.
_LONGEST_RECORD = 64 << 20
_SHOWN = 2_000
_ABSENT = msgspec.UNSET


class _Broken(NamedTuple):
    """A record that could not be decoded."""

    text: str
    reason: str


class _MisfitError(Exception):
    """A value of another shape than its field's."""


def read_json(document: bytes, fields: tuple[Field, ...], shape: Shape, location: str) -> Received:
    """Reads the records of a JSON document.

    Raises:
        DataRefused: the document has another shape, or lacks a field.
        msgspec.DecodeError: it is not JSON.
    """
    inside = _inside(document.removeprefix(b"\xef\xbb\xbf"), shape.records_path, location)
    try:
        if shape.orient == "columns":
            return _read_columns(msgspec.json.decode(inside, type=dict[str, msgspec.Raw]), fields, location)
        return _read_records(msgspec.json.decode(inside, type=list[msgspec.Raw]), fields, location)
    except msgspec.ValidationError as error:
        wanted = "an object of columns" if shape.orient == "columns" else "a list of records"
        raise DataRefused(
            f"{location} does not hold {wanted} ({error}); correct records_path or orient in the sources file."
        ) from None


def read_json_lines(lines: Iterable[bytes], fields: tuple[Field, ...], location: str) -> Received:
    """Reads one record a line; empty lines are not records.

    Raises:
        DataRefused: a field is missing.
    """
    return _read_records((line for line in lines if line.strip()), fields, location)


def _inside(document: bytes, records_path: str | None, location: str) -> bytes | msgspec.Raw:
    """The part of a document that holds the records."""
    inside: bytes | msgspec.Raw = document
    for step in records_path.split(".") if records_path else ():
        try:
            inside = msgspec.json.decode(inside, type=dict[str, msgspec.Raw])[step]
        except (msgspec.ValidationError, KeyError):
            raise DataRefused(
                f"{location} has nothing at {records_path}; correct records_path in the sources file."
            ) from None
    return inside


def _read_records(records: Iterable[bytes | msgspec.Raw], fields: tuple[Field, ...], location: str) -> Received:
    """Reads records that are JSON texts."""
    iterator = iter(records)
    first = list(islice(iterator, 1))
    names = _top_level(fields)
    slots = [f"field{number}" for number in range(len(names))]
    record_type = msgspec.defstruct(
        "Record", [(slot, Any, _ABSENT) for slot in slots], rename=dict(zip(slots, names, strict=True))
    )
    decoder = msgspec.json.Decoder(record_type)
    values = (_decoded(decoder, record) for record in chain(first, iterator))
    present = _keys(first[0]) if first else []
    return _collected(values, fields, present, location)


def _decoded(decoder: msgspec.json.Decoder[Any], record: bytes | msgspec.Raw) -> tuple[Any, ...] | _Broken:
    """The wanted top-level values of a record, ``UNSET`` where it has none."""
    text = memoryview(record)
    if text.nbytes > _LONGEST_RECORD:
        start = bytes(text[:_SHOWN]).decode(errors="replace")
        return _Broken(start, f"is a record of more than {_LONGEST_RECORD >> 20} MB")
    try:
        return msgspec.structs.astuple(decoder.decode(record))
    except (msgspec.DecodeError, RecursionError) as error:
        return _Broken(bytes(record).decode(errors="replace").strip(), f"is not a JSON object ({error})")


def _keys(record: bytes | msgspec.Raw) -> list[str]:
    try:
        return list(msgspec.json.decode(record, type=dict[str, msgspec.Raw]))
    except msgspec.DecodeError:
        return []


def _read_columns(columns: dict[str, msgspec.Raw], fields: tuple[Field, ...], location: str) -> Received:
    """Reads an object of columns as pandas writes it: {column: {index: value}}."""
    names = _top_level(fields)
    wanted = {name: msgspec.json.decode(columns[name], type=dict[str, Any]) for name in names if name in columns}
    index = dict.fromkeys(chain.from_iterable(wanted.values()))
    values = (tuple(wanted[name].get(at) if name in wanted else _ABSENT for name in names) for at in index)
    return _collected(values, fields, list(columns), location)


def _collected(
    records: Iterator[tuple[Any, ...] | _Broken], fields: tuple[Field, ...], present: list[str], location: str
) -> Received:
    """Makes columns of decoded records, a batch at a time."""
    names = _top_level(fields)
    places = [(names.index(field.path.split(".")[0]), field.path.split(".")[1:], field) for field in fields]
    frames: list[pl.DataFrame] = []
    broken: list[tuple[int, str, str]] = []
    found: set[str] = set()
    numbered = enumerate(records, start=1)
    while batch := list(islice(numbered, _BATCH)):
        broken.extend((number, *record) for number, record in batch if isinstance(record, _Broken))
        sound = [(number, record) for number, record in batch if not isinstance(record, _Broken)]
        defects: list[str | None] = [None] * len(sound)
        columns: dict[str, pl.Series] = {"record_number": pl.Series([number for number, _ in sound], dtype=pl.Int64)}
        for place, steps, field in places:
            values = [reduce(_step, steps, record[place]) for _, record in sound]
            if any(value is not _ABSENT for value in values):
                found.add(field.path)
            columns[field.path] = _column(values, field, defects)
        frames.append(pl.DataFrame(columns | {"defect": pl.Series(defects, dtype=pl.String)}))
    frame = pl.concat(frames) if frames else pl.DataFrame()
    if frame.height:
        require_fields(fields, found, present, location)
        frame = frame.drop(field.path for field in fields if field.path not in found)
    return received_whole(frame, unreadable_records(broken))


def _top_level(fields: tuple[Field, ...]) -> list[str]:
    """Names of the top-level values that the fields lie in."""
    return list(dict.fromkeys(field.path.split(".")[0] for field in fields))


def _step(value: Any, name: str) -> Any:
    """One step of a dotted path; what lies inside a null is null."""
    if value is None or value is _ABSENT:
        return value
    return value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT


def _column(values: list[Any], field: Field, defects: list[str | None]) -> pl.Series:
    """Values in the shape of their field; a misfit is null, and noted as its record's defect."""
    fit: Callable[[Any], Any]
    if field.dtype == pl.String:
        fit, shape = _text, "a single value"
    elif field.dtype == BASE_MODELS_DTYPE:
        fit, shape = _base_models, "a list of models with their relation"
    else:
        fit, shape = _texts, "a list of texts"
    fitted: list[Any] = []
    for position, value in enumerate(values):
        try:
            fitted.append(None if value is None or value is _ABSENT else fit(value))
        except _MisfitError:
            fitted.append(None)
            defects[position] = defects[position] or f"{field.path} is not {shape}"
    return pl.Series(fitted, dtype=field.dtype)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise _MisfitError


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(item) for item in value]
    raise _MisfitError


def _base_models(value: Any) -> dict[str, Any]:
    """Base models as ``{relation, models}``, as a list of models, or as one model; a model is an id or has one."""
    if not isinstance(value, dict):
        value = {"models": value if isinstance(value, list) else [value]}
    relation, models = value.get("relation"), value.get("models") or []
    if not isinstance(models, list):
        raise _MisfitError
    ids = [_text(model.get("id") if isinstance(model, dict) else model) for model in models]
    return {"relation": None if relation is None else _text(relation), "models": ids}
