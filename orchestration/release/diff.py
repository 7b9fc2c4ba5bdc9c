"""What changed between two releases: set-based, one join of each table by its key, in DuckDB.

A table whose file has the same sha256 in both is not read at all.
"""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from orchestration.months import month_after
from orchestration.release.database import parquet
from orchestration.release.diff_record import (
    CrossoverMove,
    MeasureChange,
    ReleaseDiff,
    RestatedMonth,
    TableDiff,
    ValueChange,
)
from orchestration.release.headlines import headlines_of
from orchestration.release.manifest import ReleaseManifest, TableEntry, read_manifest
from orchestration.settings import Settings
from orchestration.warehouse import duckdb

#: Largest changes that are listed per measure.
LARGEST = 5

_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "DOUBLE", "FLOAT", "DECIMAL")
_CROSSOVERS = "report_crossovers"


def diff_releases(settings: Settings, before: Path, after: Path) -> ReleaseDiff:
    """Compares two releases.

    Args:
        settings: limits of the engine.
        before: folder of the earlier one.
        after: folder of the later one; only its manifest and Parquet files need to be there.

    Raises:
        DataRefused: a folder is not a release, or a file of it is missing.
    """
    return compare(settings, (before, read_manifest(before)), (after, read_manifest(after)))


def compare(
    settings: Settings, earlier: tuple[Path, ReleaseManifest], later: tuple[Path, ReleaseManifest]
) -> ReleaseDiff:
    """Compares two releases whose manifests are known; raises like :func:`diff_releases`."""
    (_, old), (_, new) = earlier, later
    sides = [{table.name: table for table in manifest.marts} for manifest in (old, new)]
    with duckdb.connect(settings) as connection:
        connection.execute("SET preserve_insertion_order = false")
        tables = tuple(
            _table(connection, (earlier[0], sides[0].get(name)), (later[0], sides[1].get(name)), month_after(old.month))
            for name in sorted(sides[0].keys() | sides[1].keys())
        )
        crossovers = _crossovers(connection, (earlier[0], sides[0]), (later[0], sides[1]))
        headlines = headlines_of(connection, (earlier[0], old), (later[0], new))
    return ReleaseDiff(
        before=old.version,
        after=new.version,
        history_until=month_after(old.month) - timedelta(days=1),
        synthetic=old.synthetic or new.synthetic,
        headlines=headlines,
        tables=tables,
        crossovers=crossovers,
    )


def _table(
    connection: duckdb.Connection,
    before: tuple[Path, TableEntry | None],
    after: tuple[Path, TableEntry | None],
    open_from: date,
) -> TableDiff:
    """Compares one table; days from ``open_from`` on were not over in the earlier release, so they are no history."""
    old, new = before[1], after[1]
    if old is None or new is None:
        there = new or old
        assert there is not None  # noqa: S101 - a name of one of the two
        return TableDiff(
            table=there.name,
            status="table_added" if old is None else "table_removed",
            key=there.key,
            rows_before=0 if old is None else old.rows,
            rows_after=0 if new is None else new.rows,
        )
    if old.sha256 == new.sha256:
        return TableDiff(table=new.name, status="unchanged", key=new.key, rows_before=old.rows, rows_after=new.rows)
    types = [{column.name: column.type for column in table.columns} for table in (old, new)]
    common = [name for name in types[1] if types[0].get(name) == types[1][name]]
    found = TableDiff(
        table=new.name,
        status="changed",
        key=new.key,
        rows_before=old.rows,
        rows_after=new.rows,
        columns_added=tuple(name for name in types[1] if name not in types[0]),
        columns_removed=tuple(name for name in types[0] if name not in types[1]),
        columns_retyped=tuple(name for name in types[1] if name in types[0] and name not in common),
    )
    if not set(new.key) <= set(common) or old.key != new.key:
        return msgspec.structs.replace(found, status="not_comparable", reason="the key of the table is another")
    _join(connection, parquet(before[0], old), parquet(after[0], new), new.key, common)
    counts = dict(connection.execute("SELECT kind, count(*) FROM joined GROUP BY kind").fetchall())
    days = [name for name in new.key if types[1][name] == "DATE"]
    history = f"{duckdb.identifier(days[0])} < DATE '{open_from}'" if days else "true"
    measures = [name for name in common if name not in new.key and types[1][name].startswith(_NUMBERS)]
    found = msgspec.structs.replace(
        found,
        added=counts.get("added", 0),
        removed=counts.get("removed", 0),
        changed=counts.get("changed", 0),
        measures=tuple(filter(None, (_measure(connection, name, new.key, history) for name in measures))),
        date_column=days[0] if days else None,
        restated=_restated(connection, days[0], history) if days else (),
    )
    connection.execute("DROP TABLE joined")
    return found


