"""The walk from rows of a mart back to the snapshots that they were read from.

Each table on the way is visited once, with all of its rows that something before it rests on: every figure of theirs
that matters is made anew from its parts and compared, and the parts' own rows go on to the next table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestration.errors import ConfigurationError
from orchestration.explain import statements
from orchestration.explain.declaration import Declarations, Figure, Part, read_declarations
from orchestration.explain.explanation import Explanation, FigureFound, Level, PartFound, Snapshot
from orchestration.explain.tables import Table, Tables
from orchestration.warehouse import duckdb


def explain(
    connection: duckdb.Connection,
    mart: str,
    where: str = "true",
    *,
    figures: Sequence[str] = (),
    top: int = 10,
    max_rows: int = 10,
) -> Explanation:
    """Explains the rows of a mart that meet a condition.

    Args:
        connection: a copy, opened read-only, with ``marts`` and ``ops`` on its search path.
        mart: the table.
        where: SQL condition over its columns.
        figures: the columns to explain; all that are declared by default.
        top: contributors to show of each part.
        max_rows: refuse to explain more rows at once.

    Raises:
        ConfigurationError: no such table, column or row, or too many rows.
        DataRefused: the declarations of the copy are unusable.
    """
    tables = Tables(connection)
    table = tables.asked_for(mart)
    declarations = read_declarations(connection)
    declared = declarations.figures.get(table.name)
    if not declared:
        raise ConfigurationError(
            f"{table.name} does not declare how its figures are made; ops.figure_parts lists the tables that do."
        )
    for column in figures:
        if column not in declared:
            raise ConfigurationError(f"{table.name} declares no figure {column}; it has {', '.join(declared)}.")
    ids = _matching(connection, table, where, max_rows)
    walk = _Walk(connection, tables, declarations, top)
    return walk.run(table, ids, tuple(figures or declared))


def _matching(connection: duckdb.Connection, table: Table, where: str, max_rows: int) -> list[int]:
    """Row ids of what a person asks for. The condition is parsed as one expression, so it can be nothing else."""
    rows = connection.sql(f"SELECT rowid AS row_id, * FROM {table.path}")  # noqa: S608
    try:
        found = rows.filter(duckdb.expression(where))
        count = found.aggregate("count(*)").fetchall()[0][0]
        ids = [row[0] for row in found.project("row_id").limit(max_rows).fetchall()]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].rstrip(".!")
        raise ConfigurationError(
            f"--where {where!r} is no condition on {table.name}: {reason}; its columns are {', '.join(table.columns)}."
        ) from None
    if not count:
        raise ConfigurationError(f"No row of {table.name} meets --where {where!r}.")
    if count > max_rows:
        first = connection.execute(f"SELECT * FROM {table.path} WHERE rowid = ?", [ids[0]]).fetchone() or ()  # noqa: S608
        values = dict(zip(table.columns, first, strict=True))
        one = " and ".join(f"{name} = {duckdb.literal(str(values[name]))}" for name in table.key)
        raise ConfigurationError(
            f"{count:,} rows of {table.name} meet --where {where!r} and at most {max_rows} are explained at once; "
            f'one row is, for example, --where "{one}".'
        )
    return ids


class _Walk:
    """One walk: temporary tables hold the rows of each table on the way."""

    def __init__(self, connection: duckdb.Connection, tables: Tables, declarations: Declarations, top: int) -> None:
        self._connection = connection
        self._tables = tables
        self._declarations = declarations
        self._top = top
        self._rows: dict[str, str] = {}
        self._asked: dict[str, dict[str, None]] = defaultdict(dict)
        self._made = 0

    def run(self, table: Table, ids: Iterable[int], figures: Sequence[str]) -> Explanation:
        start = self._create("SELECT unnest($ids)::BIGINT AS id", {"ids": list(ids)})
        self._rows[table.name] = start
        self._asked[table.name] = dict.fromkeys(figures)
        cursor = self._connection.execute(
            f"SELECT * FROM {table.path} WHERE rowid IN (SELECT id FROM {start}) ORDER BY rowid"  # noqa: S608
        )
        rows = tuple(dict(zip(table.columns, row, strict=True)) for row in cursor.fetchall())
        levels: list[Level] = []
        self._origins = self._create(
            "SELECT '' AS source, '' AS table_name, DATE '1970-01-01' AS snapshot_date LIMIT 0"
        )
        for name in self._declarations.order(table.name):
            level = self._level(name)
            if level is not None:
                levels.append(level)
        variables = self._declarations.variables.get(table.name, {})
        return Explanation(table, rows, tuple(levels), self._snapshots(), variables)

    def _level(self, name: str) -> Level | None:
        """Visits one table; nothing when no row of it is part of anything."""
        if name not in self._rows:
            return None
        rows = self._create(f"SELECT DISTINCT id FROM {self._rows[name]}")  # noqa: S608
        count = self._count(rows)
        if not count:
            return None
        table = self._tables.declared(name, "a figure")
        declared = self._declarations.figures.get(name, {})
        asked = self._declarations.with_own(name, self._asked[name])
        figures = tuple(self._figure(table, declared[column], rows) for column in table.columns if column in asked)
        ways = self._declarations.origins.get(name, ())
        snapshots = 0
        if ways:
            origins = self._create(
                f"SELECT * FROM ({statements.origins(table, ways, rows)}) WHERE snapshot_date IS NOT NULL"  # noqa: S608
            )
            snapshots = self._count(origins)
            self._connection.execute(f"INSERT INTO {self._origins} FROM {origins}")
        return Level(table, count, figures, snapshots)

    def _figure(self, table: Table, figure: Figure, rows: str) -> FigureFound:
        found, values = [], []
        for part in figure.parts:
            names = (part.contributor, *part.joined)
            tables = {name: self._tables.declared(name, f"{table.name}.{figure.column}") for name in names}
            pairs = self._create(statements.pairs(table, part, tables, rows))
            contributors = self._create(statements.contributors(part, pairs))
            value = self._create(statements.values(part, contributors))
            values.append(value)
            found.append(self._part(part, contributors, value))
            self._follow(table, part, pairs, value)
            self._connection.execute(f"DROP TABLE {pairs}; DROP TABLE {contributors}")
        checked = self._connection.execute(statements.check(table, figure, values, rows)).fetchall()[0]
        count, adding_up, stated, explained = checked
        description = table.columns[figure.column].description
        return FigureFound(figure, description, count, adding_up, stated, explained, tuple(found))

    def _part(self, part: Part, contributors: str, values: str) -> PartFound:
        by = ", ".join(f"by_{index}" for index in range(len(part.by)))
        count = self._count(f"(SELECT DISTINCT {by} FROM {contributors})")  # noqa: S608
        whole = "sum" if part.how in {"sum", "count"} else "max"
        value = self._connection.execute(f"SELECT {whole}(value) FROM {values}").fetchall()[0][0]  # noqa: S608
        top = self._connection.execute(statements.decisive(part, contributors, self._top)).fetchall()
        return PartFound(part, count, value, tuple(top))

    def _follow(self, table: Table, part: Part, pairs: str, values: str) -> None:
        """Hands the rows of a part on. Other rows of the same table stay unexplained: each has its own explanation."""
        if part.followed == ():
            return
        columns = {part.contributor: "contributor_id"} | {
            name: f"joined_{index}" for index, name in enumerate(part.joined)
        }
        for name, column in columns.items():
            if name == table.name:
                continue
            ids = statements.followed_ids(part, pairs, values, column)
            if name in self._rows:
                self._connection.execute(f"INSERT INTO {self._rows[name]} {ids}")
            else:
                self._rows[name] = self._create(ids)
        if part.contributor != table.name:
            self._asked[part.contributor] |= dict.fromkeys(self._declarations.followed(part))
        for name in part.joined:
            self._asked[name] |= dict.fromkeys(self._declarations.figures.get(name, {}))

    def _snapshots(self) -> tuple[Snapshot, ...]:
        rows = self._connection.execute(
            f"""
            SELECT source, table_name, snapshot_date, revision, content_sha256, licence, citation, synthetic
            FROM (SELECT DISTINCT * FROM {self._origins})
            LEFT JOIN (FROM ops.snapshots WHERE is_newest_revision) USING (source, table_name, snapshot_date)
            ORDER BY ALL
            """  # noqa: S608
        ).fetchall()
        return tuple(Snapshot(*row) for row in rows)

    def _create(self, sql: str, parameters: Mapping[str, Any] | None = None) -> str:
        self._made += 1
        name = f"explained_{self._made}"
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {sql}", parameters or {})
        return name

    def _count(self, relation: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])  # noqa: S608
