"""Pages of the Hub's model list: what a model looks like there, and how pages become records.

A page is a JSON array of models, as ``GET /api/models`` answers, or one model, as ``GET /api/models/<id>`` does.
Fields that are not needed are skipped without being built; the received pages keep them.

msgspec judges the type of every value, which polars would bend (12.5 downloads would become 12); then polars builds
the columns, several times faster than they could be built from Python objects.
"""

import gzip
import io
import json
import zlib
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import accumulate
from typing import Annotated, Any

import msgspec
import polars as pl
import pyarrow as pa

from orchestration.errors import DataRefused, Unreachable
from orchestration.snapshots.candidate import ReceivedFile
from orchestration.snapshots.records import RecordKind
from orchestration.sources.validation import LONGEST_REJECTED_RECORD, split_records

#: Largest page, unpacked, in bytes: a page is held in memory whole.
LARGEST_PAGE = 1 << 30

_GZIP_MAGIC = b"\x1f\x8b"
_LICENSE_TAG = "license:"
_BASE_MODEL_TAG = r"^base_model:(?:(?<relation>adapter|finetune|merge|quantized):)?(?<id>.+)$"
_TIMES = ("created_at", "last_modified_at")

_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Safetensors(msgspec.Struct, gc=False):
    total: _Int64 | None = None


class _Base(msgspec.Struct, gc=False):
    id: str | None = None


class _Bases(msgspec.Struct, gc=False):
    relation: str | None = None
    models: list[_Base] | None = None


class _Model(msgspec.Struct, gc=False):
    """The fields of a listed model that records need, by the names of the columns they become."""

    model_id: str | None = msgspec.field(default=None, name="id")
    hub_id: str | None = msgspec.field(default=None, name="_id")
    sha: str | None = None
    created_at: str | None = msgspec.field(default=None, name="createdAt")
    last_modified_at: str | None = msgspec.field(default=None, name="lastModified")
    downloads_30d: _Int64 | None = msgspec.field(default=None, name="downloads")
    downloads_total: _Int64 | None = msgspec.field(default=None, name="downloadsAllTime")
    likes: _Int64 | None = None
    pipeline_tag: str | None = None
    library_name: str | None = None
    gated: bool | str | None = None
    is_private: bool | None = msgspec.field(default=None, name="private")
    is_disabled: bool | None = msgspec.field(default=None, name="disabled")
    safetensors: _Safetensors | None = None
    tags: list[str] | None = None
    bases: _Bases | None = msgspec.field(default=None, name="baseModels")


class _LooseModel(_Model, gc=False):
    """A model whose ``baseModels`` has another shape; the same bases stand in its tags."""

    bases: Any = msgspec.field(default=None, name="baseModels")


_COLUMNS: dict[str, tuple[str, Any]] = {
    "id": ("model_id", pl.String),
    "_id": ("hub_id", pl.String),
    "sha": ("sha", pl.String),
    "createdAt": ("created_at", pl.String),
    "lastModified": ("last_modified_at", pl.String),
    "downloads": ("downloads_30d", pl.Int64),
    "downloadsAllTime": ("downloads_total", pl.Int64),
    "likes": ("likes", pl.Int64),
    "pipeline_tag": ("pipeline_tag", pl.String),
    "library_name": ("library_name", pl.String),
    "gated": ("gated", pl.String),
    "private": ("is_private", pl.Boolean),
    "disabled": ("is_disabled", pl.Boolean),
    "safetensors": ("safetensors", pl.Struct({"total": pl.Int64})),
    "tags": ("tags", pl.List(pl.String)),
    "baseModels": ("bases", pl.Struct({"relation": pl.String, "models": pl.List(pl.Struct({"id": pl.String}))})),
}
_DTYPES = {name: dtype for name, (_, dtype) in _COLUMNS.items()}

_PAGE = msgspec.json.Decoder(list[_Model])
_LOOSE_MODEL = msgspec.json.Decoder(_LooseModel)
_TEXTS = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(msgspec.Raw)


