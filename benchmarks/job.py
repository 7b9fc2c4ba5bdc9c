"""What a job is and what it finds: the one interface of all modules in ``benchmarks/jobs``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from benchmarks.measure import Found, Measured, WorkFailed
from benchmarks.plan import Plan


class Target(msgspec.Struct, frozen=True):
    """What is aimed at.

    Attributes:
        limit: the value that is still good.
        at_least: whether larger is better.
        full_size: whether it holds for the whole Hub and 550 days alone; at other sizes it is shown, not judged.
    """

    limit: float
    at_least: bool = False
    full_size: bool = True

    def is_met(self, value: float) -> bool:
        """Whether a value is good."""
        return value >= self.limit if self.at_least else value <= self.limit


class Way(msgspec.Struct, frozen=True):
    """What one way came to; ``failed`` says why there is no value."""

    value: float | None = None
    peak_mb: float | None = None
    failed: str | None = None


class Figure(msgspec.Struct, frozen=True):
    """One measured value, a row of the table.

    Attributes:
        name: what was measured.
        unit: of all values; ``.../s`` is better when larger, anything else when smaller.
        ours: the value of this project.
        peak_mb: largest resident memory of the process, in MB.
        pandas: the same by pandas, where that means something.
        polars: the same by polars.
        target: what is aimed at, if anything is.
        series: name of the line in the plot of growth that this is a point of.
        day: the day of the history on which it was measured.
        pace: seconds that a fixed piece of work took around it; growth is counted by it, where it is known.
        note: what a reader must know.
    """

    name: str
    unit: str
    ours: float
    peak_mb: float | None = None
    pandas: Way | None = None
    polars: Way | None = None
    target: Target | None = None
    series: str | None = None
    day: int | None = None
    pace: float | None = None
    note: str = ""

    def ratio(self, other: Way | None) -> float | None:
        """How many times better ours is than another way; below 1 it is worse."""
        if other is None or not other.value or not self.ours:
            return None
        return self.ours / other.value if self.unit.endswith("/s") else other.value / self.ours


@dataclass(frozen=True)
class Job:
    """A piece of the benchmark that is run, kept and resumed as a whole.

    Attributes:
        name: for ``--only`` and the kept result.
        measures: what it measures, in one line.
        run: measures it.
        needs: jobs whose leftovers it uses; they run before.
    """

    name: str
    measures: str
    run: Callable[[Plan], list[Figure]]
    needs: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True):
    """What a job came to; ``failed`` says why it has no figures."""

    job: str
    measures: str
    seconds: float
    figures: tuple[Figure, ...] = ()
    failed: str | None = None


def seconds_of(name: str, ways: Mapping[str, Found], **settings: Any) -> Figure:
    """The figure of one piece of work done in several ways, in seconds; raises like :func:`figure_of`."""
    return figure_of(
        name, "s", {way: value_of(found, lambda one: one.seconds) for way, found in ways.items()}, **settings
    )


def figure_of(name: str, unit: str, ways: Mapping[str, Way], **settings: Any) -> Figure:
    """The figure of one piece of work done in several ways, ours among them.

    Raises:
        WorkFailed: our own way failed.
    """
    ours = ways["ours"]
    if ours.value is None:
        raise WorkFailed(f"{name}: {ours.failed}")
    others = {way: found for way, found in ways.items() if way != "ours"}
    return Figure(name, unit, ours.value, ours.peak_mb, **others, **settings)


def value_of(found: Found, value: Callable[[Measured], float]) -> Way:
    """What a way came to, as the value of a figure."""
    return Way(failed=found) if isinstance(found, str) else Way(value(found), found.peak_mb)
