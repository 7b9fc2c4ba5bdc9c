"""What marts declare about their figures, as a published copy holds it (``ops.figure_parts`` and its siblings).

The project declares it in the marts' yml and dbt writes it into every copy, so that a downloaded one explains itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Json, ValidationError, model_validator

from orchestration.errors import DataRefused
from orchestration.warehouse import duckdb

#: A column of the row itself in SQL.
_OWN_COLUMN = re.compile(r"\bfigure\.(\w+)")

#: How contributors make a part.
How = Literal["sum", "count", "min", "max", "avg", "median"]


class Part(BaseModel):
    """Rows of another table that make a part of a figure.

    Attributes:
        name: by which ``Figure.equals`` calls it.
        contributor: table of the rows.
        joined: further tables that ``condition`` and ``amount`` read.
        keys: column of the contributor -> column of the figure's row that it equals.
        condition: SQL over ``figure``, ``contributor`` and the joined tables; None takes all that the keys match.
        by: columns of the contributor that say what one contributor is.
        how: how the contributors' amounts make the part.
        amount: a column of the contributor or SQL; None where contributors are counted.
        followed: figures of the contributor that explain the amount; None leaves it to ``Declarations.followed``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    contributor: str
    joined: Json[tuple[str, ...]]
    keys: Json[dict[str, str]]
    condition: str | None
    by: Json[tuple[str, ...]]
    how: How
    amount: str | None
    followed: Json[tuple[str, ...]] | None

    @model_validator(mode="after")
    def _counts_or_has_an_amount(self) -> "Part":
        if (self.amount is None) != (self.how == "count"):
            raise ValueError("a count has no amount, and everything else has one")
        if not self.by:
            raise ValueError("`by` must say what one contributor is")
        return self


class Figure(BaseModel):
    """How one column of a table is made.

    Attributes:
        mart: the table.
        column: the column.
        equals: SQL over the row itself (``figure``) and its parts (``parts``); None where the one part is the figure.
        seed: seed that states the figure, where it is an input of the project.
        parts: what it is made from; none where it follows from its row alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mart: str
    column: str
    equals: str | None
    seed: str | None
    parts: tuple[Part, ...]

    @model_validator(mode="after")
    def _is_made_somehow(self) -> "Figure":
        if self.seed is None and self.equals is None and len(self.parts) != 1:
            raise ValueError("`equals` must say how the parts make the figure")
        return self


@dataclass(frozen=True)
class Origin:
    """SQL over a row of a table that gives the source, table and date of a snapshot behind it."""

    source: str
    table: str
    date: str


@dataclass(frozen=True)
class Declarations:
    """All declarations of a copy, by table.

    Attributes:
        figures: table -> column -> how it is made.
        origins: table -> the ways in which its rows lead to snapshots.
        variables: table -> dbt var -> the value in force.
    """

    figures: Mapping[str, Mapping[str, Figure]]
    origins: Mapping[str, tuple[Origin, ...]]
    variables: Mapping[str, Mapping[str, str]]

    def followed(self, part: Part) -> tuple[str, ...]:
        """The figures of the contributor that explain a part further: its amount, or else all that are declared."""
        declared = self.figures.get(part.contributor, {})
        if part.followed is not None:
            return part.followed
        return (part.amount,) if part.amount is not None and part.amount in declared else tuple(declared)

    def with_own(self, mart: str, columns: Iterable[str]) -> set[str]:
        """The columns of a table that are declared, and those of the same row that they are declared to follow from."""
        declared = self.figures.get(mart, {})
        found: set[str] = set()
        waiting = list(columns)
        while waiting:
            column = waiting.pop()
            if column in declared and column not in found:
                found.add(column)
                waiting.extend(_OWN_COLUMN.findall(declared[column].equals or ""))
        return found

    def order(self, mart: str) -> list[str]:
        """The tables on the way from a mart to the raw store, each after all that lead to it.

        Raises:
            DataRefused: the declarations run in a circle.
        """
        behind: dict[str, list[str]] = {}
        waiting = [mart]
        while waiting:
            name = waiting.pop()
            if name not in behind:
                behind[name] = self.upstream(name)
                waiting.extend(behind[name])
        try:
            return list(reversed(list(TopologicalSorter(behind).static_order())))
        except CycleError as error:
            raise DataRefused(f"The figures of {' <- '.join(error.args[1])} are declared in a circle.") from None

    def upstream(self, mart: str) -> list[str]:
        """The other tables that a table's figures are declared to be made from."""
        parts = [part for figure in self.figures.get(mart, {}).values() for part in figure.parts]
        return sorted({name for part in parts for name in (part.contributor, *part.joined)} - {mart})


def read_declarations(connection: duckdb.Connection) -> Declarations:
    """Reads the declarations of a copy.

    Raises:
        DataRefused: the copy has none, or one that is no declaration.
    """
    try:
        parts = _records(connection, "SELECT * FROM ops.figure_parts ORDER BY ALL")
        origins = _records(connection, "SELECT * FROM ops.figure_snapshots ORDER BY ALL")
        variables = _records(connection, "SELECT * FROM ops.figure_variables ORDER BY ALL")
    except duckdb.Error:
        raise DataRefused("This copy does not say how its figures are made; build it anew with this version.") from None
    found: dict[str, list[Origin]] = defaultdict(list)
    for row in origins:
        found[row["mart"]].append(Origin(row["source_expression"], row["table_expression"], row["date_expression"]))
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for row in variables:
        values[row["mart"]][row["variable"]] = row["variable_value"]
    return Declarations(_figures(parts), {mart: tuple(ways) for mart, ways in found.items()}, values)


def _figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Figure]]:
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["mart"], row["figure"]].append(row)
    figures: dict[str, dict[str, Figure]] = defaultdict(dict)
    for (mart, column), group in grouped.items():
        try:
            figures[mart][column] = Figure(
                mart=mart,
                column=column,
                equals=group[0]["equals"],
                seed=group[0]["given_by_seed"],
                parts=tuple(_part(row) for row in group if row["part"] is not None),
            )
        except ValidationError as error:
            problem = error.errors()[0]
            raise DataRefused(f"{mart}.{column} is not declared as a figure can be: {problem['msg']}.") from None
    return figures


def _part(row: Mapping[str, Any]) -> Part:
    return Part(
        name=row["part"],
        contributor=row["contributor"],
        joined=row["joined_marts"],
        keys=row["contributor_keys"],
        condition=row["contributor_condition"],
        by=row["contributor_by"],
        how=row["part_how"],
        amount=row["contribution"],
        followed=row["followed"],
    )


def _records(connection: duckdb.Connection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
