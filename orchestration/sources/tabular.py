"""Tables in files: CSV, JSON, JSON lines and Parquet, plain or gzipped, read field by field.

CSV, JSON and JSON lines give single values as text, so that one set of rules makes types of them (mapping.py); Parquet
keeps its own types. Whether a file is gzipped is seen from its bytes, because an error page may be called ``.csv.gz``.
"""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, cast

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from orchestration.errors import DataRefused
from orchestration.sources.fields import Field, Format, Received, Shape, require_fields, unreadable_records
from orchestration.sources.json_records import read_json, read_json_lines
from orchestration.sources.locations import LocatedFile

#: Longest line of CSV or JSON lines, in bytes: so much is held in memory for one line.
LONGEST_LINE = 64 << 20
#: Largest JSON document or gzipped Parquet file, unpacked, in bytes: these are held in memory whole.
LARGEST_DOCUMENT = 1 << 30

_TOO_LONG = f"has a line of more than {LONGEST_LINE >> 20} MB; look at the file"
_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
#: Words in what the readers raise -> what is the matter with the file.
_CAUSES = {
    "Truncated compressed stream": "is a truncated gzip file; fetch it again",
    "zlib inflate failed": "is a broken gzip file; fetch it again",
    "while decompressing data": "is a broken gzip file; fetch it again",
    "CRC check failed": "is a broken gzip file; fetch it again",
    "invalid UTF8": "is not UTF-8 text; convert it or fetch it again",
    "Empty CSV file": "has no records; look at the file",
    "straddling": _TOO_LONG,
}
_GZIP_MAGIC = b"\x1f\x8b"
_HEAD = 1 << 16


def read_records(file: LocatedFile, fields: tuple[Field, ...], shape: Shape) -> Received:
    """Reads the wanted fields of all records of a file.

    Raises:
        DataRefused: the file is empty, broken, of another format, or lacks a field; one sentence says which.
    """
    form = shape.format or format_of(file.name)
    if form is None:
        raise DataRefused(
            f"The format of {file.location} cannot be told from its name; set format to csv, json, jsonl or parquet."
        )
    with _one_sentence(file.location, form), _opened(file, form) as stream:
        match form:
            case "csv":
                received = _read_csv(file, stream, fields)
            case "parquet":
                received = _read_parquet(file, stream, fields)
            case "jsonl":
                received = read_json_lines(_lines(stream, file.location), fields, file.location)
            case "json":
                received = read_json(_whole(stream, file.location), fields, shape, file.location)
    if received.frame.is_empty() and received.unreadable.is_empty():
        raise DataRefused(f"{file.location} has no records; look at the file.")
    return received


@contextmanager
def opened_document(file: LocatedFile, form: str) -> Iterator[bytes]:
    """The whole text of a file, unpacked; what decoding it raises becomes one sentence.

    Args:
        file: the file.
        form: format as people call it, for the sentence.

    Raises:
        DataRefused: the file is empty, broken or too large, or what is done in the context cannot decode it.
    """
    with _one_sentence(file.location, form), _opened(file, form) as stream:
        yield _whole(stream, file.location)


def format_of(name: str) -> Format | None:
    """The format that a file name promises, ``.gz`` put aside."""
    path = PurePosixPath(name.lower())
    return _FORMATS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)


@contextmanager
def _opened(file: LocatedFile, form: str) -> Iterator[IO[bytes]]:
    """Opens a file, unpacked, after a look at its first bytes."""
    with file.path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_packed else raw
        if form == "parquet":
            yield stream
            return
        head = stream.read(_HEAD).strip()
        if not head:
            raise DataRefused(f"{file.location} is empty; fetch it again.")
        if head.startswith(b"<"):
            raise DataRefused(
                f"{file.location} is an HTML or XML page, not {form}; correct the location or fetch it again."
            )
        if b"\0" in head:
            raise DataRefused(f"{file.location} holds NUL bytes, so it is not {form}; fetch it again.")
        stream.seek(0)
        yield stream


@contextmanager
def _one_sentence(location: str, form: str) -> Iterator[None]:
    """Turns what the readers raise into one clear sentence."""
    try:
        yield
    except EOFError:
        cause = _CAUSES["Truncated compressed stream"]
    except UnicodeError:
        cause = _CAUSES["invalid UTF8"]
    except RecursionError:
        cause = "is nested too deeply to be data; look at the file"
    except (pa.ArrowException, pl.exceptions.PolarsError, msgspec.DecodeError, OSError, zlib.error, csv.Error) as error:
        said = str(error).splitlines()[0].rstrip(".")
        known = (cause for words, cause in _CAUSES.items() if words in said)
        cause = next(known, f"cannot be read as {form} ({said}); fetch it again")
    else:
        return
    raise DataRefused(f"{location} {cause}.")


