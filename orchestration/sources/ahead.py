"""Several files at a time, in the order of one after another and within a bound of memory.

Reading a file is decoding and checking columns, during which polars and Arrow let other threads run. So threads read
the next files while the caller lands one; they cost neither a second process nor a copy of what they read.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Work(Generic[Result]):
    """One file to be read.

    Attributes:
        memory: bytes that it takes at most; None where nobody knows: it is then read alone, result by result.
        read: gives its results.
    """

    memory: int | None
    read: Callable[[], Iterator[Result]]


def read_ahead(
    files: Iterator[Work[Result]], *, threads: int, memory: int, size: Callable[[Result], int], stop: Event
) -> Iterator[Result]:
    """The results of all files, in the order of the files.

    Files are read by ``threads`` threads, ahead of the caller, as far as all that is held fits into ``memory``: files
    that are read or wait, by what they take at most, and what the caller has, by its ``size``. One file is always read.

    Args:
        files: the files; asked for only when there is room for one more.
        threads: how many are read at a time.
        memory: bytes.
        size: bytes of a result.
        stop: is set when the caller wants no more, for those who are still reading.

    Raises:
        Exception: whatever reading a file raises, when its turn has come.
    """
    waiting: deque[tuple[int, Future[list[Result]]]] = deque()
    with ThreadPoolExecutor(threads) as readers:
        try:
            following = next(files, None)
            while waiting or following is not None:
                if not waiting and following is not None and following.memory is None:
                    yield from following.read()
                    following = next(files, None)
                    continue
                held = 0
                results: list[Result] = []
                if waiting:
                    results = waiting.popleft()[1].result()
                    held = sum(map(size, results))
                while following is not None and following.memory is not None and len(waiting) < threads:
                    held_then = held + sum(taken for taken, _ in waiting) + following.memory
                    if held_then > memory and (waiting or results):
                        break
                    waiting.append((following.memory, readers.submit(_all, following.read)))
                    following = next(files, None)
                while results:  # what was taken is not held
                    yield results.pop(0)
        finally:
            stop.set()
            readers.shutdown(cancel_futures=True)


def _all(read: Callable[[], Iterator[Result]]) -> list[Result]:
    return list(read())
