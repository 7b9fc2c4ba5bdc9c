"""Expectations: met by a month in order, and each kind of trouble is told by the right one."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from expectations import EXPORT_SUITES, SUITES
from expectations.dates import DATES
from orchestration.quality.declared import Frame, Suite, at_most, expect
from orchestration.quality.results import Check
from orchestration.quality.runner import run_suites
from orchestration.settings import Settings
from orchestration.warehouse import frames as judged_frames
from orchestration.warehouse import relations
from tests.fakes.small_world import SmallWorld, contracted_tables

ALL = [
    (suite, frame, one) for suite in (*SUITES, *EXPORT_SUITES) for frame in suite.frames for one in frame.expectations
]


@pytest.fixture
def world(tmp_path: Path) -> SmallWorld:
    return SmallWorld.make(tmp_path)


def judged(world: SmallWorld, *suites: Suite, **subject: object) -> dict[str, Check]:
    checks = run_suites(Settings(home=world.folder), world.subject(**subject), suites or SUITES)
    return {check.name: check for check in checks}


def refused(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.observed for name, check in checks.items() if check.verdict != "passed"}


def test_a_month_in_order_meets_every_expectation_and_shows_its_values(world: SmallWorld, tmp_path: Path) -> None:
    checks = judged(world, previous=world.release(tmp_path / "2026.09.0"))
    assert refused(checks) == {}
    assert list(checks) == [suite.check_name(one) for suite, _, one in ALL if suite in SUITES]
    assert checks["days.models_did_not_vanish"].observed == "1"
    assert "nothing to compare" not in " ".join(check.observed for check in checks.values())


def test_a_source_that_stops_for_ten_days(world: SmallWorld) -> None:
    world.change_days("delete from marts.fct_model_downloads_daily where download_date > date '2026-10-21'")
    world.run("delete from ops.snapshots where source = 'hf_hub' and snapshot_date > date '2026-10-21'")
    found = refused(judged(world))
    assert "source hf_hub; newest_date 2026-10-21; age_days 10" in found["freshness.sources_are_young_enough"]
    assert found["days.few_days_are_missing"] == "1 of 1: (missing_days 10)"
    assert found["days.the_end_was_read"] == "1 of 1: (missing_at_end 10)"


def test_half_of_the_models_vanish(world: SmallWorld) -> None:
    world.change_days(
        "delete from marts.fct_model_downloads_daily "
        "where download_date > date '2026-10-10' and regexp_matches(model_id, '[02468]$')"
    )
    found = refused(judged(world))
    assert (
        "mainline models at the end of the month; models_now 20; models_before 40"
        in found["days.models_did_not_vanish"]
    )


def test_counters_times_ten_for_one_organisation(world: SmallWorld) -> None:
    """The level jumps by nine times all that was there, and grows ten times as fast from then on."""
    world.change_days(
        "update marts.fct_model_downloads_daily set downloads = downloads * 10 "
        "where download_date >= date '2026-10-15' and model_id like 'org-2/%';"
        "update marts.fct_model_downloads_daily set downloads = downloads + 9 * 90000 "
        "where download_date = date '2026-10-15' and model_id like 'org-2/%'"
    )
    found = refused(judged(world))
    assert re.search(r"1 of 4: .*organization_id org-2", found["levels.no_organization_jumps"])
    assert "region eu" in found["shares.no_region_jumps"]


def test_a_column_renamed_upstream(world: SmallWorld) -> None:
    """The lists are as long as ever, but nothing in them is a counter."""
    world.change_days("delete from marts.fct_model_downloads_daily where download_date > date '2026-10-25'")
    # What an older revision of the same days brought does not excuse it.
    world.run(
        "update ops.snapshots set revision = 2 where snapshot_date > date '2026-10-25';"
        "insert into ops.superseded_readings by name "
        "select 'hf_hub' as source, 'tracked' as table_name, 1 as revision, model_id, 'downloads_total' as measure, "
        "snapshot_date as reading_date from marts.dim_model, ops.snapshots "
        "where kind = 'readings' and snapshot_date > date '2026-10-25'"
    )
    found = refused(judged(world))
    assert (
        "source hf_hub; table_name tracked; share_now 0; share_before 1"
        in found["readings.counters_are_known_as_before"]
    )
    assert "freshness.sources_are_young_enough" not in found


def test_a_better_source_of_the_same_counters_is_no_renamed_column(world: SmallWorld) -> None:
    world.run(
        "update marts.fct_model_downloads_daily set source = 'other' where download_date > date '2026-10-25';"
        "insert into ops.superseded_readings by name "
        "select 'hf_hub' as source, 'tracked' as table_name, 1 as revision, model_id, 'downloads_total' as measure, "
        "snapshot_date as reading_date from marts.dim_model, ops.snapshots "
        "where kind = 'readings' and snapshot_date > date '2026-10-25'"
    )
    assert refused(judged(world)) == {}


def test_a_date_in_the_future(world: SmallWorld) -> None:
    world.run("update marts.dim_model set release_date = date '2062-10-01' where model_id = 'org-1/model-1'")
    found = refused(judged(world))
    assert list(found) == ["dates.nothing_lies_ahead"]
    assert "table_name dim_model; column_name release_date; newest 2062-10-01" in found["dates.nothing_lies_ahead"]


def test_a_missing_source_and_no_data_at_all(world: SmallWorld) -> None:
    world.run("delete from ops.snapshots where kind = 'registry_models'; delete from marts.fct_model_downloads_daily")
    found = refused(judged(world))
    assert "kind registry_models; snapshots 0" in found["freshness.nothing_needed_is_missing"]
    assert found["days.few_days_are_missing"] == "1 of 1: (missing_days 31)"


def test_changes_against_the_release_before(world: SmallWorld, tmp_path: Path) -> None:
    before = world.release(tmp_path / "2026.09.0")
    world.change_days(
        "update marts.fct_model_downloads_daily set downloads = downloads * 2 "
        "where model_id like 'org-3/%' and download_date < date '2026-08-01'"
    )
    world.run(
        "alter table marts.dim_model rename column license to licence;"
        "delete from marts.fct_model_evaluations where as_of_date < date '2026-10-01';"
        "update marts.report_name_coverage set matched_share = 0.5 where openness = 'open'"
    )
    found = refused(judged(world, previous=before))
    assert "column_name license; type_before VARCHAR; type_now absent" in found["changes.columns_keep_name_and_type"]
    assert "month 2026-01-01" in found["changes.closed_months_keep_their_sum"]
    assert "organization_id org-3" in found["changes.organizations_keep_their_months"]
    assert "region other" in found["changes.published_shares_stay"]
    assert "changes.fct_model_evaluations_has_not_shrunk" in found
    assert "share_before 0.95; share_now 0.5" in found["names.coverage_has_not_fallen"]


@pytest.fixture
def large(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> SmallWorld:
    """The world with its days as a view, as where they are too many, of which few are sampled."""
    world.run(
        "create schema basis;"
        "create table basis.days as from marts.fct_model_downloads_daily;"
        "drop table marts.fct_model_downloads_daily;"
        "create view marts.fct_model_downloads_daily as from basis.days;"
        "update marts.dim_model set is_canonical = true, is_mainline = model_id in ('org-2/model-0', 'org-3/model-0')"
    )
    monkeypatch.setattr(relations, "_MOST_ROWS", 0)
    monkeypatch.setattr(judged_frames, "_SAMPLED_MODELS", 4)
    return world


def test_of_too_many_days_those_of_tracked_and_sampled_models_are_judged(large: SmallWorld) -> None:
    assert refused(judged(large)) == {}
    with judged_frames.frames(Settings(home=large.folder), large.subject()) as opened:
        seen = opened.select(
            "select distinct model_id, is_mainline from fct_model_downloads_daily join dim_model using (model_id)"
        )
    assert seen["is_mainline"].sum() == 2
    assert 0 < (~seen["is_mainline"]).sum() < 12


def test_a_sample_tells_of_a_renamed_column_what_all_would_tell(large: SmallWorld) -> None:
    large.run("update ops.snapshots set rows = 80 where kind = 'readings'")
    large.change_days("delete from basis.days where download_date > date '2026-10-25'")
    # 2 tracked models and 3 that stand for 10 each.
    assert "share_now 0; share_before 0.4" in refused(judged(large))["readings.counters_are_known_as_before"]


def test_days_of_models_that_are_tracked_now_as_then_must_stay(
    world: SmallWorld, large: SmallWorld, tmp_path: Path
) -> None:
    large.run("update marts.dim_model set is_mainline = true where model_id = 'org-1/model-0'")
    before = large.release(tmp_path / "2026.09.0") | {"fct_model_downloads_daily": tmp_path / "days.parquet"}
    large.run(f"copy basis.days to '{before['fct_model_downloads_daily']}'")
    large.run("update marts.dim_model set is_mainline = false where model_id = 'org-1/model-0'")
    assert "changes.fct_model_downloads_daily_has_not_shrunk" not in refused(judged(large, previous=before))
    large.change_days("delete from basis.days where model_id = 'org-2/model-0' and download_date < date '2026-06-30'")
    assert "changes.fct_model_downloads_daily_has_not_shrunk" in refused(judged(large, previous=before))


def test_exported_files_that_differ_from_the_build(world: SmallWorld, tmp_path: Path) -> None:
    files = world.release(tmp_path / "release")
    assert refused(judged(world, *EXPORT_SUITES, exported=files)) == {}
    world.run("alter table marts.dim_organization add column extra integer")
    found = refused(judged(world, *EXPORT_SUITES, exported={**files, "dim_date": files["dim_model"]}))
    observed = found["exported.files_have_the_columns_of_the_build"]
    assert "table_name dim_date" in observed and "absent" in observed
    del files["dim_metric"]
    assert "table_name dim_metric" in refused(judged(world, *EXPORT_SUITES, exported=files)).popitem()[1]


# ---- what cannot be evaluated ---------------------------------------------------------------------------------------


def suite_of(frame: Frame) -> Suite:
    return Suite(name="broken", table="marts.dim_model", frames=(frame,))


BOUND = at_most("holds", "n", 5, why="w", since="2026-11")
RAISES = expect("holds", "column_values_to_match_regex", column="s", regex="(", why="w", since="2026-11")


@pytest.mark.parametrize(
    ("sql", "expectation", "reason"),
    [
        ("select 'a' as s", RAISES, "Invalid regular expression"),
        ("select 1 as m", BOUND, "n"),
        ("select 1 as n from nowhere", BOUND, "nowhere"),
        ("select 1 as n where false", BOUND, "no row to judge"),
        ("select unnest([1, null]) as n", BOUND, "1 of 2 rows have no n"),
        (
            "select 1 as n from range(10001)",
            BOUND,
            "its SQL selects more than 10,000 rows; let it aggregate",
        ),
        ("select 1 as n", replace(BOUND, type="column_values_to_be_whatever"), "Great Expectations stopped"),
    ],
)
def test_an_expectation_that_cannot_be_evaluated_is_no_success(
    world: SmallWorld, sql: str, expectation: object, reason: str
) -> None:
    frame = Frame("f", sql, (expectation,), "Do.")  # type: ignore[arg-type]
    check = judged(world, suite_of(frame))["broken.holds"]
    assert check.verdict == "not_evaluated"
    assert reason in check.observed


def test_a_copy_that_cannot_be_read_is_no_success(world: SmallWorld) -> None:
    world.database.write_bytes(b"junk" * 5000)
    assert {check.verdict for check in judged(world).values()} == {"not_evaluated"}


def test_hostile_names_are_text_in_data_docs_and_themselves_in_results(world: SmallWorld, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    frame = Frame("f", f"select '{hostile}' as s, 9 as n", (BOUND,), "Do.", key=("s",))
    docs = tmp_path / "docs"
    [check] = run_suites(Settings(home=tmp_path), world.subject(), [suite_of(frame)], docs)
    assert check.observed == f"1 of 1: (s {hostile}; n 9)"
    pages = "".join(page.read_text() for page in docs.rglob("*.html"))
    assert "&lt;img" in pages
    assert "<img src=x" not in pages


# ---- how they are declared -------------------------------------------------------------------------------------------


def test_every_expectation_says_why_and_since_when_and_has_a_name_of_its_own() -> None:
    names = [suite.check_name(one) for suite, _, one in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)
    assert all(one.why and re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", one.since) for _, _, one in ALL)
    assert all(frame.what_to_do.endswith(".") for _, frame, _ in ALL)


def test_every_date_of_a_dimension_or_fact_is_watched() -> None:
    found = {}
    for statement in contracted_tables():
        [(schema, table, columns)] = re.findall(r"create table (\w+)\.(\w+) \((.*)\)", statement)
        dates = re.findall(r'"(\w+)" (?:date|timestamp)', columns)
        if schema == "marts" and dates and not re.match("(fct_|bridge_)?report_", table):
            found[table] = set(dates)
    assert {table: set(columns) for table, columns in DATES.items()} == found


def test_great_expectations_is_imported_only_when_something_is_validated() -> None:
    script = "import sys, expectations, orchestration.cli; print('great_expectations' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "False\n"