def _whole(stream: IO[bytes], location: str) -> bytes:
    document = stream.read(LARGEST_DOCUMENT + 1)
    if len(document) > LARGEST_DOCUMENT:
        raise DataRefused(f"{location} is larger than {LARGEST_DOCUMENT >> 20} MB; split it or convert it to Parquet.")
    return document


def _lines(stream: IO[bytes], location: str) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataRefused(f"{location} {_TOO_LONG}.")
        yield line


def _read_csv(file: LocatedFile, stream: IO[bytes], fields: tuple[Field, ...]) -> Received:
    location, before, header = file.location, 0, b""
    for header in _lines(stream, location):
        before += 1
        if not header.startswith(b"#"):
            break
    names = next(csv.reader([header.decode("utf-8-sig")]), [])
    wanted = [field.path for field in fields if field.path in names]
    require_fields(fields, wanted, names, location)
    repeated = [name for name, count in Counter(names).items() if count > 1 and name in wanted]
    if repeated:
        raise DataRefused(f"{location} has the column {repeated[0]} twice; name the one to use in its header.")
    broken: list[pc.InvalidRow] = []

    def set_aside(row: pc.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    # The file is opened anew, natively: read-ahead threads that need Python's lock would abort a process that ends.
    table = pc.read_csv(
        pa.input_stream(str(file.path), compression="gzip" if isinstance(stream, gzip.GzipFile) else None),
        read_options=pc.ReadOptions(column_names=names, skip_rows=before, block_size=LONGEST_LINE, use_threads=False),
        parse_options=pc.ParseOptions(newlines_in_values=True, invalid_row_handler=set_aside),
        convert_options=pc.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    for row in broken:
        if "\n" in row.text and row.text.count('"') % 2:  # it has swallowed the records after it
            number = row.number - before
            raise DataRefused(f"{location} has a quote that is not closed in record {number}; fetch it again.")
    taken = {row.number - before for row in broken}
    numbers = [number for number in range(1, table.num_rows + len(taken) + 1) if number not in taken]
    frame = pl.DataFrame(table).with_columns(
        pl.Series("record_number", numbers, dtype=pl.Int64), defect=pl.lit(None, dtype=pl.String)
    )
    return Received(
        frame,
        unreadable_records(
            (row.number - before, row.text, f"has {row.actual_columns} fields, the header has {row.expected_columns}")
            for row in broken
        ),
    )


def _read_parquet(file: LocatedFile, stream: IO[bytes], fields: tuple[Field, ...]) -> Received:
    is_packed = isinstance(stream, gzip.GzipFile)
    table = pq.ParquetFile(pa.py_buffer(_whole(stream, file.location)) if is_packed else file.path)
    names = table.schema_arrow.names
    frame = pl.DataFrame(table.read(columns=sorted(_leaves(fields, table.schema_arrow))))
    found = {field.path: _part(frame, field.path) for field in fields}
    require_fields(fields, [path for path, part in found.items() if part is not None], names, file.location)
    frame = frame.select(part.alias(path) for path, part in found.items() if part is not None)
    return Received(
        frame.with_row_index("record_number", 1).with_columns(
            pl.col("record_number").cast(pl.Int64), defect=pl.lit(None, dtype=pl.String)
        ),
        unreadable_records([]),
    )


def _leaves(fields: tuple[Field, ...], schema: pa.Schema) -> set[str]:
    """What of the file's columns has to be read: of a struct only the wanted part, of JSON text the whole."""
    leaves = set()
    for path in (field.path for field in fields):
        name = path.partition(".")[0]
        is_whole = path not in schema.names and name in schema.names and not pa.types.is_struct(schema.field(name).type)
        leaves.add(name if is_whole else path)
    return leaves


def _part(frame: pl.DataFrame, path: str) -> pl.Expr | None:
    """The value at a dotted path, in a struct or in JSON text; None if there is no such part."""
    if path in frame.columns:
        return pl.col(path)
    name, *parts = path.split(".")
    if name not in frame.columns:
        return None
    part, dtype = pl.col(name), frame.schema[name]
    if dtype == pl.String:
        return part.str.json_path_match("$." + ".".join(parts))
    for step in parts:
        inner: dict[str, Any] = dict(dtype.to_schema()) if isinstance(dtype, pl.Struct) else {}
        if step not in inner:
            return None
        part, dtype = part.struct.field(step), inner[step]
    return part