def read_models(pages: Sequence[ReceivedFile], snapshot_date: date, *, overlapping: bool) -> tuple[pa.Table, pa.Table]:
    """Reads pages as one listing.

    Args:
        pages: the pages in the order received, gzipped or not.
        snapshot_date: the day that they describe.
        overlapping: several lists may rightly give the same model (a merge is listed under each of its bases): the
            same model with the same counters is then one record rather than a duplicate.

    Returns:
        Accepted readings and rejected records; a record's number counts through all pages.

    Raises:
        DataRefused: a page is no list of models; the sentence says which.
        Unreachable: a page cannot be read.
    """
    # Unpacking and building columns leave the interpreter to the judging of the next page.
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        frames = list(threads.map(_page_frame, pages))
    received = pl.concat([_empty_frame(), *frames], rechunk=True).with_row_index("record_number", 1)
    readings = _readings(received)
    if overlapping:
        same = pl.struct("model_id", "sha", "last_modified_at", "downloads_total", "downloads_30d", "likes")
        readings = readings.filter(
            same.is_first_distinct() | pl.col("model_id").is_null() | pl.col("defect").is_not_null()
        )
    good, rejected = split_records(RecordKind.READINGS, readings, snapshot_date)
    return good, _with_text(rejected, pages, [frame.height for frame in frames])


def model_texts(page: bytes) -> list[bytes]:
    """The models of a page, each as JSON text.

    Raises:
        ValueError: the page is neither a JSON array nor a JSON object.
    """
    try:
        if page.lstrip()[:1] == b"{":
            return [bytes(_TEXT.decode(page))]
        return list(map(bytes, _TEXTS.decode(page)))
    except (msgspec.DecodeError, RecursionError):
        # A lone surrogate or a byte order mark is more than the fast parser takes: one odd tag must not make a whole
        # page unreadable. What is wrong with a single model shows when that model is decoded.
        return _tolerated(page)


def model_id_of(model: bytes) -> str | None:
    """The id of one model, given as JSON text; None if it has none that can be read."""
    try:
        return _LOOSE_MODEL.decode(model).model_id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _tolerated(page: bytes) -> list[bytes]:
    try:
        document = json.loads(page)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, list | dict):
        raise ValueError("neither an array nor an object")
    return [json.dumps(model).encode() for model in (document if isinstance(document, list) else [document])]


