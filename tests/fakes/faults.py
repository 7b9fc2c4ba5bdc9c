"""Faults at chosen steps of a process: what it does to the file system stops, fails or kills it at the k-th step.

Steps are Python's own audit events (opening for writing, making, renaming and removing files) under one folder.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}


class Stopped(BaseException):
    """The process is dead; nothing that it would still do happens."""


class _Fault:
    """The one audit hook of this process; hooks cannot be removed, so it is switched on and off."""

    folder: str | None = None
    step = 0
    act: Callable[[int], None] = staticmethod(lambda step: None)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None or event not in _STEPS:
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        if any(isinstance(path, str | Path) and str(path).startswith(self.folder) for path in arguments[:2]):
            self.step += 1
            self.act(self.step)


_FAULT = _Fault()
_INSTALLED: list[_Fault] = []


@contextmanager
def _acting(folder: Path, act: Callable[[int], None]) -> Iterator[_Fault]:
    if not _INSTALLED:
        sys.addaudithook(_FAULT)
        _INSTALLED.append(_FAULT)
    _FAULT.folder, _FAULT.step, _FAULT.act = str(folder), 0, act
    try:
        yield _FAULT
    finally:
        _FAULT.folder = None


def counting_steps(folder: Path) -> Any:
    """Counts the steps that are taken; the value has them as ``step``."""
    return _acting(folder, lambda step: None)


def failing_at(folder: Path, step: int, error: int) -> Any:
    """The k-th step fails with this error number; what follows works again, as after space was freed."""

    def act(now: int) -> None:
        if now == step:
            raise OSError(error, os.strerror(error))

    return _acting(folder, act)


def failing_from(folder: Path, error: int) -> Any:
    """Every step fails with this error number, as on a disk that takes nothing."""

    def act(now: int) -> None:
        raise OSError(error, os.strerror(error))

    return _acting(folder, act)


def stopped_at(folder: Path, step: int) -> Any:
    """From the k-th step on nothing happens any more, not even cleaning up: a kill, without losing the test."""

    def act(now: int) -> None:
        if now >= step:
            raise Stopped

    return _acting(folder, act)


def killed_at(folder: Path, step: int) -> Any:
    """The process is killed at the k-th step."""

    def act(now: int) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return _acting(folder, act)
