"""The benchmarks go on after a kill, judge honestly, and let the other ways do the same work."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from benchmarks import home, run, ways_duckdb, ways_ours, ways_pandas, ways_polars
from benchmarks.dbt_times import ENGINE, SAME_WORK, _group, times_of
from benchmarks.hub_history import HubHistory
from benchmarks.job import Figure, Job, Result, Target, Way
from benchmarks.jobs import all_jobs
from benchmarks.kept import Kept
from benchmarks.machine import Machine
from benchmarks.measure import Measured, Work, WorkFailed, cold_and_warm, fresh, in_turn, work
from benchmarks.plan import Plan, code_sha256, date_of
from benchmarks.plot import picture
from benchmarks.questions import QUESTIONS
from benchmarks.same_tables import different_rows
from benchmarks.table import document, growth_ratios, short, verdict
from orchestration.errors import ConfigurationError
from orchestration.history.store import History
from orchestration.settings import DBT_PROJECT
from orchestration.snapshots.reader import SnapshotReader
from tests.fakes.small_world import SmallWorld

MACHINE = Machine("CPU", 2, 24.0, 900, "Linux", "3.11", {"duckdb": "1.5"}, "2026-11-01")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(scale=1000 / 3e6, days=8, work=tmp_path, runs=1)


def fails() -> None:
    raise ValueError("no\nluck")


# ---- plan ------------------------------------------------------------------------------------------------------------


def test_checkpoints_and_retention_are_those_of_a_full_run_scaled(tmp_path: Path) -> None:
    full = Plan(1.0, 550, tmp_path)
    assert (full.models, full.checkpoints, full.retention, full.is_full) == (3_000_000, (30, 180, 365, 550), 7, True)
    short_run = Plan(0.25, 110, tmp_path)
    assert (short_run.checkpoints, short_run.retention, short_run.is_full) == ((6, 36, 73, 110), 2, False)
    assert Plan(1.0, 5, tmp_path).checkpoints == (3, 5)


def test_other_code_is_another_key_and_results_are_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "code" / "results").mkdir(parents=True)
    (tmp_path / "code" / "a.py").write_text("1")
    before = code_sha256(["code"], tmp_path)
    (tmp_path / "code" / "results" / "table.md").write_text("1")
    assert code_sha256(["code"], tmp_path) == before
    (tmp_path / "code" / "a.py").write_text("2")
    assert code_sha256(["code"], tmp_path) != before


# ---- resuming --------------------------------------------------------------------------------------------------------


class Machinery:
    """Stands in for fresh processes: jobs that give a figure, or fail, and which of them ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.failing: set[str] = set()

    def fresh(self, job: Work) -> Measured:
        name = job.arguments[-1] if job.function.endswith("measured") else "data"
        self.ran.append(name)
        if name in self.failing:
            raise WorkFailed("out of luck")
        return Measured(1.0, 1.0, [Figure(name, "s", 1.0)])


@pytest.fixture
def machinery(monkeypatch: pytest.MonkeyPatch) -> Machinery:
    made = Machinery()
    jobs = (
        Job("one", "one", lambda plan: []),
        Job("two", "two", lambda plan: []),
        Job("three", "three", lambda plan: [], ("one",)),
    )
    monkeypatch.setattr(run, "all_jobs", lambda plan: jobs)
    monkeypatch.setattr(run, "fresh", made.fresh)
    return made


def test_what_is_done_is_not_done_again_and_what_failed_is(plan: Plan, machinery: Machinery) -> None:
    machinery.failing = {"two"}
    assert [result.failed for result in run.run(plan)] == [None, "out of luck", None]
    machinery.ran, machinery.failing = [], set()
    assert [result.failed for result in run.run(plan)] == [None, None, None]
    assert machinery.ran == ["data", "two"]
    machinery.ran = []
    run.run(plan)
    assert machinery.ran == []


def test_a_wanted_job_brings_what_it_needs(plan: Plan, machinery: Machinery) -> None:
    assert [result.job for result in run.run(plan, ["three"])] == ["one", "three"]
    assert machinery.ran == ["data", "one", "three"]
    with pytest.raises(ConfigurationError, match="no job 'four'; the jobs of this run: one, two, three"):
        run.run(plan, ["four"])


def test_a_torn_result_is_none(plan: Plan) -> None:
    kept = Kept(plan.results)
    kept.keep(Result("one", "one", 1.0, (Figure("a", "s", 1.0, pandas=Way(2.0, 3.0)),)))
    found = kept.result("one")
    assert found is not None
    assert found.figures[0].pandas == Way(2.0, 3.0)
    path = plan.results / "jobs" / "one.json"
    path.write_bytes(path.read_bytes()[:-5])
    assert not kept.is_done("one")


