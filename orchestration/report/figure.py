"""What a figure of the page is: panels with charts, the rows behind them, and words that say what they show."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import altair as alt

from orchestration.report.palette import Ink, Series
from orchestration.warehouse.results import Result, write_csv

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """One chart of a figure.

    Attributes:
        title: what it shows; empty where the figure has one panel only.
        draw: makes the chart in the colours of a page or a picture.
        legend: series that the chart does not label itself.
        has_lines: whether the legend shows lines with their dashes, or areas.
        note: what a reader must know about this panel alone.
        finding: what this panel says, where it is not what the figure says as a whole.
        is_wide: whether it takes the page's full width.
    """

    title: str
    draw: Callable[[Ink], alt.LayerChart | alt.FacetChart]
    legend: tuple[Series, ...] = ()
    has_lines: bool = False
    note: str = ""
    finding: str = ""
    is_wide: bool = True


@dataclass(frozen=True)
class Column:
    """One column of a table: the record's key, the head, and how a value is shown (the CSV keeps it as it is)."""

    key: str
    head: str
    show: Callable[[Any], str] = str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """The rows behind a figure."""

    columns: tuple[Column, ...]
    records: tuple[Record, ...]

    def cells(self) -> list[list[str]]:
        """The rows as a reader sees them; what is null is an empty cell."""
        return [
            ["" if record[column.key] is None else column.show(record[column.key]) for column in self.columns]
            for record in self.records
        ]

    def csv(self) -> str:
        """The rows as CSV, with formulas of spreadsheets made harmless."""
        out = io.StringIO()
        keys = tuple(column.key for column in self.columns)
        write_csv(Result(keys, (tuple(record[key] for key in keys) for record in self.records)), out)
        return out.getvalue()


@dataclass(frozen=True)
class Figure:
    """One section of the page.

    Attributes:
        name: anchor and file name.
        title: what is shown, never what it shows.
        marts: report marts that it reads; their comments are its definition.
        finding: what the data says, computed, with numbers; also the text for who does not see the chart.
        panels: charts; none when the data does not support the figure.
        table: rows behind the charts.
        choices: names of the dbt vars that decide its numbers.
        kinds: kinds of records (``ops.snapshots.kind``) that feed it.
        notes: further sentences: intervals of crossovers, denominators, thin data.
        absent: why there is nothing to show; None when there is.
    """

    name: str
    title: str
    marts: tuple[str, ...]
    finding: str
    panels: tuple[Panel, ...]
    table: Table
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    absent: str | None = None


def without_data(figure: Figure, reason: str) -> Figure:
    """The figure as a section that says why it is empty."""
    return Figure(
        name=figure.name,
        title=figure.title,
        marts=figure.marts,
        finding="",
        panels=(),
        table=Table((), ()),
        choices=figure.choices,
        kinds=figure.kinds,
        absent=reason,
    )


def newest(records: Iterable[Record], key: str = "month") -> Any:
    """The largest value of a key; None without records."""
    return max((record[key] for record in records), default=None)


def grouped(records: Iterable[Record], key: str) -> dict[Any, list[Record]]:
    """Records by the value of a key, in the order of first appearance."""
    groups: dict[Any, list[Record]] = {}
    for record in records:
        groups.setdefault(record[key], []).append(record)
    return groups


def months_from(first: date, last: date) -> Sequence[date]:
    """The first days of all months from one to another."""
    count = 12 * (last.year - first.year) + last.month - first.month
    numbers = range(first.month - 1, first.month + count)
    return [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
