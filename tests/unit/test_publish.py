"""The published copy: what is in it, what is written for it, that it is swapped whole and readers are left alone."""

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb as engine
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import duckdb, publish, relations, transfer
from orchestration.warehouse.evidence import manifest_of_build
from orchestration.warehouse.publish import BuildRecord, current_copy, current_record

MARTS = """
CREATE SCHEMA staging; CREATE SCHEMA marts; CREATE SCHEMA ops;
CREATE TABLE staging.secret AS SELECT 1 AS n;
CREATE TABLE marts.fct (model_id VARCHAR NOT NULL, day DATE, n BIGINT);
CREATE TABLE marts.keyless AS SELECT * FROM (VALUES (2, 'b'), (1, 'z'), (1, 'a')) AS t(n, s);
CREATE VIEW ops.books AS SELECT count(*) AS facts FROM warehouse.marts.fct;
COMMENT ON TABLE marts.fct IS 'It''s one row per model and day.';
COMMENT ON COLUMN marts.fct.n IS 'Downloads; "n" of them.';
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose build database holds two facts."""
    settings = Settings(home=tmp_path, published_copies=2)
    settings.build_database.parent.mkdir()
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute(MARTS)
    write_facts(settings, [("b/x", 2), ("a/x", 1)])
    return settings


def write_facts(settings: Settings, facts: list[tuple[str, int]]) -> None:
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute("DELETE FROM marts.fct")
        connection.executemany("INSERT INTO marts.fct VALUES (?, DATE '2026-07-01', ?)", facts)


def make(settings: Settings, *, synthetic: bool = False, fingerprint: str = "f" * 64) -> BuildRecord:
    return publish.publish(settings, fingerprint=fingerprint, synthetic=synthetic, engine_versions="duckdb 1")


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect_read_only(settings, current_copy(settings)) as connection:
        return connection.execute(sql).fetchall()


def test_only_marts_and_ops_are_published_and_only_as_tables(settings: Settings) -> None:
    make(settings)
    assert rows(settings, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL") == [
        ("marts", "fct"),
        ("marts", "keyless"),
        ("ops", "books"),
        ("ops", "builds"),
    ]
    assert rows(settings, "SELECT view_name FROM duckdb_views() WHERE NOT internal") == []
    assert rows(settings, "FROM ops.books") == [(2,)]


def test_comments_and_not_null_are_published(settings: Settings) -> None:
    make(settings)
    assert rows(settings, "SELECT comment FROM duckdb_tables() WHERE table_name = 'fct'") == [
        ("It's one row per model and day.",)
    ]
    columns = "SELECT column_name, is_nullable, comment FROM duckdb_columns() WHERE table_name = 'fct'"
    assert rows(settings, columns) == [
        ("model_id", False, None),
        ("day", True, None),
        ("n", True, 'Downloads; "n" of them.'),
    ]


def test_rows_lie_in_the_order_of_the_key_or_of_all_columns(settings: Settings) -> None:
    make(settings)
    assert rows(settings, "SELECT model_id FROM marts.fct") == [("a/x",), ("b/x",)]
    assert rows(settings, "FROM marts.keyless") == [(1, "a"), (1, "z"), (2, "b")]


def test_synthetic_says_so_in_every_comment_and_in_the_record(settings: Settings) -> None:
    make(settings, synthetic=True)
    comments = rows(settings, "SELECT comment FROM duckdb_tables() WHERE table_name != 'builds'")
    assert len(comments) == 3
    assert all(str(comment).startswith("SYNTHETIC") for (comment,) in comments)
    assert rows(settings, "SELECT synthetic, notice LIKE 'SYNTHETIC%' FROM ops.builds") == [(True, True)]


def test_measured_does_not_say_synthetic(settings: Settings) -> None:
    make(settings)
    assert rows(settings, "SELECT count(*) FROM duckdb_tables() WHERE comment LIKE '%SYNTHETIC%'") == [(0,)]
    assert rows(settings, "SELECT synthetic, notice FROM ops.builds") == [(False, None)]