def test_what_other_code_made_is_removed(plan: Plan, machinery: Machinery) -> None:
    other = plan.work / plan.name / "run-of-other-code"
    other.mkdir(parents=True)
    elsewhere = plan.work / "another-size"
    elsewhere.mkdir()
    run.run(plan)
    assert not other.exists()
    assert elsewhere.exists()


def test_every_job_is_there_once_and_needs_earlier_ones(plan: Plan) -> None:
    names = [job.name for job in all_jobs(plan)]
    assert len(set(names)) == len(names)
    for number, job in enumerate(all_jobs(plan)):
        assert set(job.needs) <= set(names[:number])


# ---- generated home --------------------------------------------------------------------------------------------------


def test_data_that_was_killed_goes_on_and_comes_to_the_same(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Plan(plan.scale, plan.days, tmp_path / "other", 1)
    home.make_data(other)
    keep = home._keep

    def killed(of: Plan, history: History, manifest: Any, number: int) -> None:
        if number == 5:
            raise KeyboardInterrupt
        keep(of, history, manifest, number)

    with monkeypatch.context() as patch:
        patch.setattr(home, "_keep", killed)
        with pytest.raises(KeyboardInterrupt):
            home.make_data(plan)
    assert not (plan.data / "complete").exists()
    home.make_data(plan)
    one, two = (History(home.raw(each), home.SOURCE, home.TABLE).index() for each in (plan, other))
    assert one == two
    for day in plan.checkpoints:
        assert len(list(home.history_before(plan, day).rglob("*.parquet"))) > 0


def test_a_linked_home_ends_on_the_day_before_and_gives_every_day_back(plan: Plan, tmp_path: Path) -> None:
    home.make_data(plan)
    home.link_home(plan, 8, tmp_path / "home", compacted=True)
    reader = SnapshotReader(tmp_path / "home" / "raw")
    manifests = list(reader.manifests(home.SOURCE))
    assert [manifest.snapshot_date for manifest in manifests] == [date_of(day) for day in range(1, 8)]
    assert [reader.records_path(manifest) is None for manifest in manifests] == [True] * 5 + [False] * 2
    whole = SnapshotReader(home.raw(plan))
    for manifest in manifests:
        assert reader.read(manifest).equals(whole.read(manifest))


def test_a_disk_without_room_is_said_before_anything_is_made(tmp_path: Path) -> None:
    plan = Plan(1e9, 550, tmp_path)
    with pytest.raises(ConfigurationError, match=r"need .* GB in .*; name another folder with --work"):
        home.make_data(plan)


# ---- the other ways --------------------------------------------------------------------------------------------------


def test_all_ways_find_the_same_changes(plan: Plan, tmp_path: Path) -> None:
    home.make_data(plan)
    days = home.records_of(plan, 7), home.records_of(plan, 8)
    ours, _ = ways_ours.add_day(plan, home.history_before(plan, 8), 8, days[1])
    assert ours > 0
    assert ways_pandas.add_day(*days, tmp_path)[0] == ours
    assert ways_polars.add_day(*days, tmp_path)[0] == ours


def test_pandas_and_polars_make_the_same_marts(plan: Plan, tmp_path: Path) -> None:
    made = HubHistory(plan.models, 40)
    *_, before, day = made.days()
    paths = [tmp_path / f"{name}.parquet" for name in ("before", "day")]
    for path, of in zip(paths, (before, day), strict=True):
        pq.write_table(made.records(of), path)
    (tmp_path / "known").mkdir()
    ways_polars.prepare_marts_day(paths[0], paths[0], tmp_path / "known")
    found = []
    for way in (ways_pandas, ways_polars):
        target = tmp_path / way.__name__
        target.mkdir()
        way.marts_day(paths[1], tmp_path / "known", target)
        tables = {path.stem: pl.read_parquet(path) for path in target.iterdir()}
        found.append({name: frame.select(sorted(frame.columns)) for name, frame in tables.items()})
    assert found[0].keys() == found[1].keys()
    for name, frame in found[0].items():
        other = found[1][name].cast(frame.schema)
        assert frame.sort(pl.all()).equals(other.sort(pl.all())), name
    assert found[0]["changes"]["method"].n_unique() > 1


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A published copy of a small world."""
    return SmallWorld.make(tmp_path).database


@pytest.fixture
def large_copy(tmp_path: Path, copy: Path) -> Path:
    """A published copy as a large one is: with what the daily fact is made of."""
    path = tmp_path / "large.duckdb"
    shutil.copy(copy, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema basis;
            create table basis.int_counters__names as
            select row_number() over (order by model_id) as canonical_key, model_id as canonical_model_id
            from marts.dim_model;
            create table basis.int_downloads__intervals as
            select
                canonical_key, download_date - 1 as from_date, download_date as to_date,
                0 as from_total, downloads as to_total
            from marts.fct_model_downloads_daily
            inner join basis.int_counters__names on model_id = canonical_model_id;
        """)
    return path


