"""Measures two ways to do the same work in turn, in fresh processes, and reports their ratio."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measured:
    """Seconds and peak memory of one run in a process of its own."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Comparison:
    """Our way against another, in the same run.

    Attributes:
        job: what was done.
        ours: median of our runs.
        theirs: median of the other runs.
        other: name of the other way.
    """

    job: str
    ours: Measured
    theirs: Measured
    other: str

    @property
    def ratio(self) -> float:
        """How many times longer the other way takes."""
        return self.theirs.seconds / self.ours.seconds


def compare(
    job: str, ours: Callable[[], object], other: str, theirs: Callable[[], object], runs: int = 3
) -> Comparison:
    """Runs both ways in turn (A B A B ...), each in a fresh process, and takes medians."""
    pairs = [(measure(ours), measure(theirs)) for _ in range(runs)]
    return Comparison(job, _median([a for a, _ in pairs]), _median([b for _, b in pairs]), other)


def measure(work: Callable[[], object]) -> Measured:
    """Seconds and peak memory of one call, in a forked process."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, sender))
    process.start()
    result: Measured = receiver.recv()
    process.join()
    return result


def _run(work: Callable[[], object], sender: object) -> None:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sender.send(Measured(seconds, peak))  # type: ignore[attr-defined]


def _median(runs: list[Measured]) -> Measured:
    return Measured(median(run.seconds for run in runs), median(run.peak_mb for run in runs))
