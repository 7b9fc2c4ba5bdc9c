"""SQL that a walk runs. Names are quoted; the expressions are those that the project declared.

Every statement sees a set of rows of one table, by their row ids, so that one row and a million are explained alike.
"""

from collections.abc import Mapping, Sequence

from orchestration.explain.declaration import Figure, Origin, Part
from orchestration.explain.tables import Table
from orchestration.warehouse.duckdb import identifier

#: Aggregates over the rows of one contributor: a value that is compared is the same on all of them.
_EACH = {"sum": "sum", "min": "min", "max": "max", "avg": "max", "median": "max"}

#: The order that shows the decisive contributors first.
_DECISIVE = {"sum": "abs(amount) DESC NULLS LAST, ", "min": "amount NULLS LAST, ", "count": ""}

#: Types whose values are compared within what floating-point sums lose.
_INEXACT = {"DOUBLE", "FLOAT"}
_TOLERANCE = 1e-9


def pairs(figure: Table, part: Part, tables: Mapping[str, Table], rows: str) -> str:
    """Each row of the set with each row that is part of it: row ids, the contributor's name and the amount.

    Args:
        figure: the table that is explained.
        part: the part.
        tables: the contributor and the joined tables by name.
        rows: temporary table of the row ids (``id``).
    """
    contributor = tables[part.contributor]
    keys = [
        f"contributor.{identifier(theirs)} = figure.{identifier(ours)}" for theirs, ours in sorted(part.keys.items())
    ]
    conditions = [*keys, *([f"({part.condition})"] if part.condition else [])]
    names = [f"contributor.{identifier(column)} AS by_{index}" for index, column in enumerate(part.by)]
    joined = [f"{tables[name].path} AS {identifier(name)}" for name in part.joined]
    joined_ids = [f"{identifier(name)}.rowid AS joined_{index}" for index, name in enumerate(part.joined)]
    selected = [
        "rows.id AS figure_id",
        "contributor.rowid AS contributor_id",
        *joined_ids,
        *names,
        f"{_amount(part, contributor)} AS amount",
    ]
    sources = [f"{rows} AS rows", f"{figure.path} AS figure", f"{contributor.path} AS contributor", *joined]
    return (
        f"SELECT {', '.join(selected)} FROM {', '.join(sources)} "  # noqa: S608
        f"WHERE figure.rowid = rows.id{''.join(f' AND {condition}' for condition in conditions)}"
    )


def contributors(part: Part, pairs_table: str) -> str:
    """Each row of the set with each contributor: its amount and how many rows it has."""
    amount = f"{_EACH[part.how]}(amount)" if part.amount else "NULL"
    names = ", ".join(_names(part))
    return f"SELECT figure_id, {names}, {amount} AS amount, count(*) AS rows FROM {pairs_table} GROUP BY ALL"  # noqa: S608


def values(part: Part, contributors_table: str) -> str:
    """The part's value for each row of the set that has contributors."""
    value = "count(*)" if part.amount is None else f"{part.how}(amount)"
    return f"SELECT figure_id, {value} AS value FROM {contributors_table} GROUP BY figure_id"  # noqa: S608


def decisive(part: Part, contributors_table: str, limit: int) -> str:
    """The contributors that matter most, over all rows of the set."""
    amount = f"{_EACH[part.how]}(amount)" if part.amount else "NULL"
    names = ", ".join(_names(part))
    order = _DECISIVE.get(part.how, "amount DESC NULLS LAST, ")
    return (
        f"FROM (SELECT {names}, {amount} AS amount, sum(rows)::BIGINT AS rows FROM {contributors_table} "  # noqa: S608
        f"GROUP BY {names}) ORDER BY {order}{names} LIMIT {int(limit)}"
    )


def followed_ids(part: Part, pairs_table: str, values_table: str, column: str = "contributor_id") -> str:
    """Row ids of what a part rests on: of a minimum or maximum the rows that attain it, else all."""
    if part.how in {"min", "max"}:
        return (
            f"SELECT DISTINCT {column} AS id FROM {pairs_table} JOIN {values_table} USING (figure_id) "  # noqa: S608
            "WHERE amount IS NOT DISTINCT FROM value"
        )
    return f"SELECT DISTINCT {column} AS id FROM {pairs_table}"  # noqa: S608


def check(table: Table, figure: Figure, values_tables: Sequence[str], rows: str) -> str:
    """How many rows of the set add up, with the sum of the figure and of what explains it."""
    columns, joins = ["rows.id AS figure_id"], []
    for part, name in zip(figure.parts, values_tables, strict=True):
        value = f"{name}.value"
        columns.append(f"{f'coalesce({value}, 0)' if part.how == 'count' else value} AS {identifier(part.name)}")
        joins.append(f" LEFT JOIN {name} ON {name}.figure_id = rows.id")
    type_ = table.columns[figure.column].type
    total = "any_value({})" if type_ in {"DATE", "TIMESTAMP", "VARCHAR", "BOOLEAN"} else "sum({})"
    close = (
        f" OR abs(explained - stated) <= {_TOLERANCE} * greatest(abs(explained), abs(stated))"
        if type_ in _INEXACT
        else ""
    )
    return f"""
        WITH parts AS (SELECT {", ".join(columns)} FROM {rows} AS rows{"".join(joins)}),
        compared AS (
            SELECT figure.{identifier(figure.column)} AS stated, ({formula(figure)}) AS explained
            FROM parts JOIN {table.path} AS figure ON figure.rowid = parts.figure_id
        )
        SELECT count(*), count(*) FILTER (stated IS NOT DISTINCT FROM explained{close}),
            {total.format("stated")}, {total.format("explained")}
        FROM compared
    """  # noqa: S608


def formula(figure: Figure) -> str:
    """SQL of a figure over its own row and its parts."""
    if figure.equals is not None:
        return figure.equals
    return f"parts.{identifier(figure.parts[0].name)}" if figure.parts else f"figure.{identifier(figure.column)}"


def origins(table: Table, ways: Sequence[Origin], rows: str) -> str:
    """Source, table and date of the snapshots behind the rows of the set."""
    return " UNION ".join(
        f"SELECT DISTINCT ({way.source}) AS source, ({way.table}) AS table_name, ({way.date}) AS snapshot_date "  # noqa: S608
        f"FROM {table.path} WHERE rowid IN (SELECT id FROM {rows})"
        for way in ways
    )


def _amount(part: Part, contributor: Table) -> str:
    if part.amount is None:
        return "NULL"
    return f"contributor.{identifier(part.amount)}" if part.amount in contributor.columns else f"({part.amount})"


def _names(part: Part) -> list[str]:
    return [f"by_{index}" for index in range(len(part.by))]
