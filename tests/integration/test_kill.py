"""A killed run leaves nothing wrong behind: the next one publishes what an undisturbed one publishes."""

import os
import sys
from pathlib import Path

import duckdb
import pytest

from tests.integration.kill_demo import KillTest, differing_tables

#: More of them: ``WAREHOUSE_TEST_KILLS=20``; on the whole demo: ``python -m tests.integration.kill_demo``.
KILLS = int(os.environ.get("WAREHOUSE_TEST_KILLS", "3"))
SHORT_DEMO = (sys.executable, "-m", "tests.integration.short_demo")


@pytest.mark.integration
def test_kills_at_random_moments_change_nothing_that_is_published(tmp_path: Path) -> None:
    test = KillTest(tmp_path, SHORT_DEMO)
    test.run(KILLS, seed=3)
    assert len(test.kills) == KILLS
    assert test.compared


def published(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema ops; create table ops.builds (build_id int, n int)")
        connection.execute("create table marts.fact (model_id varchar, downloads bigint)")
        connection.execute(
            "insert into marts.fact values ('a', 1), ('a', 1), ('b', 2); insert into ops.builds values (1, 1)"
        )
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "delete from marts.fact where model_id = 'b'",
        "insert into marts.fact values ('a', 1)",
        "update marts.fact set downloads = 3 where model_id = 'b'",
        "drop table marts.fact",
        "create table marts.other (n int)",
        "alter table marts.fact add column extra int",
        "comment on column marts.fact.downloads is 'all of them'",
        "update ops.builds set n = 2",
    ],
)
def test_the_comparison_sees_every_difference(tmp_path: Path, statement: str) -> None:
    expected = published(tmp_path / "expected.duckdb")
    assert list(differing_tables(expected, published(tmp_path / "found.duckdb", statement)))


def test_the_comparison_sees_neither_order_nor_the_clock(tmp_path: Path) -> None:
    expected = published(tmp_path / "expected.duckdb")
    reordered = "create or replace table marts.fact as from marts.fact order by model_id desc"
    found = published(tmp_path / "found.duckdb", "update ops.builds set build_id = 2", reordered)
    assert list(differing_tables(expected, found)) == []


@pytest.mark.parametrize("ending", ["sys.exit(1)", "pass"])
def test_a_run_that_fails_or_publishes_nothing_is_noticed(tmp_path: Path, ending: str) -> None:
    well_once = """
import duckdb, os, pathlib, sys
home = pathlib.Path(os.environ["WAREHOUSE_HOME"])
if home.name == "home-1":
    (home / "published").mkdir()
    with duckdb.connect(str(home / "new.duckdb")) as connection:
        connection.execute("create schema ops; create table ops.builds (n int)")
    (home / "new.duckdb").rename(home / "published/current.duckdb")
else:
    """
    with pytest.raises(AssertionError):
        KillTest(tmp_path, (sys.executable, "-c", well_once + ending)).run(1, seed=1)
