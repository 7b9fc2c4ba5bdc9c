"""Where things lie in the raw store; all paths are relative to its folder.

<source>/<table>/snapshot_date=YYYY-MM-DD/revision=N/   records, rejected.parquet, manifest.json (write-once)
<source>/<table>/refused/<sha256>.parquet               rejected records of attempts that landed nothing
<source>/outcomes.jsonl                                 attempts that landed nothing
received/<aa>/<sha256>                                  bytes as received, one copy each
dropped.jsonl                                           received bytes that were given up after their retention
.staging/<source>/                                      what is being made; a kill may leave something here
"""

import re
from datetime import date
from pathlib import Path

from orchestration.errors import ConfigurationError

MANIFEST_NAME = "manifest.json"
REJECTED_NAME = "rejected.parquet"
LEDGER_NAME = "outcomes.jsonl"
RECEIVED = "received"
DROPPED_NAME = "dropped.jsonl"
REFUSED = "refused"
STAGING = ".staging"
DAY_PREFIX = "snapshot_date="
REVISION_PREFIX = "revision="

#: Names of sources and tables become folders and patterns in SQL, so nothing else gets through.
_NAME = re.compile(r"[a-z0-9_]{1,100}")


def is_name(name: str) -> bool:
    """Whether a source or table may have this name."""
    return _NAME.fullmatch(name) is not None and name != RECEIVED


def source_folder(source: str) -> Path:
    """Folder of a source.

    Raises:
        ConfigurationError: a name is not made of small letters, digits and underscores.
    """
    return Path(_checked(source))


def table_folder(source: str, table: str) -> Path:
    """Folder of all snapshots of one table; raises like :func:`source_folder`."""
    return source_folder(source) / _checked(table)


def snapshot_folder(source: str, table: str, snapshot_date: date, revision: int) -> Path:
    """Folder of one revision of a snapshot (hive-partitioned, so that SQL can read it)."""
    day = f"{DAY_PREFIX}{snapshot_date.isoformat()}"
    return table_folder(source, table) / day / f"{REVISION_PREFIX}{revision}"


def refused_file(source: str, table: str, sha256: str) -> Path:
    """File of the rejected records of an attempt that landed nothing."""
    return table_folder(source, table) / REFUSED / f"{sha256}.parquet"


def received_file(sha256: str) -> Path:
    """Received bytes, by their sha256."""
    return Path(RECEIVED) / sha256[:2] / sha256


def _checked(name: str) -> str:
    if not is_name(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a source or table; use small letters, digits and underscores."
        )
    return name
