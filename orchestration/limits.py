"""How much of the machine there is, and how much of it the libraries under this package take.

``threads`` and ``memory_limit`` are settings (orchestration/settings.py). DuckDB is given both with each connection.
polars and Arrow have one pool of threads per process, which polars makes when it is imported; so this module is
imported first, by the package itself, and looks at the environment.

Arrow's default allocator keeps what was freed: after one day of the Hub it held 1.2 GB for nothing, and took twice as
long for sorting. jemalloc gives it back, where this build of Arrow has it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: Threads where ``WAREHOUSE_THREADS`` does not say a number.
DEFAULT_THREADS = 2

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def limit_libraries() -> None:
    """Makes polars, Arrow and what follows OpenMP (numpy's linear algebra, numexpr) obey ``WAREHOUSE_THREADS``."""
    asked = os.environ.get("WAREHOUSE_THREADS", "")
    threads = int(asked) if asked.isdecimal() and int(asked) else DEFAULT_THREADS
    os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    import pyarrow as pa  # noqa: PLC0415 (after the environment)

    pa.set_cpu_count(threads)
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def machine_memory(groups: Path = _GROUPS, own_groups: Path = _OWN_GROUPS) -> int:
    """Memory in bytes that this process may have: the machine's, or that of the container or service it runs in.

    Args:
        groups: where the system shows control groups.
        own_groups: which ones the process belongs to.
    """
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_group_limits(groups, own_groups)])


def _group_limits(groups: Path, own_groups: Path) -> Iterator[int]:
    """Limits of the groups that the process belongs to, and of those around them (version 2 and 1)."""
    with suppress(OSError):
        for line in own_groups.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            root, name = {
                "": (groups, "memory.max"),
                "memory": (groups / "memory", "memory.limit_in_bytes"),
            }.get(controllers, (None, ""))
            if root is None:
                continue
            group = root / path.lstrip("/")
            # Inside a container the path is the host's: its own limit then stands at the root.
            for folder in (group, *group.parents):
                if folder.is_relative_to(root):
                    with suppress(OSError, ValueError):  # "max" is no limit
                        yield int((folder / name).read_text())


def existing(folder: Path) -> Path:
    """A folder, or the nearest one above it that there is: it will lie on the same disk."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def free_disk(folder: Path) -> int:
    """Free bytes on the disk that a folder lies or will lie on."""
    return shutil.disk_usage(existing(folder)).free
