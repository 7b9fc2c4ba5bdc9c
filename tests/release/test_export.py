"""Tables as files: what is left out of a release of a whole listing."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.release.export import export_tables
from orchestration.release.manifest import TableEntry
from orchestration.settings import Settings
from orchestration.warehouse import duckdb, relations
from orchestration.warehouse.contract import Contract

CONTRACT = Contract(
    keys={"marts.dim_model": ("model_id",), "marts.days": ("model_id", "day"), "marts.pairs": ("model_id", "day")},
    released_in_part=frozenset({"marts.days"}),
)


def exported(home: Path, tracked: str) -> dict[str, TableEntry]:
    settings = Settings(home=home)
    copy = home / "copy.duckdb"
    with duckdb.connect(settings, copy) as connection:
        connection.execute(
            f"""
            CREATE SCHEMA marts;
            CREATE SCHEMA ops;
            CREATE SCHEMA basis;
            CREATE TABLE marts.dim_model AS
            SELECT 'a/' || range AS model_id, range IN ({tracked}) AS is_mainline FROM range(4);
            CREATE TABLE basis.spans AS SELECT model_id, 3 AS days FROM marts.dim_model;
            CREATE VIEW marts.days AS SELECT model_id, unnest(range(days)) AS day FROM basis.spans;
            CREATE VIEW marts.pairs AS SELECT model_id, unnest(range(2)) AS day FROM basis.spans;
            COMMENT ON VIEW marts.days IS 'One row a day.';
            """
        )
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, copy, "published", read_only=True)
        entries = export_tables(connection, "published", home, contract=CONTRACT, tombstones=())
    return {entry.name: entry for entry in entries}


def test_of_a_view_of_too_many_rows_a_release_has_tracked_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relations, "_MOST_ROWS", 0)
    entries = exported(tmp_path, "1, 3")
    days = pq.read_table(tmp_path / entries["days"].path).to_pydict()
    assert days == {"model_id": ["a/1"] * 3 + ["a/3"] * 3, "day": [0, 1, 2] * 2}
    assert entries["days"].comment.startswith("One row a day. Of so many models this release has only the rows of")
    assert {name: entry.rows for name, entry in entries.items()} == {"dim_model": 4, "days": 6, "pairs": 8}


def test_without_tracked_models_it_has_none_of_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "_MOST_ROWS", 0)
    assert exported(tmp_path, "-1")["days"].rows == 0


def test_of_a_view_of_few_rows_a_release_has_all(tmp_path: Path) -> None:
    days = exported(tmp_path, "1, 3")["days"]
    assert (days.rows, days.comment) == (12, "One row a day.")
