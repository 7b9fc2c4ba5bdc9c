"""Hashes of what tables hold: the same however a table is divided or ordered, another for any other row."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.contents import Contents, contents_of

#: A column that is called as a part is, with several months and rows without one.
ROWS = ("(DATE '2026-06-01', 1)", "(DATE '2026-06-01', 2)", "(DATE '2026-07-01', 1)", "(NULL, 4)")
OTHERS = {
    "value": (*ROWS[:3], "(NULL, 5)"),
    "times": (*ROWS, "(NULL, 4)"),
    "day": ("(DATE '2026-06-02', 1)", *ROWS[1:]),
}


def contents(home: Path, rows: Sequence[str], month_column: str | None = None, kind: str = "INTEGER") -> Contents:
    with duckdb.connect(Settings(home=home)) as connection:
        connection.execute("ATTACH ':memory:' AS warehouse; CREATE SCHEMA warehouse.marts")
        connection.execute(f"CREATE TABLE warehouse.marts.fct (month DATE, n {kind})")
        connection.execute(f"INSERT INTO warehouse.marts.fct VALUES {', '.join(rows)}")
        months = {} if month_column is None else {"marts.fct": month_column}
        return contents_of(connection, "warehouse", months)["marts.fct"]


def test_a_table_has_one_hash_however_it_is_divided_and_ordered(tmp_path: Path) -> None:
    whole, by_month = contents(tmp_path, ROWS), contents(tmp_path, ROWS, "month")
    assert list(whole.parts) == [""]
    assert {part: each.rows for part, each in by_month.parts.items()} == {"": 1, "2026-06-01": 2, "2026-07-01": 1}
    assert whole.sha256 == by_month.sha256 == contents(tmp_path, ROWS[::-1]).sha256


@pytest.mark.parametrize("rows", OTHERS.values(), ids=OTHERS)
def test_other_rows_have_another_hash(tmp_path: Path, rows: Sequence[str]) -> None:
    assert contents(tmp_path, rows).sha256 != contents(tmp_path, ROWS).sha256


def test_other_types_have_another_hash(tmp_path: Path) -> None:
    assert contents(tmp_path, ROWS, kind="SMALLINT").sha256 != contents(tmp_path, ROWS).sha256
