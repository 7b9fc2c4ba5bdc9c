"""One build at a time: whoever exports the catalog, runs dbt or publishes holds the build lock."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lock, for people; the lock itself is the system's and is freed when its holder dies."""

    pid: int
    command: str
    since: datetime


@contextmanager
def build_lock(settings: Settings, command: str | None = None) -> Iterator[None]:
    """Holds ``$WAREHOUSE_HOME/build/build.lock`` for as long as the context lasts.

    Args:
        settings: which home.
        command: what is being done, for the message that others get; by default this process's command line.

    Raises:
        ConfigurationError: another process holds it (the sentence names it), or the folder cannot be written.
    """
    path = settings.root / "build" / "build.lock"
    lock = FileLock(path, timeout=0)
    holder = Holder(os.getpid(), command or shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]), datetime.now(UTC))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        _holder_file(path).write_bytes(msgspec.json.encode(holder))
    except Timeout:
        raise ConfigurationError(f"{_described(path)}; wait for it to end and run this again.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{path.parent} cannot be written ({error.strerror}); set WAREHOUSE_HOME to a folder that can be."
        ) from None
    try:
        yield
    finally:
        _holder_file(path).unlink(missing_ok=True)
        lock.release()


def _described(path: Path) -> str:
    try:
        holder = msgspec.json.decode(_holder_file(path).read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):  # it has only just taken the lock
        return f"Another process is building the warehouse in {path.parent.parent}"
    return (
        f"Another process is building the warehouse in {path.parent.parent}: process {holder.pid} "
        f"({holder.command}), since {holder.since:%Y-%m-%d %H:%M:%S} UTC"
    )


def _holder_file(path: Path) -> Path:
    return path.with_name("build.holder.json")
