"""Explanations on a warehouse of a few rows, made by hand: what adds up, what does not, and what a person may ask."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration import cli
from orchestration.errors import ConfigurationError, DataRefused
from orchestration.explain.chain import explain
from orchestration.explain.explanation import Explanation, FigureFound
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import current_copy, publish
from orchestration.warehouse.query import open_copy

#: Two regions over two months, from days of three models; `odd "name"` is a column that must be quoted.
MARTS = """
CREATE SCHEMA marts; CREATE SCHEMA ops;
CREATE TABLE marts.fct_days (model_id VARCHAR NOT NULL, day DATE NOT NULL, region VARCHAR, n BIGINT,
    "odd ""name" BIGINT, read_on DATE);
INSERT INTO marts.fct_days VALUES
    ('a/x', '2026-01-01', 'us', 10, 1, '2026-01-01'), ('a/x', '2026-01-02', 'us', 20, 1, '2026-01-02'),
    ('a/y', '2026-01-01', 'us', 5, 1, '2026-01-01'), ('b/z', '2026-01-01', 'china', 7, 1, '2026-01-01'),
    ('b/z', '2026-02-01', 'china', 9, 1, '2026-02-03');
CREATE TABLE marts.dim_weight AS FROM (VALUES ('a/x', 1), ('a/y', 1), ('b/z', 2)) AS t(model_id, weight);
CREATE TABLE marts.report_months (month DATE NOT NULL, region VARCHAR NOT NULL, downloads BIGINT, share DOUBLE,
    models BIGINT, best BIGINT, best_day DATE, weighted BIGINT, odd BIGINT, tolerance DOUBLE, note VARCHAR);
INSERT INTO marts.report_months VALUES
    ('2026-01-01', 'us', 35, 35.0 / 42, 2, 20, '2026-01-02', 35, 3, 0.1, 'n'),
    ('2026-01-01', 'china', 7, 7.0 / 42, 1, 7, '2026-01-01', 14, 1, 0.1, NULL),
    ('2026-02-01', 'china', 9, 1, 1, 9, '2026-02-01', 18, 1, 0.1, NULL);
COMMENT ON TABLE marts.report_months IS 'Downloads by month.';
COMMENT ON COLUMN marts.report_months.downloads IS 'Downloads of the month.';
CREATE TABLE marts.dim_plain AS SELECT 1 AS n;
CREATE TABLE ops.snapshots AS
SELECT 'hub' AS source, 'daily' AS table_name, day::DATE AS snapshot_date, revision,
    revision = 2 AS is_newest_revision, 'sha-' || revision AS content_sha256, 'CC0-1.0' AS licence,
    'Cite me' AS citation, false AS synthetic
FROM (VALUES ('2026-01-01'), ('2026-01-02'), ('2026-02-03'), ('2026-03-01')) AS d(day),
    (VALUES (1), (2)) AS r(revision);
CREATE TABLE ops.figure_parts (mart VARCHAR, figure VARCHAR, equals VARCHAR, given_by_seed VARCHAR, part VARCHAR,
    contributor VARCHAR, joined_marts VARCHAR, contributor_keys VARCHAR, contributor_condition VARCHAR,
    contributor_by VARCHAR, part_how VARCHAR, contribution VARCHAR, followed VARCHAR);
CREATE TABLE ops.figure_snapshots (mart VARCHAR, source_expression VARCHAR, table_expression VARCHAR,
    date_expression VARCHAR);