def test_the_record_can_be_read_back(settings: Settings) -> None:
    assert current_record(settings) is None
    record = make(settings)
    assert current_record(settings) == record
    assert record.build_id.endswith("Z-ffffffff")
    assert current_copy(settings).name == f"warehouse-{record.build_id}.duckdb"


def test_a_reader_keeps_the_copy_that_it_has_open_also_after_it_is_pruned(settings: Settings) -> None:
    make(settings)
    first = current_copy(settings)
    with duckdb.connect_read_only(settings, first) as reader:
        for n in range(3):
            write_facts(settings, [("c/x", n)])
            make(settings)
        assert not first.exists()
        assert reader.execute("SELECT model_id FROM marts.fct").fetchall() == [("a/x",), ("b/x",)]
    assert rows(settings, "SELECT n FROM marts.fct") == [(2,)]


def test_the_stated_number_of_copies_is_kept_and_every_copy_has_its_own_name(settings: Settings) -> None:
    ids = [make(settings).build_id for _ in range(4)]  # within one second
    assert len(set(ids)) == 4
    names = sorted(path.name for path in settings.published.iterdir())
    kept = [f"warehouse-{build_id}.duckdb" for build_id in sorted(ids)[-2:]]
    assert names == ["current.duckdb", *(f"{copy}{end}" for copy in kept for end in ("", ".sha256", ".tables.json"))]


def test_files_of_others_are_neither_pruned_nor_counted(settings: Settings) -> None:
    make(settings)
    theirs = [settings.published / name for name in ("warehouse-mine.duckdb", "warehouse-20990101.duckdb", "notes.txt")]
    for path in theirs:
        path.write_text("")
    for _ in range(3):
        make(settings)
    assert all(path.exists() for path in theirs)


def test_a_clock_that_was_set_back_does_not_make_the_newest_copy_look_old(settings: Settings) -> None:
    make(settings)
    ahead = current_copy(settings)
    ahead.rename(ahead.with_name("warehouse-20990101T000000Z-ffffffff.duckdb"))
    assert make(settings).build_id == "20990101T000001Z-ffffffff"


