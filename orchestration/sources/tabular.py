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
from orchestration.sources.fields import (
    Field,
    Format,
    Received,
    Shape,
    received_whole,
    require_fields,
    unreadable_records,
)
from orchestration.sources.footprint import longest_text, memory_for_files, memory_of_rows
from orchestration.sources.json_records import read_json, read_json_lines
from orchestration.sources.locations import LocatedFile

#: Longest line of CSV or JSON lines, in bytes: so much is held in memory for one line.
LONGEST_LINE = 64 << 20
#: Largest document of a service or leaderboard, unpacked, in bytes: it is held in memory whole, and as objects.
LARGEST_DOCUMENT = 1 << 28

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
#: Records of Parquet that are held as received at a time.
_BATCH = 1 << 17
#: Records by which the size of all of them is estimated.
_SAMPLE = 5_000


def read_records(
    file: LocatedFile, fields: tuple[Field, ...], shape: Shape, *, memory_limit: int, of_one_day: bool
) -> Received:
    """Reads the wanted fields of all records of a file.

    Args:
        file: the file.
        fields: what is wanted of it.
        shape: how it holds its records.
        memory_limit: bytes that landing it may take; a file that takes more is refused before it is read.
        of_one_day: whether the whole file describes one day.

    Raises:
        DataRefused: the file is empty, broken, too large, of another format, or lacks a field; one sentence says which.
    """
    largest = longest_text(memory_limit)
    form = shape.format or format_of(file.name)
    if form is None:
        raise DataRefused(
            f"The format of {file.location} cannot be told from its name; set format to csv, json, jsonl or parquet."
        )
    with _one_sentence(file.location, form), _opened(file, form) as stream:
        match form:
            case "csv":
                _require_length(file, stream, largest)
                received = _read_csv(file, stream, fields)
            case "parquet":
                table = _parquet(file, stream, largest)
                _require_memory(file, memory_of_table(table, fields, of_one_day=of_one_day), memory_limit)
                received = _read_parquet(file, table, fields)
            case "jsonl":
                _require_length(file, stream, largest)
                received = read_json_lines(_lines(stream, file.location), fields, file.location)
            case "json":
                received = read_json(_whole(stream, file.location, largest), fields, shape, file.location)
    if not received.rows and received.unreadable.is_empty():
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
        yield _whole(stream, file.location, LARGEST_DOCUMENT)


def memory_to_land(file: LocatedFile, fields: tuple[Field, ...], shape: Shape) -> int | None:
    """What landing a file of one day takes, in bytes; None where that cannot be said without reading all of it."""
    if (shape.format or format_of(file.name)) != "parquet":
        return None
    try:
        with pq.ParquetFile(file.path) as table:
            return memory_of_table(table, fields, of_one_day=True)
    except (pa.ArrowException, OSError):  # what is wrong with it is said when it is read
        return None


def rows_of(file: LocatedFile, shape: Shape) -> int | None:
    """How many records a file has, none if it is broken; None where that cannot be said without reading all of it."""
    if (shape.format or format_of(file.name)) != "parquet":
        return None
    try:
        return int(pq.read_metadata(file.path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def memory_of_table(table: pq.ParquetFile, fields: tuple[Field, ...], *, of_one_day: bool) -> int:
    """What landing an opened Parquet file takes, in bytes, by its number of rows and the size of its first ones."""
    leaves = sorted(_leaves(fields, table.schema_arrow))
    first = next(table.iter_batches(_SAMPLE, columns=leaves), None)
    if first is None or not first.num_rows:
        return 0
    return memory_of_rows(table.metadata.num_rows, first.nbytes / first.num_rows, of_one_day=of_one_day)


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


def _whole(stream: IO[bytes], location: str, largest: int) -> bytes:
    document = stream.read(largest + 1)
    if len(document) > largest:
        raise _too_large(location, largest)
    return document


def _require_length(file: LocatedFile, stream: IO[bytes], largest: int) -> None:
    """Refuses a text that would not fit into memory; the stream is left at its start."""
    length = 0
    while chunk := stream.read(_HEAD):
        length += len(chunk)
        if length > largest:
            raise _too_large(file.location, largest)
    stream.seek(0)


def _too_large(location: str, largest: int) -> DataRefused:
    return DataRefused(
        f"{location} is larger than {largest / 1e6:,.0f} MB unpacked, and would not fit into memory; split it, convert "
        "it to Parquet, or raise WAREHOUSE_MEMORY_LIMIT."
    )


def _require_memory(file: LocatedFile, needed: int, memory_limit: int) -> None:
    if needed > memory_for_files(memory_limit):
        raise DataRefused(
            f"{file.location} takes about {needed / 1e9:.1f} GB of memory to land, and "
            f"{memory_for_files(memory_limit) / 1e9:.1f} GB of WAREHOUSE_MEMORY_LIMIT are left for files; raise it or "
            "split the file."
        )


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
    return received_whole(
        frame,
        unreadable_records(
            (row.number - before, row.text, f"has {row.actual_columns} fields, the header has {row.expected_columns}")
            for row in broken
        ),
    )


def _parquet(file: LocatedFile, stream: IO[bytes], largest: int) -> pq.ParquetFile:
    is_packed = isinstance(stream, gzip.GzipFile)
    # Read ahead, all of the file would be kept for as long as it is open.
    return pq.ParquetFile(
        pa.py_buffer(_whole(stream, file.location, largest)) if is_packed else file.path, pre_buffer=False
    )


def _read_parquet(file: LocatedFile, table: pq.ParquetFile, fields: tuple[Field, ...]) -> Received:
    leaves = sorted(_leaves(fields, table.schema_arrow))
    columns = pl.DataFrame(table.read_row_groups([], leaves))
    found = {field.path: part for field in fields if (part := _part(columns, field.path)) is not None}
    require_fields(fields, found, table.schema_arrow.names, file.location)
    number = pl.col("record_number").cast(pl.Int64)

    def frames() -> Iterator[pl.DataFrame]:
        # Columns as received are several times as large as those that are kept of them: never all at once.
        first = 1
        with _one_sentence(file.location, "parquet"):
            for batch in table.iter_batches(_BATCH, columns=leaves):
                frame = pl.DataFrame(batch).select(part.alias(path) for path, part in found.items())
                yield frame.with_row_index("record_number", first).with_columns(
                    number, defect=pl.lit(None, dtype=pl.String)
                )
                first += batch.num_rows

    return Received(frames, table.metadata.num_rows, unreadable_records([]))


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
