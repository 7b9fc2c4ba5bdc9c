"""Differences between releases: counted by key, told to a person, the same for any two of them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec import structs

from orchestration.release.diff import compare
from orchestration.release.diff_record import ReleaseDiff, TableDiff, encode_diff
from orchestration.release.diff_text import diff_text
from orchestration.release.manifest import ColumnEntry, LicenceEntry, ReleaseManifest, TableEntry
from orchestration.settings import Settings
from orchestration.warehouse.publish import BuildRecord
from tests.release.toy_release import ToyRelease

Rows = dict[tuple[str, date], int | None]
JUNE, JULY, AUGUST = date(2026, 6, 15), date(2026, 7, 1), date(2026, 8, 1)
FACT = (("model_id", "VARCHAR"), ("day", "DATE"), ("downloads", "BIGINT"))
CROSSOVERS = (
    ("crossover_id", "VARCHAR"),
    ("is_default", "BOOLEAN"),
    ("challenger", "VARCHAR"),
    ("incumbent", "VARCHAR"),
    ("measure", "VARCHAR"),
    ("status", "VARCHAR"),
    ("crossing_date", "DATE"),
)


def table(folder: Path, name: str, columns: tuple[tuple[str, str], ...], rows: list[Any], *key: str) -> TableEntry:
    """A table of a release as the comparison needs it: its file and its entry."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(f'{column} {kind}' for column, kind in columns)})")
        if rows:
            connection.executemany(f"insert into t values ({', '.join('?' * len(columns))})", rows)
        connection.execute(f"copy (from t order by all) to '{path}' (format parquet)")
    return TableEntry(
        schema="marts",
        name=name,
        path=path.name,
        comment="",
        key=key,
        columns=tuple(ColumnEntry(column, kind, False, "") for column, kind in columns),
        rows=len(rows),
        sha256=str(hash(path.read_bytes())),
        bytes=path.stat().st_size,
    )


def manifest(version: str, *tables: TableEntry) -> ReleaseManifest:
    from datetime import datetime

    moment = datetime(2026, 8, 1)
    build = BuildRecord(
        build_id="b",
        built_at=moment,
        fingerprint="f",
        synthetic=False,
        notice=None,
        code_version="1",
        engine_versions="",
    )
    return ReleaseManifest(
        version=version,
        month=JULY,
        synthetic=False,
        notice=None,
        inputs_sha256="",
        known_until=moment,
        as_of=None,
        cut_at=moment,
        build=build,
        licence=LicenceEntry("MIT", "MIT", None, ""),
        tables=tables,
        gate_sha256="",
        previous=None,
    )


def difference(folder: Path, before: list[TableEntry], after: list[TableEntry]) -> ReleaseDiff:
    return compare(
        Settings(home=folder),
        (folder / "before", manifest("2026.07.0", *before)),
        (folder / "after", manifest("2026.08.0", *after)),
    )


def facts(folder: Path, before: Rows, after: Rows) -> TableDiff:
    sides = [
        table(folder / side, "fct", FACT, [(*key, value) for key, value in rows.items()], "model_id", "day")
        for side, rows in (("before", before), ("after", after))
    ]
    return difference(folder, sides[:1], sides[1:]).tables[0]


def test_rows_are_told_apart_by_key(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        {("a", JUNE): 1, ("a", JULY): 2, ("b", JULY): 3, ("c", JUNE): None},
        {("a", JUNE): 1, ("a", JULY): 5, ("c", JUNE): 4, ("a", AUGUST): 9, ("d", JUNE): 7},
    )
    assert (found.added, found.removed, found.changed) == (2, 1, 2)
    [measure] = found.measures
    assert (measure.measure, measure.rows_changed, measure.sum_before, measure.sum_after) == ("downloads", 2, 2, 9)
    assert [(change.key["model_id"], change.before, change.after) for change in measure.largest] == [
        ("c", None, 4),
        ("a", 2, 5),
    ]
    # August is new, June and July were there already.
    assert [(month.month, month.added, month.removed, month.changed) for month in found.restated] == [
        (date(2026, 6, 1), 1, 0, 1),
        (date(2026, 7, 1), 0, 1, 1),
    ]