def _page_bytes(page: ReceivedFile) -> bytes:
    """The JSON of a page; gzip is seen from the bytes, because an error page may be called ``.json.gz`` too."""
    try:
        data = page.path.read_bytes()
    except OSError as error:
        raise Unreachable(f"{page.location} cannot be read ({error.strerror}); correct the location.") from None
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            data = stream.read(LARGEST_PAGE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataRefused(f"{page.location} is a truncated or broken gzip file; fetch it again.") from None
    if len(data) > LARGEST_PAGE:
        raise DataRefused(f"{page.location} has more than {LARGEST_PAGE >> 20} MB unpacked; it is no list page.")
    return data


def _empty_frame() -> pl.DataFrame:
    return _typed(b"[]", [])


def _page_frame(file: ReceivedFile) -> pl.DataFrame:
    """The models of a page as columns, with ``defect``: what is wrong with a model as a whole, or null."""
    page = _page_bytes(file)
    try:
        return _typed(page, [None] * len(_PAGE.decode(page)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # one wrong model fails a whole page: go through them one by one
    try:
        decoded = [_decoded(text) for text in model_texts(page)]
    except ValueError as error:
        content = "an HTML page" if page.lstrip().startswith(b"<") else f"no list of models ({error})"
        raise DataRefused(f"{file.location} is {content if page.strip() else 'empty'}; fetch it again.") from None
    return _typed(msgspec.json.encode([model for model, _ in decoded]), [defect for _, defect in decoded])


def _typed(page: bytes, defects: list[str | None]) -> pl.DataFrame:
    """Columns of a page whose values have been found to have the right types."""
    frame = pl.read_json(page, schema=_DTYPES).rename({name: column for name, (column, _) in _COLUMNS.items()})
    return frame.with_columns(defect=pl.Series(defects, dtype=pl.String))


def _decoded(text: bytes) -> tuple[_Model, str | None]:
    """A model, or an empty one and what is wrong with it."""
    try:
        model = _LOOSE_MODEL.decode(text)
    except msgspec.ValidationError as error:
        return _Model(), f"wrong type: {error}"
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Model(), "text that is not Unicode"
    model.bases = _bases(model.bases)
    return model, None


def _bases(value: Any) -> _Bases | None:
    """``baseModels`` in the shapes that occur: with models as objects or as plain ids, or only a list of ids."""
    relation, models = (value.get("relation"), value.get("models")) if isinstance(value, dict) else (None, value)
    if not isinstance(models, list):
        return None
    ids = [model.get("id") if isinstance(model, dict) else model for model in models]
    return _Bases(
        relation if isinstance(relation, str) else None, [_Base(name) for name in ids if isinstance(name, str)]
    )


def _readings(received: pl.DataFrame) -> pl.DataFrame:
    """Readings as far as one record says: times read, licence and base models taken from the tags."""
    times = {name: pl.col(name).str.to_datetime("%+", time_unit="us", strict=False) for name in _TIMES}
    unread = [
        pl.when(pl.col(name).is_not_null() & time.is_null()).then(pl.lit(f"{name} is no date and time"))
        for name, time in times.items()
    ]
    tags = received.select("record_number", tag="tags").explode("tag", empty_as_null=False, keep_nulls=False)
    licenses = (
        tags.filter(pl.col("tag").str.starts_with(_LICENSE_TAG))
        .unique("record_number", keep="first", maintain_order=True)
        .select("record_number", license=pl.col("tag").str.strip_prefix(_LICENSE_TAG))
    )
    return (
        received.with_columns(
            defect=pl.coalesce("defect", *unread),
            record=pl.lit(None, dtype=pl.String),
            total_parameters=pl.col("safetensors").struct.field("total"),
            **{name: time.dt.replace_time_zone(None) for name, time in times.items()},
        )
        .join(licenses, on="record_number", how="left", maintain_order="left")
        .join(_base_models(received, tags), on="record_number", how="left", maintain_order="left")
    )


def _base_models(received: pl.DataFrame, tags: pl.DataFrame) -> pl.DataFrame:
    """The bases that each record declares, by tag or by ``baseModels``: every pair once, as they were declared.

    A relation is left null only where no declaration of the same base names one.
    """
    tagged = (
        tags.filter(pl.col("tag").str.starts_with("base_model:"))
        .select("record_number", pl.col("tag").str.extract_groups(_BASE_MODEL_TAG))
        .unnest("tag")
    )
    listed = (
        received.filter(pl.col("bases").is_not_null())
        .select("record_number", pl.col("bases").struct.unnest())
        .explode("models", empty_as_null=False, keep_nulls=False)
        .unnest("models")
    )
    pairs = (
        pl.concat([tagged, listed])
        .filter(pl.col("id").is_not_null())
        .rename({"id": "model_id"})
        .unique(maintain_order=True)
    )
    named = pairs.filter(pl.col("relation").is_not_null())
    unnamed = pairs.filter(pl.col("relation").is_null())
    unnamed = unnamed.join(named, on=["record_number", "model_id"], how="anti", maintain_order="left")
    return (
        pl.concat([named, unnamed])
        .group_by("record_number", maintain_order=True)
        .agg(base_models=pl.struct("relation", "model_id"))
    )


def _with_text(rejected: pa.Table, pages: Sequence[ReceivedFile], counts: list[int]) -> pa.Table:
    """Puts the received text beside each rejected record; only the pages that hold one are read again."""
    ends = list(accumulate(counts))
    texts: list[str] = []
    at, models = -1, list[bytes]()
    for number in rejected["record_number"].to_pylist():
        page = bisect_left(ends, number)
        if page != at:
            at, models = page, model_texts(_page_bytes(pages[page]))
        text = models[number - 1 - (ends[page] - counts[page])]
        texts.append(text.decode("utf-8", "replace")[:LONGEST_REJECTED_RECORD])
    return rejected.set_column(1, "record", pa.array(texts, pa.string()))