def _join(connection: duckdb.Connection, old: str, new: str, key: Sequence[str], common: Sequence[str]) -> None:
    """Makes ``joined``: every row that is on one side only or differs, with both values of each common column."""
    names = {name: duckdb.identifier(name) for name in common}
    values = [name for name in common if name not in key]
    pairs = [f"o.{names[v]} AS {_old(v)}, n.{names[v]} AS {_new(v)}" for v in values]
    is_same = " AND ".join(f"o.{names[v]} IS NOT DISTINCT FROM n.{names[v]}" for v in values) or "true"
    chosen = [f"coalesce(n.{names[k]}, o.{names[k]}) AS {names[k]}" for k in key]
    match = " AND ".join(f"o.{names[k]} IS NOT DISTINCT FROM n.{names[k]}" for k in key)
    listed = ", ".join(names.values())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE joined AS
        SELECT
            CASE WHEN o.is_there IS NULL THEN 'added' WHEN n.is_there IS NULL THEN 'removed' ELSE 'changed' END AS kind,
            {", ".join([*chosen, *pairs])}
        FROM (SELECT {listed}, true AS is_there FROM {old}) AS o
        FULL JOIN (SELECT {listed}, true AS is_there FROM {new}) AS n ON {match}
        WHERE o.is_there IS NULL OR n.is_there IS NULL OR NOT ({is_same})
        """  # noqa: S608 - quoted names
    )


def _measure(connection: duckdb.Connection, name: str, key: Sequence[str], history: str) -> MeasureChange | None:
    old, new = _old(name), _new(name)
    where = f"kind = 'changed' AND {history} AND {old} IS DISTINCT FROM {new}"
    rows, before, after = connection.execute(
        f"SELECT count(*), sum({old}), sum({new}) FROM joined WHERE {where}"  # noqa: S608 - quoted names
    ).fetchall()[0]
    if not rows:
        return None
    keys = ", ".join(map(duckdb.identifier, key))
    largest = connection.execute(
        f"""
        SELECT {keys}, {old}, {new} FROM joined WHERE {where}
        ORDER BY abs(coalesce({new}::double, 0) - coalesce({old}::double, 0)) DESC, {keys} LIMIT {LARGEST}
        """  # noqa: S608 - quoted names
    ).fetchall()
    changes = tuple(
        ValueChange(dict(zip(key, row[:-2], strict=True)), _number(row[-2]), _number(row[-1])) for row in largest
    )
    return MeasureChange(name, rows, _number(before), _number(after), changes)


def _restated(connection: duckdb.Connection, day: str, history: str) -> tuple[RestatedMonth, ...]:
    """Differences on days that were over in the earlier release, by month."""
    name = duckdb.identifier(day)
    rows = connection.execute(
        f"""
        SELECT
            date_trunc('month', {name})::date AS month,
            count(*) FILTER (kind = 'added'), count(*) FILTER (kind = 'removed'), count(*) FILTER (kind = 'changed')
        FROM joined WHERE {history}
        GROUP BY month ORDER BY month
        """  # noqa: S608 - quoted names
    ).fetchall()
    return tuple(RestatedMonth(*row) for row in rows)


def _crossovers(
    connection: duckdb.Connection,
    before: tuple[Path, dict[str, TableEntry]],
    after: tuple[Path, dict[str, TableEntry]],
) -> tuple[CrossoverMove, ...]:
    sides = []
    for folder, tables in (before, after):
        if _CROSSOVERS not in tables:
            return ()
        sides.append(
            f"""
            (SELECT crossover_id, concat(challenger, ' over ', incumbent, ', ', measure) AS what, status, crossing_date
            FROM {parquet(folder, tables[_CROSSOVERS])} WHERE is_default)
            """  # noqa: S608 - quoted names
        )
    rows = connection.execute(
        f"""
        SELECT
            coalesce(n.crossover_id, o.crossover_id), coalesce(n.what, o.what),
            o.status, o.crossing_date, n.status, n.crossing_date
        FROM {sides[0]} AS o FULL JOIN {sides[1]} AS n USING (crossover_id)
        WHERE o.status IS DISTINCT FROM n.status OR o.crossing_date IS DISTINCT FROM n.crossing_date
        ORDER BY 1
        """  # noqa: S608 - quoted names
    ).fetchall()
    return tuple(CrossoverMove(*row) for row in rows)


def _old(name: str) -> str:
    return duckdb.identifier(f"old {name}")


def _new(name: str) -> str:
    return duckdb.identifier(f"new {name}")


def _number(value: Any) -> float | int | None:
    """A number that JSON can hold; infinities and NaN are none."""
    if value is None or not math.isfinite(value):
        return None
    return float(value) if isinstance(value, float) or value != int(value) else int(value)