def test_a_month_that_was_not_over_is_no_history(tmp_path: Path) -> None:
    found = facts(tmp_path, {("a", AUGUST): 1, ("a", JULY): 1}, {("a", AUGUST): 90, ("a", JULY): 2})
    assert found.changed == 2
    assert [month.month for month in found.restated] == [JULY]
    assert [(each.rows_changed, each.sum_after) for each in found.measures] == [(1, 2)]


def test_the_same_bytes_are_not_read(tmp_path: Path) -> None:
    entry = table(tmp_path / "before", "fct", FACT, [("a", JUNE, 1)], "model_id", "day")
    (tmp_path / "before" / "fct.parquet").unlink()
    assert difference(tmp_path, [entry], [entry]).tables[0].status == "unchanged"


def test_headlines_show_a_month_as_told_then_and_now_and_the_newest(tmp_path: Path) -> None:
    columns = (("month", "DATE"), ("dimension", "VARCHAR"), ("series", "VARCHAR"), ("share", "DOUBLE"))
    july = [(JULY, "region", "china", 0.5), (JULY, "region", "us", 0.4), (JULY, "organization", "Qwen", 0.3)]
    restated = [(JULY, "region", "china", 0.55), (AUGUST, "region", "china", 0.6), (AUGUST, "region", "eu", None)]
    before = table(tmp_path / "before", "report_derivative_share_monthly", columns, july, "month", "series")
    after = table(tmp_path / "after", "report_derivative_share_monthly", columns, restated, "month", "series")
    found = compare(
        Settings(home=tmp_path),
        (tmp_path / "before", manifest("2026.07.0", before)),
        (tmp_path / "after", structs.replace(manifest("2026.08.0", after), month=AUGUST)),
    )
    [headline] = found.headlines
    assert [(one.series, one.told_then, one.told_now, one.newest) for one in headline.values] == [
        ("china", 0.5, 0.55, 0.6),
        ("us", 0.4, None, None),
    ]
    lines = diff_text(found).splitlines()
    assert "| china | 50.0 % | 55.0 % | 60.0 % | +5.0 points |" in lines
    assert "| us | 40.0 % | - | - |  |" in lines


def test_what_only_serves_the_figures_is_counted_but_not_told_in_detail(tmp_path: Path) -> None:
    columns = (("k", "BIGINT"), ("a", "BIGINT"))
    sides = [
        [table(tmp_path / side, name, columns, [(1, value)], "k") for name in ("fct_report_a", "fct_b", "report_c")]
        for side, value in (("before", 2), ("after", 5))
    ]
    text = diff_text(difference(tmp_path, *sides))
    assert "| fct_report_a | 1 | 1 | 0 | 0 | 1 |" in text
    assert [line for line in text.splitlines() if line.startswith("### ")] == ["### report_c", "### fct_b"]


def test_schemas_are_compared(tmp_path: Path) -> None:
    before = table(tmp_path / "before", "t", (("k", "BIGINT"), ("a", "BIGINT"), ("b", "BIGINT")), [(1, 2, 3)], "k")
    after = table(tmp_path / "after", "t", (("k", "BIGINT"), ("a", "DOUBLE"), ("c", "BIGINT")), [(1, 2.0, 3)], "k")
    [found] = difference(tmp_path, [before], [after]).tables
    assert (found.columns_added, found.columns_removed, found.columns_retyped) == (("c",), ("b",), ("a",))
    assert found.changed == 0


def test_a_new_key_is_not_guessed_around(tmp_path: Path) -> None:
    before = table(tmp_path / "before", "t", (("k", "BIGINT"), ("a", "BIGINT")), [(1, 2)], "k")
    after = table(tmp_path / "after", "t", (("k", "BIGINT"), ("a", "BIGINT")), [(1, 2), (1, 3)], "k", "a")
    [found] = difference(tmp_path, [before], [after]).tables
    assert (found.status, found.reason) == ("not_comparable", "the key of the table is another")


def test_tables_that_come_and_go_are_named(tmp_path: Path) -> None:
    old = table(tmp_path / "before", "old", FACT, [("a", JUNE, 1)], "model_id", "day")
    new = table(tmp_path / "after", "new", FACT, [], "model_id", "day")
    found = {each.table: each.status for each in difference(tmp_path, [old], [new]).tables}
    assert found == {"old": "table_removed", "new": "table_added"}


