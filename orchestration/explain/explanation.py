"""What a walk finds: the rows of each table on the way, their figures, and the snapshots at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.explain.declaration import Figure, Part
from orchestration.explain.tables import Table


@dataclass(frozen=True)
class PartFound:
    """A part of a figure: how many contributors it has, its value over the rows, and the decisive contributors."""

    part: Part
    contributors: int
    value: Any
    top: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class FigureFound:
    """A figure of the rows of a level, made anew from its parts.

    Attributes:
        figure: its declaration.
        description: what the column means.
        rows: rows of the level.
        rows_adding_up: those whose figure is what its parts make.
        stated: the figure as the table has it: of one row, or the sum of several; of several dates any.
        explained: the same, made from the parts.
        parts: the parts.
    """

    figure: Figure
    description: str
    rows: int
    rows_adding_up: int
    stated: Any
    explained: Any
    parts: tuple[PartFound, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every row does."""
        return self.rows == self.rows_adding_up


@dataclass(frozen=True)
class Level:
    """The rows of one table that the explanation rests on."""

    table: Table
    rows: int
    figures: tuple[FigureFound, ...]
    snapshots: int


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that something was read from; without a revision the copy does not have it."""

    source: str
    table: str
    date: date
    revision: int | None
    sha256: str | None
    licence: str | None
    citation: str | None
    synthetic: bool | None


@dataclass(frozen=True)
class Explanation:
    """Rows of a mart and all that they rest on.

    Attributes:
        table: the mart.
        rows: the rows, column by column.
        levels: the mart itself, then the tables behind it, each after all that lead to it.
        snapshots: what was read, by source, table and date.
        variables: dbt vars that the mart was made with.
    """

    table: Table
    rows: tuple[Mapping[str, Any], ...]
    levels: tuple[Level, ...]
    snapshots: tuple[Snapshot, ...]
    variables: Mapping[str, str]

    @property
    def faults(self) -> list[str]:
        """What does not add up, a clause each."""
        found = [
            f"{level.table.name}.{each.figure.column} does not add up on {each.rows - each.rows_adding_up} of "
            f"{each.rows} rows (it is {each.stated} and its parts make {each.explained})"
            for level in self.levels
            for each in level.figures
            if not each.adds_up
        ]
        missing = [each for each in self.snapshots if each.revision is None]
        if missing:
            first = missing[0]
            found.append(
                f"{len(missing)} snapshots that rows rest on are not in ops.snapshots "
                f"(the first is {first.source}/{first.table} of {first.date})"
            )
        return found
