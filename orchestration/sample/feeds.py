"""What a sample feed is: the snapshots that one source would have given over the sample's period."""

import csv
import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

LICENCE = "CC0-1.0"
CITATION = "Embedded sample of the open-model warehouse: synthetic, generated, proves nothing"

#: When a day's data is fetched: late, so that the day is nearly whole.
FETCH_TIME = time(23)


@dataclass(frozen=True)
class SampleSnapshot:
    """One attempt to fetch one table on one day.

    Attributes:
        source: name of the source.
        table: table of the source.
        snapshot_date: the day that the data describes.
        fetched_at: the simulated moment of the attempt; with source, table and day it identifies the attempt.
        pattern: glob that finds the files.
        files: makes the files in the source's native shape, name to bytes.
        settings: what else the source's entry of a --sources file needs.
    """

    source: str
    table: str
    snapshot_date: date
    fetched_at: datetime
    pattern: str
    files: Callable[[], dict[str, bytes]]
    settings: Mapping[str, object]


def at(day: date, moment: time = FETCH_TIME) -> datetime:
    """A simulated moment, UTC."""
    return datetime.combine(day, moment, UTC)


def gzipped(data: bytes) -> bytes:
    """Gzip without name or time: the same bytes for the same data."""
    packer = zlib.compressobj(4, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def csv_file(name: str, lines: Iterable[tuple[object, ...]]) -> dict[str, bytes]:
    """One file of CSV, gzipped where its name says so."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    data = text.getvalue().encode()
    return {name: gzipped(data) if name.endswith(".gz") else data}
