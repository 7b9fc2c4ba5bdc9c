"""Measures work in fresh processes: seconds, and the largest resident memory of a process that did nothing else.

Work is named as ``module:function``, so that its process imports only what it needs: the memory of one way does not
hold the libraries of another. Imports are not timed.
"""

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from statistics import median
from typing import Any

#: A question is asked again to be measured warm: for at most so many seconds, and so many times.
_WARM_SECONDS, _WARM_RUNS = 10.0, 5
#: The command that runs at present; it must not outlive this process.
_commands: list[subprocess.Popen[str]] = []


class WorkFailed(Exception):
    """A measured piece of work did not end well; the message says how, in one line."""


@dataclass(frozen=True)
class Measured:
    """One run, or the median of several.

    Attributes:
        seconds: of the work alone.
        peak_mb: largest resident memory of its process, in MB.
        value: what the work returned; of a command when it began, in seconds since the epoch.
    """

    seconds: float
    peak_mb: float
    value: Any = None


#: What a way came to, or why it came to nothing.
Found = Measured | str


@dataclass(frozen=True)
class Work:
    """A call that another process can make: ``module:function`` and its arguments."""

    function: str
    arguments: tuple[Any, ...] = ()


def work(function: str, *arguments: object) -> Work:
    """A call that another process can make."""
    return Work(function, arguments)


def fresh(job: Work) -> Measured:
    """Makes a call in a fresh process.

    Raises:
        WorkFailed: it raised, or its process died (for want of memory, as a rule).
    """
    os.sync()  # nobody pays for what others have written
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(job, sender))
    process.start()
    sender.close()
    try:
        answer = receiver.recv()
    except EOFError:
        process.join()
        raise WorkFailed(f"its process died ({process.exitcode}), as a rule for want of memory") from None
    process.join()
    if isinstance(answer, str):
        raise WorkFailed(answer)
    found: Measured = answer
    return found


def in_turn(ways: Mapping[str, Work], runs: int) -> dict[str, Found]:
    """Measures several ways to do the same, in turn (A B C A B C ...), each time in a fresh process.

    Returns:
        The medians of each way, or why it failed.
    """
    found: dict[str, list[Measured]] = {name: [] for name in ways}
    failed: dict[str, str] = {}
    for _ in range(runs):
        for name, way in ways.items():
            try:
                if name not in failed:
                    found[name].append(fresh(way))
            except WorkFailed as error:
                failed[name] = str(error)
    return {name: failed.get(name) or medians(found[name]) for name in ways}


def medians(measured: Sequence[Measured]) -> Measured:
    """The median of some runs, with what the last one returned."""
    return Measured(
        median(run.seconds for run in measured), median(run.peak_mb for run in measured), measured[-1].value
    )


def cold_and_warm(function: str, files: Iterable[Path], arguments: Sequence[object]) -> tuple[float, float]:
    """Seconds of a call when the page cache holds nothing of some files, and the median of calls after that."""
    call = resolve_name(function)
    for file in files:
        drop_from_cache(file)
    cold = _seconds(call, arguments)
    warm = [_seconds(call, arguments)]
    while len(warm) < _WARM_RUNS and sum(warm) < _WARM_SECONDS:
        warm.append(_seconds(call, arguments))
    return cold, median(warm)


def drop_from_cache(file: Path) -> None:
    """Makes the next reader of a file wait for the disk."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)  # only what is on the disk can be dropped
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def command(arguments: Sequence[str], variables: Mapping[str, str]) -> Measured:
    """Runs a module of this Python as a command: seconds from start to end as a user waits for it, and its beginning.

    Raises:
        WorkFailed: its exit code is not 0.
    """
    os.sync()
    started = time.time()
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        _commands.append(process)
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        _commands.remove(process)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise WorkFailed(f"{' '.join(arguments)}: {' '.join(output.split())[-500:]} (exit code {process.returncode})")
    return Measured(seconds, _megabytes(usage.ru_maxrss), started)


def _seconds(call: Callable[..., object], arguments: Sequence[object]) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def _run(job: Work, sender: Connection) -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # Should the memory of the machine not suffice, this process is the one to go.
    Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        call = resolve_name(job.function)
        start = time.perf_counter()
        value = call(*job.arguments)
        seconds = time.perf_counter() - start
        sender.send(Measured(seconds, _peak_mb(), value))
    except Exception as error:
        sender.send(" ".join(f"{type(error).__name__}: {error}".split())[:1000])


def _peak_mb() -> float:
    """Largest resident memory of this process; unlike ``getrusage`` it knows nothing of the one that started it."""
    status = Path("/proc/self/status").read_text()
    return _megabytes(int(status.partition("VmHWM:")[2].split()[0]))


def _megabytes(kibibytes: int) -> float:
    return kibibytes * 1024 / 1e6


def _die_with_parent() -> None:
    """A killed run leaves nothing behind that would still write."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    for process in _commands:
        process.kill()
    os._exit(1)
