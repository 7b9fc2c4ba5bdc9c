"""How much of the machine the libraries under this package take, set before any of them is imported.

``threads`` and ``memory_limit`` are settings (orchestration/settings.py). DuckDB is given both with each connection.
polars and Arrow have one pool of threads per process, which polars makes when it is imported; so this module is
imported first, by the package itself, and looks at the environment.

Arrow's default allocator keeps what was freed: after one day of the Hub it held 1.2 GB for nothing, and took twice as
long for sorting. jemalloc gives it back, where this build of Arrow has it.
"""

import os

#: Threads where ``WAREHOUSE_THREADS`` does not say a number.
DEFAULT_THREADS = 2


def limit_libraries() -> None:
    """Makes polars, Arrow and what follows OpenMP (numpy's linear algebra, numexpr) obey ``WAREHOUSE_THREADS``."""
    asked = os.environ.get("WAREHOUSE_THREADS", "")
    threads = int(asked) if asked.isdecimal() and int(asked) else DEFAULT_THREADS
    os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    import pyarrow as pa  # noqa: PLC0415 (after the environment)

    pa.set_cpu_count(threads)
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