def crossover(day: date | None, status: str = "crossed", is_default: bool = True) -> tuple[Any, ...]:
    return ("x", is_default, "China", "the US", "downloads", status, day)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (
            crossover(JUNE),
            crossover(JULY),
            "China over the US, downloads: crossed on 2026-06-15 → crossed on 2026-07-01 (16 days later)",
        ),
        (crossover(None, "behind_throughout"), crossover(JULY), "behind throughout → crossed on 2026-07-01"),
        (crossover(JULY), crossover(date(2026, 6, 30)), "(1 day earlier)"),
    ],
)
def test_moved_crossovers_are_told(tmp_path: Path, before: tuple[Any, ...], after: tuple[Any, ...], text: str) -> None:
    sides = [
        table(
            tmp_path / side,
            "report_crossovers",
            CROSSOVERS,
            [row, crossover(day, is_default=False)],
            "crossover_id",
            "is_default",
        )
        for side, row, day in (("before", before, JUNE), ("after", after, AUGUST))
    ]
    found = difference(tmp_path, sides[:1], sides[1:])
    assert len(found.crossovers) == 1
    assert text in diff_text(found)


def test_the_text_reads_well(tmp_path: Path) -> None:
    sides = [
        table(tmp_path / side, "fct", FACT, [(*key, value) for key, value in rows.items()], "model_id", "day")
        for side, rows in (
            ("before", {("a`|<b>", JUNE): 2_000_000, ("b", JULY): 1}),
            ("after", {("a`|<b>", JUNE): 3_000_000, ("b", JULY): 1, ("b", AUGUST): 1}),
        )
    ]
    text = diff_text(difference(tmp_path, sides[:1], sides[1:]))
    assert text.startswith("# Changes in 2026.08.0 since 2026.07.0\n\n- 1 of 1 tables differ; 0 are the same")
    assert "- History up to 2026-07-31, which 2026.07.0 covered, is different: 2026-06, in fct." in text
    assert "| fct | 2 | 3 | 1 | 0 | 1 |" in text
    assert "differs in 1 common row, together 2.00 M → 3.00 M (+50.0 %). Most:" in text
    assert r"  - a\`\|\<b\>, 2026-06-15: 2.00 M → 3.00 M (+50.0 %)" in text


def test_the_command_gives_the_diff_of_the_release(
    own_toy: ToyRelease, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from orchestration import cli

    own_toy.land(date(2026, 7, 31), {"org/base": 71, "other/model": 30, "org/new": 1})
    own_toy.build()
    made = own_toy.cut(JULY)
    assert made.manifest.previous == "2026.07.0"
    monkeypatch.setenv("WAREHOUSE_HOME", str(own_toy.settings.root))
    for arguments, name in (((), "diff.md"), (("--json",), "diff.json")):
        monkeypatch.setattr("sys.argv", ["warehouse", "diff", "2026.07.0", str(made.folder), *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code
        assert capsys.readouterr().out == (made.folder / name).read_text().rstrip("\n") + "\n"
    text = (made.folder / "diff.md").read_text()
    assert "| fct_parameters_daily | 6 | 6 | 1 | 1 | 2 |" in text


days = st.dates(date(2026, 5, 1), date(2026, 8, 31))
rows = st.dictionaries(st.tuples(st.sampled_from("abc"), days), st.one_of(st.none(), st.integers(0, 9)), max_size=8)


@given(before=rows, after=rows)
@examples(max_examples=25)
def test_counts_are_those_of_a_comparison_by_hand(
    tmp_path_factory: pytest.TempPathFactory, before: Rows, after: Rows
) -> None:
    found = facts(tmp_path_factory.mktemp("diff"), before, after)
    if before == after:
        assert found.status == "unchanged"
        return
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert found.added == len(after.keys() - before.keys())
    assert found.removed == len(before.keys() - after.keys())
    assert found.changed == len(changed)
    touched = {key for key in changed | (before.keys() ^ after.keys()) if key[1] < AUGUST}
    assert sum(month.added + month.removed + month.changed for month in found.restated) == len(touched)
    assert {month.month for month in found.restated} == {day - timedelta(days=day.day - 1) for _, day in touched}
    assert encode_diff(ReleaseDiff(before="a", after="b", synthetic=False, tables=(found,)))