def test_every_question_can_be_asked(copy: Path, large_copy: Path) -> None:
    assert (ways_duckdb.has_basis(copy), ways_duckdb.has_basis(large_copy)) == (False, True)
    for question in QUESTIONS:
        for database in [large_copy] if question.reads_basis else [copy, large_copy]:
            with duckdb.connect(str(database), read_only=True) as connection:
                parameters = {"model": "org-0/model-0"} if "$model" in question.sql else {}
                connection.execute(question.sql, parameters).fetchall()


def test_pandas_and_polars_answer_what_they_are_asked(tmp_path: Path, copy: Path, large_copy: Path) -> None:
    for database in (copy, large_copy):
        ways_duckdb.export(database, tmp_path / database.stem)
        for question in QUESTIONS:
            if question.elsewhere is not None:
                function, *arguments = question.elsewhere
                arguments = ["org-0/model-0" if each == "$model" else each for each in arguments]
                for way in (ways_pandas, ways_polars):
                    getattr(way, str(function))(tmp_path / database.stem, *arguments)
    intervals = [pl.read_parquet(tmp_path / each.stem / "intervals.parquet") for each in (copy, large_copy)]
    assert intervals[0].sort(pl.all()).equals(intervals[1].cast(intervals[0].schema).sort(pl.all()))


# ---- measuring -------------------------------------------------------------------------------------------------------


def test_work_runs_in_another_process() -> None:
    measured = fresh(work("os:getpid"))
    assert measured.value != os.getpid()
    assert measured.peak_mb > 1


def test_work_that_fails_or_dies_is_a_sentence() -> None:
    with pytest.raises(WorkFailed, match="ValueError: no luck"):
        fresh(work("tests.unit.test_benchmarks:fails"))
    with pytest.raises(WorkFailed, match=r"its process died \(-6\)"):
        fresh(work("os:abort"))
    found = in_turn({"good": work("os:getpid"), "bad": work("os:abort")}, runs=2)
    assert isinstance(found["good"], Measured)
    assert isinstance(found["bad"], str)


def test_a_question_is_asked_cold_once_and_then_warm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(ways_polars, "top_100", asked.append)
    (tmp_path / "file").write_bytes(b"x")
    cold, warm = cold_and_warm("benchmarks.ways_polars:top_100", [tmp_path / "file"], [tmp_path])
    assert asked == [tmp_path] * 6
    assert min(cold, warm) >= 0


# ---- judging ---------------------------------------------------------------------------------------------------------


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    assert Figure("a", "s", 2.0).ratio(Way(6.0)) == 3.0
    assert Figure("a", "objects/s", 200.0).ratio(Way(50.0)) == 4.0
    assert Figure("a", "s", 2.0).ratio(Way(failed="no memory")) is None
    assert Figure("a", "s", 2.0).ratio(None) is None


def test_a_target_of_the_full_size_is_not_judged_at_another(tmp_path: Path) -> None:
    full, quick = Plan(1.0, 550, tmp_path), Plan(0.01, 30, tmp_path)
    at_most, always = Figure("a", "s", 5.0, target=Target(4.0)), Target(4.0, at_least=True, full_size=False)
    assert verdict(full, at_most) == "**no**"
    assert verdict(quick, at_most) == "not judged at this size"
    assert verdict(quick, Figure("a", "objects/s", 5.0, target=always)) == "yes"
    assert verdict(full, Figure("a", "s", 5.0)) == ""


def test_growth_is_the_last_checkpoint_over_the_first() -> None:
    points = [Figure("x", "s", cost, series="marts", day=day) for day, cost in ((550, 0.6), (30, 0.5), (180, 9.0))]
    (growth,) = growth_ratios([*points, Figure("y", "s", 1.0), Figure("z", "s", 1.0, series="history", day=30)])
    assert (growth.name, growth.ours) == ("marts: day 550 over day 30", 1.2)


def test_a_machine_that_becomes_slower_is_not_taken_for_growth() -> None:
    points = [
        Figure("x", "s", cost, series="marts", day=day, pace=pace)
        for day, cost, pace in ((30, 10.0, 1.0), (550, 30.0, 2.0))
    ]
    (growth,) = growth_ratios(points)
    assert growth.ours == 1.5
    assert growth.note == "3 by the clock; a fixed piece of work took 2 times as long around it"


