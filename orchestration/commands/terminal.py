"""What the commands share: settings, progress on a terminal and plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse.results import printable

#: Seconds between two plain lines of progress.
_PLAIN_INTERVAL = 10.0


class Report(Protocol):
    """Receives how far a piece of work has come."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` (None: unknown) of ``what``."""


def load_settings() -> Settings:
    """The settings from the environment.

    Raises:
        ConfigurationError: a variable has a value that it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WAREHOUSE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name}={first['input']!r}: {first['msg']}.") from None


def say(text: str = "") -> None:
    """One line on standard output."""
    typer.echo(text)


@contextmanager
def progress() -> Iterator[Report]:
    """Shows progress on standard error: a bar on a terminal, a plain line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, tuple[TaskID, float, int]] = {}

        def show(what: str, done: int, total: int | None) -> None:
            # Less than before: the same kind of work has begun anew.
            if what not in tasks or done < tasks[what][2]:
                for task, *_ in tasks.values():
                    bars.update(task, visible=False)
                tasks[what] = (bars.add_task(printable(what), total=total, rate=""), time.monotonic(), done)
            task, since, _ = tasks[what]
            tasks[what] = (task, since, done)
            bars.update(task, completed=done, total=total, rate=_rate(done, since))

        yield show


def _plain_lines() -> Report:
    shown: dict[str, float] = {}
    started: dict[str, float] = {}
    before: dict[str, int] = {}

    def show(what: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if done < before.get(what, 0):  # the same kind of work has begun anew
            started[what] = shown[what] = now
        before[what] = done
        since = started.setdefault(what, now)
        if now - shown.setdefault(what, now) < _PLAIN_INTERVAL:
            return
        shown[what] = now
        if not done and total is None:
            typer.echo(printable(what), err=True)
            return
        of_total = f" of {total:,}" if total else ""
        left = f", {(total - done) * (now - since) / done:,.0f} s left" if total and done else ""
        typer.echo(f"{printable(what)}: {done:,}{of_total}, {_rate(done, since)}{left}", err=True)

    return show


def _rate(done: int, since: float) -> str:
    seconds = time.monotonic() - since
    return f"{done / seconds:,.0f}/s" if seconds > 1 else ""
