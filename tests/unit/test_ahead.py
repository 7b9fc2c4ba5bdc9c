"""Files read ahead: in order, as many at a time as there is room for, and none for nobody."""

import time
from collections.abc import Callable, Iterator
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.sources.ahead import Work, read_ahead


class Readers:
    """Files whose readers say when they begin and end; a result takes as much memory as its file."""

    def __init__(self, *sizes: int | None) -> None:
        self.sizes = sizes
        self.begun: list[int] = []
        self.reading = 0
        self.most_reading = 0
        self.taken = 0
        self.most_taken = 0
        self._lock = Lock()

    def work(self, while_reading: Callable[[int], object] = lambda number: None) -> Iterator[Work[int]]:
        for number, memory in enumerate(self.sizes):
            yield Work(memory, lambda number=number: self._read(number, while_reading))  # type: ignore[misc]

    def land(self, number: int) -> int:
        """What the caller is done with is not held any more."""
        with self._lock:
            self.taken -= self.sizes[number] or 0
        return number

    def _read(self, number: int, while_reading: Callable[[int], object]) -> Iterator[int]:
        with self._lock:
            self.begun.append(number)
            self.reading += 1
            self.taken += self.sizes[number] or 0
            self.most_reading = max(self.most_reading, self.reading)
            self.most_taken = max(self.most_taken, self.taken)
        while_reading(number)
        with self._lock:
            self.reading -= 1
        yield number


def ahead(readers: Readers, work: Iterator[Work[int]], *, threads: int = 2, memory: int = 100) -> Iterator[int]:
    return read_ahead(work, threads=threads, memory=memory, size=lambda n: readers.sizes[n] or 0, stop=Event())


SIZES = st.lists(st.one_of(st.none(), st.integers(0, 150)), max_size=12)


@given(SIZES, st.integers(1, 4))
def test_results_come_in_the_order_of_the_files_and_never_hold_more_than_they_may(
    sizes: list[int | None], threads: int
) -> None:
    readers = Readers(*sizes)
    found = [readers.land(number) for number in ahead(readers, readers.work(), threads=threads)]
    assert found == list(range(len(sizes)))
    assert readers.most_reading <= threads
    assert readers.most_taken <= max([100, *(size or 0 for size in sizes)])


def test_as_many_are_read_at_a_time_as_fit() -> None:
    both = Event()
    readers = Readers(40, 40, 40)

    def wait(number: int) -> None:
        if readers.reading == 2:
            both.set()
        assert number == 2 or both.wait(10)

    assert list(ahead(readers, readers.work(wait), threads=3)) == [0, 1, 2]


def test_the_next_is_read_while_one_lands() -> None:
    readers = Readers(40, 40)
    results = ahead(readers, readers.work(), threads=1)
    assert next(results) == 0
    deadline = time.monotonic() + 10
    while readers.begun != [0, 1]:
        assert time.monotonic() < deadline
    assert list(results) == [1]


def test_what_nobody_can_estimate_is_read_alone_and_not_before_its_turn() -> None:
    readers = Readers(10, None, 10)

    def alone(number: int) -> None:
        if number == 1:
            assert readers.begun == [0, 1]
            assert readers.reading == 1

    assert list(ahead(readers, readers.work(alone))) == [0, 1, 2]


def test_an_error_is_raised_when_its_turn_has_come() -> None:
    readers = Readers(10, 10, 10)

    def fails(number: int) -> None:
        if number == 1:
            raise KeyError(number)

    results = ahead(readers, readers.work(fails), threads=3)
    assert next(results) == 0
    with pytest.raises(KeyError):
        next(results)


def test_nothing_is_begun_for_a_caller_who_has_gone_and_what_was_begun_is_told() -> None:
    readers, stop, told = Readers(*[10] * 9), Event(), []

    def until_told(number: int) -> None:
        if number:
            told.append(stop.wait(10))

    results = read_ahead(readers.work(until_told), threads=2, memory=100, size=lambda n: 10, stop=stop)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert readers.reading == 0
    assert told and all(told)
    assert len(readers.begun) <= 3
