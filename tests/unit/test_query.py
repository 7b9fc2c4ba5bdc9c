"""Statements on the published copy read it and do nothing else."""

from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import current_copy, publish
from orchestration.warehouse.query import query


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    settings.build_database.parent.mkdir()
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute(
            "CREATE SCHEMA marts; CREATE SCHEMA ops; CREATE TABLE marts.dim_model AS SELECT 'a/b' AS model_id"
        )
    publish(settings, fingerprint="f" * 64, synthetic=False, engine_versions="")
    return settings


def answer(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with query(settings, sql) as result:
        return list(result.rows)


@pytest.mark.parametrize("table", ["dim_model", "marts.dim_model"])
def test_tables_are_found_with_and_without_schema(settings: Settings, table: str) -> None:
    assert answer(settings, f"from {table}") == [("a/b",)]
    assert answer(settings, "select count(*) from builds") == [(1,)]


def test_columns_are_named(settings: Settings) -> None:
    with query(settings, "select 1 as one, 2 as two") as result:
        assert result.columns == ("one", "two")


def test_large_integers_stay_integers(settings: Settings) -> None:
    assert answer(settings, "select sum(n) from (values (9223372036854775807), (1)) t(n)") == [(2**63,)]


def test_more_rows_than_one_batch_all_arrive(settings: Settings) -> None:
    assert len(answer(settings, "from range(25001)")) == 25001


@pytest.mark.parametrize(
    "sql",
    [
        "create table marts.mine as select 1",
        "insert into marts.dim_model values ('x')",
        "drop table marts.dim_model",
        "copy marts.dim_model to '{folder}/stolen.csv'",
        "export database '{folder}/export'",
        "attach '{folder}/other.duckdb'",
        "select * from read_text('{secret}')",
        "select * from '{secret}'",
        "select * from glob('{folder}/*')",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '100GB'",
        "install httpfs",
        "load httpfs",
        "create secret s (type http)",
    ],
)
def test_nothing_can_be_written_and_no_file_read(settings: Settings, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("password\n")
    before = current_copy(settings).read_bytes()
    with pytest.raises(ConfigurationError, match="The SQL was not run"):
        answer(settings, sql.format(folder=tmp_path, secret=secret))
    assert list(tmp_path.iterdir()) == [secret]
    assert current_copy(settings).read_bytes() == before


def test_python_variables_are_not_tables(settings: Settings) -> None:
    import pandas as pd

    frame = pd.DataFrame({"n": [1]})
    assert len(frame) == 1
    with pytest.raises(ConfigurationError, match="frame"):
        answer(settings, "select * from frame")


def test_an_error_while_rows_are_read_is_one_too(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="not-a-number"):
        answer(
            settings, "select cast(case when range = 24000 then 'not-a-number' else '1' end as int) from range(25000)"
        )


def test_wrong_sql_is_a_wrong_call(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="nonsense") as refusal:
        answer(settings, "select nonsense")
    assert refusal.value.exit_code == 2