def test_numbers_have_three_digits_that_count() -> None:
    assert [short(value) for value in (None, 0, 2_500_000.0, 123.4, 45.678, 0.12345, 0.00123456)] == [
        "",
        "0",
        "2,500,000",
        "123",
        "45.68",
        "0.123",
        "0.00123",
    ]


def test_the_page_and_the_picture_say_what_they_hold(plan: Plan) -> None:
    figures = (
        Figure("a day", "s", 2.0, 300.4, pandas=Way(6.0, 900.0), polars=Way(failed="it died"), target=Target(4.0)),
        Figure("day 3", "s", 1.0, series="marts", day=3),
        Figure("day 8", "s", 1.5, series="marts", day=8),
    )
    results = [Result("one", "what a day takes", 1.0, figures), Result("two", "nothing", 1.0, failed="out of luck")]
    page = document(plan, MACHINE, results)
    assert "SYNTHETIC" in page
    assert "| a day | s | 2 | 300 | 6 (900 MB) | failed: it died | 3 | ≤ 4 | not judged at this size |" in page
    assert "Failed: out of luck" in page
    assert "| marts: day 8 over day 3 | times | 1.50 | ≤ 1.20 | not judged at this size |" in page
    assert "CPU, 2 cores, 24 GiB" in page
    svg = picture(plan, figures)
    assert "SYNTHETIC" in svg
    assert "One more day: marts" in svg
    assert picture(plan, []).startswith("<svg")


def test_copies_are_compared_row_by_row(tmp_path: Path) -> None:
    one, other = tmp_path / "one.duckdb", tmp_path / "other.duckdb"
    for path, rows in ((one, "(1, 'a'), (2, null), (2, null)"), (other, "(2, null), (1, 'b'), (2, null)")):
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "create schema marts; create schema ops; create table ops.builds as select random() as x"
            )
            connection.execute(f"create table marts.changed as from (values {rows}) as t(number, text)")
            connection.execute("create table marts.same as from range(5)")
            connection.execute(f"create table marts.retyped as select 1::{'int' if path == one else 'bigint'} as x")
            if path == one:
                connection.execute("create table ops.gone as from range(3)")
    expected = {"marts.changed": 2, "marts.retyped": 2, "ops.gone": 3}
    assert different_rows(one, other) == expected
    assert different_rows(one, one) == {}


def test_times_of_a_build_name_what_does_not_depend_on_the_data() -> None:
    def node(name: str, start: float, end: float) -> dict[str, Any]:
        moments = [datetime.fromtimestamp(at, UTC).isoformat() for at in (start, end)]
        timing = [{"started_at": moments[0], "completed_at": moments[1]}]
        return {"unique_id": name, "execution_time": end - start, "timing": timing}

    folders = {
        "model.warehouse.stg_x": ["warehouse", "staging", "x", "stg_x"],
        "model.warehouse.int_readings__y": ["warehouse", "intermediate", "downloads", "int_readings__y"],
        "model.warehouse.dim_model": ["warehouse", "marts", "usage", "dim_model"],
        "model.warehouse.report_r": ["warehouse", "marts", "report", "report_r"],
        "model.warehouse.empty": ["warehouse", "marts", "inference", "empty"],
    }
    results = [
        node("model.warehouse.stg_x", 110, 111),
        node("model.warehouse.int_readings__y", 111, 113),
        node("model.warehouse.dim_model", 113, 118),
        node("model.warehouse.report_r", 118, 121),
        node("model.warehouse.empty", 118, 118.5),
        node("test.warehouse.unique", 121, 125),
    ]
    times = times_of(results, folders, started=100, ended=130)
    # Of the half second in which two ran, each has half.
    assert (times.start_up, times.steps, times.rest, times.fixed) == (10, 15, 5, 0.25)
    assert times.nodes["readings"] == [1, 2]
    assert times.nodes["reports"] == [2.75]
    assert times.nodes["tests"] == [4]
    assert times.engine == 1 + 2 + 5 - 3 * 0.25
    assert times.same == 5 - 0.25
    assert sum(sum(group) for group in times.nodes.values()) == times.steps


def test_the_same_work_is_a_part_of_the_engine_and_of_models_that_there_are() -> None:
    groups = {path.stem: path.parent.name for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert groups.keys() >= SAME_WORK
    for model in SAME_WORK:
        assert _group(f"model.warehouse.{model}", ["warehouse", groups[model], model]) in ENGINE, model
