"""The machine that the figures belong to."""

import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import msgspec

from benchmarks.measure import fresh, medians, work

_WRITTEN = 256 << 20
_FIXED_WORK = """
with sums as (select number % 1_500_000 as key, sum(number) as total from range(6_000_000) as t (number) group by key)

select sum(hash(a.total, b.total)) from sums as a inner join sums as b on a.key = b.key + 1
"""
_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "pyarrow", "pandas", "polars", "numpy", "msgspec")


class Machine(msgspec.Struct, frozen=True):
    """What a reader must know of it.

    Attributes:
        memory_gib: in GiB.
        disk_mb_per_second: of a short sequential write that waits for the disk.
        packages: versions of what was measured.
        date: when, UTC.
    """

    cpu: str
    cores: int
    memory_gib: float
    disk_mb_per_second: float
    system: str
    python: str
    packages: dict[str, str]
    date: str


def describe(folder: Path) -> Machine:
    """This machine, with the disk of a folder."""
    return Machine(
        cpu=_field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20, 1),
        disk_mb_per_second=round(_write_speed(folder)),
        system=f"{_system()}, Linux {platform.release()}",
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )


def fixed_work() -> None:
    """A piece of the engine's work that never changes: grouping, joining and summing, by two threads."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_FIXED_WORK).fetchall()


def pace() -> float:
    """Seconds that :func:`fixed_work` takes now, the median of three.

    Builds that are compared lie minutes or hours apart, and a machine that others use is slower at some times.

    Raises:
        WorkFailed: it did not end well.
    """
    return medians([fresh(work("benchmarks.machine:fixed_work")) for _ in range(3)]).seconds


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _field(path: str, name: str) -> str | None:
    """The first value of a name in a file of ``name: value`` lines."""
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def _write_speed(folder: Path) -> float:
    """MB a second of one file of 256 MiB, written in pieces of 1 MiB and synced."""
    path, piece = folder / ".speed", os.urandom(1 << 20)
    start = time.perf_counter()
    try:
        with path.open("wb") as file:
            for _ in range(_WRITTEN // len(piece)):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return _WRITTEN / 1e6 / (time.perf_counter() - start)
    finally:
        path.unlink(missing_ok=True)