def test_the_pointer_is_relative_so_that_the_home_can_be_moved(settings: Settings, tmp_path: Path) -> None:
    make(settings)
    assert not settings.current_database.readlink().is_absolute()
    with engine.connect(str(settings.current_database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM marts.fct").fetchall() == [(2,)]


def test_what_a_kill_left_is_swept_and_was_never_current(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make(settings)
    good = current_copy(settings)
    for step in ("transfer", "write_record", "_point"):
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr(publish, step, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            make(settings)
        assert current_copy(settings) == good
    make(settings)
    assert [path.name for path in settings.published.glob(".*")] == []


def test_a_copy_that_was_edited_has_no_seal(settings: Settings) -> None:
    make(settings)
    copy = current_copy(settings)
    assert publish.is_sealed(copy)
    with duckdb.connect(settings, copy) as connection:
        connection.execute("UPDATE marts.fct SET n = 3 WHERE model_id = 'a/x'")
    assert not publish.is_sealed(copy)
    publish.seal_of(copy).unlink()
    assert not publish.is_sealed(copy)


def test_the_seal_of_a_copy_that_a_kill_left_unmade_is_swept(settings: Settings) -> None:
    settings.published.mkdir()
    names = [f"warehouse-20260701T000000Z-ffffffff.duckdb.{end}" for end in ("sha256", "tables.json")]
    for name in names:
        (settings.published / name).touch()
    make(settings)
    assert not any((settings.published / name).exists() for name in names)


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Nothing is published .* `warehouse build`"):
        current_copy(Settings(home=tmp_path))


def test_a_broken_copy_counts_as_none(settings: Settings) -> None:
    make(settings)
    current_copy(settings).write_bytes(b"junk")
    assert current_record(settings) is None


def by_month(settings: Settings) -> None:
    """Declares that facts are published by month, and their key."""
    manifest = {
        "nodes": {
            "model.fct": {
                "resource_type": "model",
                "schema": "marts",
                "alias": "fct",
                "columns": {"day": {"constraints": [{"type": "not_null"}]}},
                "config": {"meta": {"published_by_month": "day"}},
            },
            "test.key": {
                "resource_type": "test",
                "attached_node": "model.fct",
                "test_metadata": {"name": "unique_together", "kwargs": {"columns": ["day", "model_id"]}},
            },
        }
    }
    manifest_of_build(settings).write_text(json.dumps(manifest))


def written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Makes a copy and gives the parts of tables that were written for it."""
    parts = []
    insert = transfer._insert

    def noted(connection, source, each, definition, part):  # type: ignore[no-untyped-def]
        parts.append((each.name, part))
        insert(connection, source, each, definition, part)

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "_insert", noted)
        make(settings)
    return sorted(parts)


def execute(settings: Settings, sql: str) -> None:
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute(sql)


def test_only_what_differs_from_the_copy_before_is_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    by_month(settings)
    execute(settings, "INSERT INTO marts.fct VALUES ('a/x', DATE '2026-06-30', 7), ('a/x', DATE '2026-08-01', 9)")
    months = [("fct", "2026-06-01"), ("fct", "2026-07-01"), ("fct", "2026-08-01")]
    assert written(settings, monkeypatch) == [("books", ""), *months, ("keyless", "")]
    assert written(settings, monkeypatch) == []
    execute(settings, "INSERT INTO marts.fct VALUES ('b/x', DATE '2026-08-02', 4)")
    assert written(settings, monkeypatch) == [("books", ""), ("fct", "2026-08-01")]
    execute(settings, "UPDATE marts.fct SET n = 8 WHERE day = DATE '2026-06-30'")
    assert written(settings, monkeypatch) == [("fct", "2026-06-01")]
    execute(settings, "DELETE FROM marts.fct WHERE day = DATE '2026-06-30'")
    assert written(settings, monkeypatch) == [("books", "")]
    assert rows(settings, "SELECT model_id, n FROM marts.fct ORDER BY day, model_id") == [
        ("a/x", 1),
        ("b/x", 2),
        ("a/x", 9),
        ("b/x", 4),
    ]


def test_a_table_that_became_another_is_written_whole_and_one_that_is_gone_goes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_month(settings)
    make(settings)
    execute(settings, "COMMENT ON COLUMN marts.fct.n IS 'Other words'; DROP TABLE marts.keyless")
    assert written(settings, monkeypatch) == [("fct", "2026-07-01")]
    assert rows(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'n'") == [("Other words",)]
    assert rows(settings, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'keyless'") == [(0,)]


def test_views_of_many_rows_stay_views_with_what_they_are_made_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        settings,
        """
        CREATE SCHEMA basis;
        CREATE TABLE basis.spans AS SELECT 'a/x' AS model_id, 3 AS days;
        CREATE VIEW marts.days AS SELECT model_id, unnest(range(days)) AS day FROM warehouse.basis.spans;
        COMMENT ON VIEW marts.days IS 'One row a day.';
        COMMENT ON COLUMN marts.days.day IS 'Counted from 0.';
        """,
    )
    make(settings)
    tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE table_name IN ('days', 'spans')"
    assert rows(settings, tables) == [("marts", "days")]
    monkeypatch.setattr(relations, "_MOST_ROWS", 0)
    for _ in range(2):
        make(settings, synthetic=True)
        assert rows(settings, tables) == [("basis", "spans")]
        assert rows(settings, "FROM marts.days") == [("a/x", 0), ("a/x", 1), ("a/x", 2)]
        [(comment,)] = rows(settings, "SELECT comment FROM duckdb_views() WHERE view_name = 'days'")
        assert comment == f"{publish.SYNTHETIC_NOTICE} One row a day."
        assert rows(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'day' AND comment != ''") == [
            ("Counted from 0.",)
        ]
    monkeypatch.undo()
    make(settings)
    assert rows(settings, tables) == [("marts", "days")]


def test_a_copy_that_was_edited_or_is_of_another_engine_is_not_gone_on_from(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(settings)
    with duckdb.connect(settings, current_copy(settings)) as connection:
        connection.execute("UPDATE marts.fct SET n = 3")
    assert ("fct", "") in written(settings, monkeypatch)
    publish.publish(settings, fingerprint="f" * 64, synthetic=False, engine_versions="duckdb 2")
    assert ("fct", "") in written(settings, monkeypatch)


def test_of_a_month_in_which_few_rows_differ_only_these_are_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_month(settings)
    execute(
        settings,
        """
        DELETE FROM marts.fct;
        INSERT INTO marts.fct SELECT 'm/' || range, DATE '2026-06-01', range FROM range(200);
        INSERT INTO marts.fct SELECT 'm/' || range, DATE '2026-07-01', range FROM range(200);
        """,
    )
    make(settings)
    execute(settings, "UPDATE marts.fct SET n = 7 WHERE model_id = 'm/3' AND day = DATE '2026-06-01'")
    execute(settings, "DELETE FROM marts.fct WHERE model_id = 'm/9' AND day = DATE '2026-06-01'")
    assert written(settings, monkeypatch) == [("books", "")]
    both = [rows(settings, "FROM marts.fct ORDER BY ALL")]
    with duckdb.connect(settings, settings.build_database) as connection:
        both.append(connection.execute("FROM marts.fct ORDER BY ALL").fetchall())
    assert both[0] == both[1]
    assert len(both[0]) == 399
    execute(settings, "UPDATE marts.fct SET n = n + 1000 WHERE n < 100 AND day = DATE '2026-06-01'")
    assert written(settings, monkeypatch) == [("fct", "2026-06-01")]


def test_few_rows_of_a_view_are_written_into_the_table_that_stands_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_month(settings)
    execute(
        settings,
        """
        DROP TABLE marts.fct;
        CREATE TABLE main.facts AS
        SELECT 'm/' || range AS model_id, DATE '2026-06-01' + 31 * CAST(range % 2 AS INTEGER) AS day, range AS n
        FROM range(400);
        CREATE VIEW marts.fct AS FROM warehouse.main.facts;
        """,
    )
    make(settings)
    execute(settings, "UPDATE main.facts SET n = 7 WHERE model_id = 'm/4'")
    assert written(settings, monkeypatch) == []
    assert rows(settings, "SELECT n, count(*) FROM marts.fct WHERE model_id = 'm/4' GROUP BY n") == [(7, 1)]
    assert rows(settings, "SELECT count(*) FROM marts.fct") == [(400,)]


@pytest.mark.parametrize("few", [0.02, 10])
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 120), st.integers(0, 3))),
        min_size=2,
        max_size=5,
    )
)
def test_a_copy_that_goes_on_holds_what_one_from_nothing_holds(
    settings: Settings, few: float, states: list[list[tuple[str, int, int]]]
) -> None:
    by_month(settings)
    for state in states:
        facts = [(model, date(2026, 1, 1) + timedelta(day), n) for model, day, n in state]
        with duckdb.connect(settings, settings.build_database) as connection:
            connection.execute("DELETE FROM marts.fct")
            for fact in facts:
                connection.execute("INSERT INTO marts.fct VALUES (?, ?, ?)", fact)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(transfer, "_FEW", few)
            make(settings)
        assert rows(settings, "FROM marts.fct ORDER BY ALL") == sorted(facts)
        assert rows(settings, "FROM ops.books") == [(len(facts),)]