INSERT INTO ops.figure_snapshots VALUES ('fct_days', '''hub''', '''daily''', 'read_on');
CREATE TABLE ops.figure_variables AS SELECT 'report_months' AS mart, 'window' AS variable, '30' AS variable_value;
"""

IN_MONTH = "date_trunc('month', contributor.day) = figure.month"


def part(figure: str, how: str, amount: str | None = None, **changes: Any) -> dict[str, Any]:
    """A row of ``ops.figure_parts``: days of the region and month."""
    return {
        "mart": "report_months",
        "figure": figure,
        "equals": None,
        "given_by_seed": None,
        "part": "days",
        "contributor": "fct_days",
        "joined_marts": "[]",
        "contributor_keys": '{"region": "region"}',
        "contributor_condition": IN_MONTH,
        "contributor_by": '["model_id"]',
        "part_how": how,
        "contribution": amount,
        "followed": None,
    } | changes


OWN_MONTH = {"contributor": "report_months", "contributor_keys": '{"month": "month"}', "contributor_condition": None}

DECLARED = [
    part("downloads", "sum", "n"),
    part(
        "share",
        "sum",
        "downloads",
        equals="figure.downloads / parts.days",
        contributor_by='["region"]',
        **OWN_MONTH,
    ),
    part("models", "count"),
    part("best", "max", "n"),
    part("best_day", "max", "day", contributor_condition=f"{IN_MONTH} and contributor.n = figure.best"),
    part(
        "weighted",
        "sum",
        "contributor.n * dim_weight.weight",
        joined_marts='["dim_weight"]',
        contributor_condition=f"{IN_MONTH} and dim_weight.model_id = contributor.model_id",
    ),
    part("odd", "sum", 'odd "name'),
    part("tolerance", "count", part=None, given_by_seed="published"),
]


def fill(connection: duckdb.Connection, rows: list[dict[str, Any]], statements: tuple[str, ...] = ()) -> None:
    """The hand-made tables, what is declared about them, and what a test changes."""
    connection.execute(MARTS)
    for row in rows:
        connection.execute(f"INSERT INTO ops.figure_parts VALUES ({', '.join('?' * len(row))})", list(row.values()))
    for statement in statements:
        connection.execute(statement)


def published(folder: Path, *statements: str) -> Settings:
    """A home with a published copy of the hand-made tables."""
    settings = Settings(home=folder)
    settings.build_database.parent.mkdir(parents=True)
    with duckdb.connect(settings, settings.build_database) as connection:
        fill(connection, DECLARED, statements)
    publish(settings, fingerprint="f" * 64, synthetic=False, engine_versions="duckdb 1")
    return settings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return published(tmp_path_factory.mktemp("home"))


US = "month = '2026-01-01' and region = 'us'"


def explained(where: str = US, *statements: str, rows: list[dict[str, Any]] = DECLARED, **options: Any) -> Explanation:
    with duckdb.connect(Settings()) as connection:
        fill(connection, rows, statements)
        connection.execute("SET search_path = 'marts,ops'")
        return explain(connection, options.pop("mart", "report_months"), where, **options)


def figure(explanation: Explanation, column: str, level: int = 0) -> FigureFound:
    return next(each for each in explanation.levels[level].figures if each.figure.column == column)


def test_every_figure_is_made_anew_from_its_parts() -> None:
    found = explained()
    assert {each.figure.column: each.explained for each in found.levels[0].figures} == {
        "downloads": 35,
        "share": 35 / 42,
        "models": 2,
        "best": 20,
        "best_day": found.rows[0]["best_day"],
        "weighted": 35,
        "odd": 3,
        "tolerance": 0.1,
    }
    assert found.faults == []
    assert found.table.description == "Downloads by month."
    assert figure(found, "downloads").description == "Downloads of the month."
    assert found.variables == {"window": "30"}


def test_contributors_come_biggest_first_and_counted() -> None:
    found = figure(explained(top=1), "downloads").parts[0]
    assert (found.contributors, found.value, found.top) == (2, 35, (("a/x", 30, 2),))


def test_the_walk_ends_at_the_newest_revisions_that_were_read() -> None:
    found = explained("region = 'china' and month = '2026-02-01'")
    assert [(level.table.name, level.rows) for level in found.levels] == [
        ("report_months", 1),
        ("fct_days", 1),
        ("dim_weight", 1),
    ]
    assert [(str(each.date), each.revision, each.sha256, each.licence) for each in found.snapshots] == [
        ("2026-02-03", 2, "sha-2", "CC0-1.0")
    ]


def test_a_maximum_rests_on_the_rows_that_attain_it() -> None:
    found = explained(figures=["best"])
    assert figure(found, "best").parts[0].contributors == 2
    assert next(level.rows for level in found.levels if level.table.name == "fct_days") == 1
    assert [str(each.date) for each in found.snapshots] == ["2026-01-02"]


def test_a_figure_brings_those_of_its_row_that_it_follows_from() -> None:
    found = explained(figures=["share"])
    assert [each.figure.column for each in found.levels[0].figures] == ["downloads", "share"]


def test_several_rows_are_explained_at_once() -> None:
    found = figure(explained("true"), "downloads")
    assert (found.rows, found.rows_adding_up, found.stated, found.explained) == (3, 3, 51, 51)


def test_a_figure_that_is_not_its_parts_is_a_fault() -> None:
    change = "UPDATE marts.report_months SET downloads = 36 WHERE region = 'us'"
    assert (
        explained(US, change)
        .faults[0]
        .startswith("report_months.downloads does not add up on 1 of 1 rows (it is 36 and its parts make 35)")
    )
    assert explained("region = 'china' and month = '2026-02-01'", change).faults == []


@pytest.mark.parametrize(("downloads", "faults"), [("NULL", 0), ("0", 1)])
def test_unknown_is_not_zero(downloads: str, faults: int) -> None:
    change = f"INSERT INTO marts.report_months (month, region, downloads) VALUES ('2026-03-01', 'us', {downloads})"
    found = explained("month = '2026-03-01'", change, rows=[part("downloads", "sum", "n")])
    assert len(found.faults) == faults


def test_a_snapshot_that_the_books_lack_is_a_fault() -> None:
    assert explained(US, "DELETE FROM ops.snapshots WHERE snapshot_date = '2026-01-02'").faults == [
        "1 snapshots that rows rest on are not in ops.snapshots (the first is hub/daily of 2026-01-02)"
    ]


@pytest.mark.parametrize(
    "where",
    [
        "region = 'us'; drop table marts.fct_days",
        "region = 'us') or (true",
        "true union select 1",
        "",
        "regoin = 'us'",
        "month = 'never'",
        "count(*) > 1",
        "read_text('/etc/hostname') is not null",
    ],
)
def test_a_condition_is_one_expression_over_the_columns(home: Settings, where: str) -> None:
    before = current_copy(home).read_bytes()
    with (
        open_copy(home) as connection,
        pytest.raises(ConfigurationError, match="is no condition on report_months") as refusal,
    ):
        explain(connection, "report_months", where)
    assert "\n" not in str(refusal.value)
    assert current_copy(home).read_bytes() == before


def test_what_cannot_be_found_is_said_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="no table report_month; did you mean report_months"):
        explained(mart="report_month")
    with pytest.raises(ConfigurationError, match="dim_plain does not declare"):
        explained(mart="dim_plain")
    with pytest.raises(ConfigurationError, match="declares no figure note; it has"):
        explained(figures=["note"])
    with pytest.raises(ConfigurationError, match="No row of report_months meets --where"):
        explained("region = 'mars'")


def test_too_many_rows_say_how_many_and_how_to_pick_one() -> None:
    with pytest.raises(ConfigurationError, match="3 rows of report_months meet") as refusal:
        explained("true", max_rows=2)
    one = str(refusal.value).split('--where "')[1].rstrip('".')
    assert one == "month = '2026-01-01' and region = 'us'"
    assert len(explained(one).rows) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([part("downloads", "sum", "n", mart="fct_days", contributor="report_months"), *DECLARED], "in a circle"),
        ([part("downloads", "sum", "n", contributor="fct_gone")], "made from fct_gone, which this copy does not hold"),
        ([part("downloads", "sum")], "a count has no amount"),
        ([part("downloads", "guess", "n")], "report_months.downloads is not declared as a figure can be"),
        ([part("downloads", "count", part=None)], "`equals` must say"),
        ([part("downloads", "count", contributor_by="[]")], "`by` must say"),
    ],
)
def test_a_declaration_that_cannot_be_followed_is_refused(rows: list[Any], message: str) -> None:
    with pytest.raises(DataRefused, match=message):
        explained(rows=rows)


def test_a_copy_without_declarations_is_refused() -> None:
    with pytest.raises(DataRefused, match="does not say how its figures are made"):
        explained(US, "DROP TABLE ops.figure_parts")


@example(amounts=[])
@settings(max_examples=20, deadline=None)
@given(amounts=st.lists(st.tuples(st.sampled_from("ab"), st.integers(-(2**40), 2**40)), max_size=12))
def test_any_days_add_up_to_their_sum_and_to_no_other(amounts: list[tuple[str, int]]) -> None:
    days = ", ".join(f"('{model}', DATE '2026-05-01', 'eu', {n}, 0, NULL)" for model, n in amounts)
    total = sum(n for _, n in amounts) if amounts else "NULL"
    found = explained(
        "month = '2026-05-01'",
        *([f"INSERT INTO marts.fct_days VALUES {days}"] if amounts else []),
        "INSERT INTO marts.report_months (month, region, downloads) VALUES "
        f"('2026-05-01', 'eu', {total}), ('2026-05-01', 'eu', coalesce({total}, 0) + 1)",
        rows=[part("downloads", "sum", "n")],
    )
    downloads = figure(found, "downloads")
    assert (downloads.rows, downloads.rows_adding_up) == (2, 1)
    assert downloads.parts[0].contributors == len({model for model, _ in amounts})


def run(home: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("WAREHOUSE_HOME", str(home.root))
    monkeypatch.setattr(sys, "argv", ["warehouse", "explain", "report_months", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_command_writes_text(
    home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, monkeypatch, "--where", "region = 'us'", "--top", "1") == 0
    text = capsys.readouterr().out
    assert "downloads = 35; adds up" in text
    assert "days: sum of n over 2 contributors (model_id) of fct_days = 35" in text
    assert "... and 1 more" in text
    assert "stated by the project's seed published" in text
    assert "window = 30" in text
    assert text.endswith("\nEverything adds up: 8 figures of 3 tables.\n")
    assert "sha-2" in text and "CC0-1.0" in text and "Cite: Cite me" in text


def test_the_command_writes_json_whole(
    home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, monkeypatch, "--where", "region = 'us'", "--format", "json", "--figure", "downloads") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["adds_up"] is True
    assert record["rows"][0]["month"] == "2026-01-01"
    found = record["levels"][0]["figures"][0]
    assert (found["figure"], found["stated"], found["explained"]) == ("downloads", 35, 35)
    assert found["parts"][0]["top"][0] == {"model_id": "a/x", "amount": 30, "rows": 2}
    assert [each["date"] for each in record["snapshots"]] == ["2026-01-01", "2026-01-02"]


def test_the_command_fails_when_something_does_not_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = published(tmp_path, "UPDATE marts.report_months SET models = 3")
    assert run(changed, monkeypatch, "--where", "region = 'us'") == 1
    out, err = capsys.readouterr()
    assert "does NOT add up on 1 rows: its parts make 2" in out
    assert err.startswith("Error: The figures do not add up: report_months.models")


def test_a_downloaded_copy_explains_itself(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    downloaded = tmp_path / "downloaded.duckdb"
    downloaded.write_bytes(current_copy(home).read_bytes())
    elsewhere = Settings(home=tmp_path / "empty")
    assert run(elsewhere, monkeypatch, "--where", "region = 'us'", "--database", str(downloaded)) == 0
    assert "downloads = 35; adds up" in capsys.readouterr().out
    downloaded.write_bytes(b"no database")
    assert run(elsewhere, monkeypatch, "--database", str(downloaded)) == 2
    assert "is no copy of the warehouse" in capsys.readouterr().err
