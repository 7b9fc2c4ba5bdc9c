"""The gate: passes a build that is whole, current, untouched and real; otherwise refuses with the right reason."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration import cli
from orchestration.commands import gate as gate_command
from orchestration.errors import ConfigurationError, DataRefused
from orchestration.quality import gate as gating
from orchestration.quality.declared import Frame, Suite, at_most, expect
from orchestration.quality.gate import condition_names, evaluate_gate
from orchestration.quality.report import GateResult, newest_gate
from orchestration.quality.results import Condition
from orchestration.warehouse import duckdb
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import current_copy
from tests.fakes.toy_warehouse import ToyWarehouse

MONTH = date(2026, 7, 1)


def suite(sql: str, type_: str = "column_values_to_be_between", **arguments: Any) -> tuple[Suite]:
    expectation = expect("holds", type_, why="w", since="2026-11", **(arguments or {"column": "n", "max_value": 5}))
    return (Suite("toy", "marts.fct_parameters", (Frame("f", sql, (expectation,), "Look."),)),)


SMALL = suite("select total_parameters as n from fct_parameters")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was built once; tests get copies of it."""
    folder = tmp_path_factory.mktemp("gated")
    with pytest.MonkeyPatch.context() as monkeypatch:
        toy = ToyWarehouse.make(folder, monkeypatch)
        toy.land({"a/b": 1})
        toy.build()
    return folder


@pytest.fixture
def warehouse(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ToyWarehouse:
    shutil.copytree(template / "home", tmp_path / "home", symlinks=True)
    return ToyWarehouse.make(tmp_path, monkeypatch)


def judge(warehouse: ToyWarehouse, **options: Any) -> GateResult:
    return evaluate_gate(warehouse.settings, MONTH, **{"suites": (), **options})


def refusing(result: GateResult) -> dict[str, str]:
    assert result.passed == (not [one for one in result.report.conditions if one.refuses])
    return {one.name: one.observed for one in result.report.conditions if one.refuses}


def waivers(folder: Path, **entry: object) -> Path:
    path = folder / "waivers.toml"
    values = {"condition": "toy.holds", "reason": "It is so.", "who": "A. Person", "expires": date(2999, 1, 1), **entry}
    lines = [f"{name} = {value if isinstance(value, date) else json.dumps(value)}" for name, value in values.items()]
    path.write_text("\n".join(["[[waiver]]", *lines]))
    return path


# ---- a build in order ------------------------------------------------------------------------------------------------


def test_a_build_in_order_passes_and_says_what_was_seen(warehouse: ToyWarehouse) -> None:
    result = judge(warehouse)
    assert refusing(result) == {}
    assert result.database == current_copy(warehouse.settings)
    written = json.loads(result.file.read_bytes())
    assert written["passed"] is True
    assert [one["name"] for one in written["conditions"]] == condition_names(())
    assert all(one["threshold"] and one["observed"] and one["what_to_do"] for one in written["conditions"])
    assert set(written["tables"]) >= {"marts.fct_parameters"}
    results = json.loads((result.folder / "results.json").read_bytes())
    assert {test["status"] for test in results["dbt_tests"].values()} == {"pass"}
    assert newest_gate(warehouse.settings) == result.file


def test_the_same_build_gives_the_same_bytes(warehouse: ToyWarehouse) -> None:
    first = judge(warehouse).file.read_bytes()
    assert judge(warehouse).file.read_bytes() == first


# ---- a build that is not ---------------------------------------------------------------------------------------------


def test_a_build_made_from_older_raw(warehouse: ToyWarehouse) -> None:
    warehouse.land({"a/b": 1, "c/d": 2}, date(2026, 7, 2))
    found = refusing(judge(warehouse))
    assert set(found) == {"build_reads_all_raw", "build_is_by_this_code"}
    assert found["build_reads_all_raw"] == "hub/tracked of 2026-07-02 is not in the build"


def test_a_snapshot_that_is_gone(warehouse: ToyWarehouse) -> None:
    shutil.rmtree(warehouse.settings.raw / "hub" / "tracked")
    assert "is in the build but no longer in raw" in refusing(judge(warehouse))["build_reads_all_raw"]


def test_a_newer_revision_of_what_was_read(warehouse: ToyWarehouse) -> None:
    warehouse.land({"a/b": 7})
    assert refusing(judge(warehouse))["build_reads_all_raw"] == "hub/tracked of 2026-07-01 is not in the build"


def test_a_build_by_other_code(warehouse: ToyWarehouse) -> None:
    warehouse.edit("models/models.yml", "Parameters.", "Count of parameters.")
    found = refusing(judge(warehouse))
    assert list(found) == ["build_is_by_this_code"]
    assert "dbt project" in found["build_is_by_this_code"]


def test_a_duplicated_key_fails_its_dbt_test_and_the_gate_says_so(warehouse: ToyWarehouse) -> None:
    warehouse.edit("models/models.yml", "constraints: [{type: not_null}, {type: primary_key}]", "constraints: []")
    fact = warehouse.project / "models" / "marts" / "fct_parameters.sql"
    fact.write_text(f"with once as ({fact.read_text()}) select * from once union all select * from once")
    with pytest.raises(DataRefused):
        warehouse.build()
    found = refusing(judge(warehouse))
    assert found["build_is_finished"].startswith(
        "the last build did not finish: unique_fct_parameters_model_id (Got 1 "
    )


def test_a_test_that_did_not_run_is_no_success(warehouse: ToyWarehouse) -> None:
    path = warehouse.settings.root / "build" / "evidence.json"
    evidence = json.loads(path.read_bytes())
    evidence["tests"] = {name: {"status": "missing", "message": None} for name in evidence["tests"]}
    path.write_text(json.dumps(evidence))
    assert "unique_fct_parameters_model_id missing" in refusing(judge(warehouse))["dbt_tests_passed"]
    path.write_text(json.dumps({**evidence, "tests": {}}))
    assert refusing(judge(warehouse))["dbt_tests_passed"].startswith("0 tests")


@pytest.mark.parametrize("which", ["build", "published"])
def test_a_mart_edited_by_hand(warehouse: ToyWarehouse, which: str) -> None:
    settings = warehouse.settings
    file = settings.build_database if which == "build" else current_copy(settings)
    with duckdb.connect(settings, file) as connection:
        connection.execute("UPDATE marts.fct_parameters SET total_parameters = 2")
    found = refusing(judge(warehouse))
    condition = "build_is_unedited" if which == "build" else "published_copy_is_unedited"
    assert found == {condition: "marts.fct_parameters was changed by hand since the build"}
    # What it says to do helps.
    warehouse.build(full_refresh=True)
    assert refusing(judge(warehouse)) == {}


def test_a_table_put_there_by_hand(warehouse: ToyWarehouse) -> None:
    with duckdb.connect(warehouse.settings, warehouse.settings.build_database) as connection:
        connection.execute("CREATE TABLE marts.mine AS SELECT 1 AS n")
    assert refusing(judge(warehouse))["build_is_unedited"] == "marts.mine was changed by hand since the build"


def test_evidence_that_is_lost_or_of_another_build_cannot_be_judged(warehouse: ToyWarehouse) -> None:
    (warehouse.settings.root / "build" / "evidence.json").unlink()
    result = judge(warehouse)
    assert set(refusing(result)) == {"build_is_unedited", "published_copy_is_unedited", "dbt_tests_passed"}
    assert {one.verdict for one in result.report.conditions if one.refuses} == {"not_evaluated"}


def test_synthetic_data_passes_only_where_it_is_wanted_and_alone(warehouse: ToyWarehouse) -> None:
    assert judge(warehouse, synthetic_ok=True).passed
    warehouse.land({"a/b": 1}, date(2026, 7, 3), synthetic=True)
    warehouse.build()
    for wanted in (False, True):
        found = refusing(judge(warehouse, synthetic_ok=wanted))
        assert found == {"inputs_are_real": "1 real and 1 synthetic snapshots"}
    shutil.rmtree(warehouse.settings.raw)
    warehouse.land({"a/b": 1}, date(2026, 7, 3), synthetic=True)
    warehouse.build()
    assert refusing(judge(warehouse)) == {"inputs_are_real": "1 synthetic snapshots"}
    result = judge(warehouse, synthetic_ok=True)
    assert result.passed
    assert result.report.synthetic


def test_a_month_that_is_not_over(warehouse: ToyWarehouse) -> None:
    assert refusing(judge(warehouse, now=datetime(2026, 7, 31, 23, tzinfo=UTC)))["month_is_over"]
    assert "month_is_over" not in refusing(judge(warehouse, now=datetime(2026, 8, 1, 5, tzinfo=UTC)))


def test_nothing_published_and_a_build_that_runs_are_said(warehouse: ToyWarehouse) -> None:
    with build_lock(warehouse.settings, "warehouse build"), pytest.raises(ConfigurationError, match="warehouse build"):
        judge(warehouse)
    shutil.rmtree(warehouse.settings.published)
    with pytest.raises(ConfigurationError, match="Nothing is published"):
        judge(warehouse)


# ---- expectations and waivers ----------------------------------------------------------------------------------------


def test_an_expectation_is_a_condition_and_its_results_can_be_browsed(warehouse: ToyWarehouse) -> None:
    result = judge(warehouse, suites=SMALL)
    assert refusing(result) == {}
    [condition] = [one for one in result.report.conditions if one.name == "toy.holds"]
    assert (condition.threshold, condition.observed, condition.table) == ("n at most 5", "1", "marts.fct_parameters")
    page = (result.folder / "gate.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert any(link.startswith("data_docs/validations/") for link in links)
    assert all((result.folder / link).exists() for link in links)


def test_the_page_puts_what_refuses_first_and_takes_names_as_text(warehouse: ToyWarehouse) -> None:
    expectation = expect("holds", "column_values_to_be_between", column="n", max_value=5, why="w", since="2026-11")
    frame = Frame("f", "select '<b>' as s, 9 as n", (expectation,), "Look.", key=("s",))
    result = judge(warehouse, suites=(Suite("toy", "marts.fct_parameters", (frame,)),))
    page = (result.folder / "gate.html").read_text("utf-8")
    assert page.index("<h2>Refusing (1)</h2>") < page.index("<h2>Passed (")
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_an_expectation_that_raises_refuses(warehouse: ToyWarehouse, tmp_path: Path) -> None:
    raises = suite("select model_id from fct_parameters", "column_values_to_match_regex", column="model_id", regex="(")
    result = judge(warehouse, suites=raises)
    assert "Invalid regular expression" in refusing(result)["toy.holds"]
    assert result.reasons() == [
        f"toy.holds: could not be evaluated: {refusing(result)['toy.holds']} (allowed: model_id). Look."
    ]


LARGE = suite("select 6 as n")


def test_a_waiver_lets_a_condition_pass_and_is_shown(warehouse: ToyWarehouse, tmp_path: Path) -> None:
    assert refusing(judge(warehouse, suites=LARGE)) == {"toy.holds": "1 of 1: (n 6)"}
    result = judge(warehouse, suites=LARGE, waivers=waivers(tmp_path))
    assert result.passed
    [waived] = [one for one in result.report.conditions if one.verdict == "waived"]
    assert waived.waiver is not None
    assert (waived.name, waived.waiver.who, waived.observed) == ("toy.holds", "A. Person", "1 of 1: (n 6)")
    assert result.report.waivers == (waived.waiver,)


def test_an_expired_waiver_refuses(warehouse: ToyWarehouse, tmp_path: Path) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    found = refusing(judge(warehouse, suites=LARGE, waivers=waivers(tmp_path, expires=yesterday)))
    assert found["waivers_are_valid"] == f"the waiver of toy.holds expired on {yesterday}"
    assert "toy.holds" in found
    assert "toy.holds" not in refusing(
        judge(warehouse, suites=LARGE, waivers=waivers(tmp_path, expires=yesterday + timedelta(days=1)))
    )


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"condition": "toy.hold"}, "a waiver names toy.hold, which cannot be waived"),
        ({"condition": "build_is_unedited"}, "a waiver names build_is_unedited, which cannot be waived"),
        ({"reason": " "}, "has no reason"),
        ({"until": "ever"}, "cannot be read as waivers"),
        ({"expires": "soon"}, "cannot be read as waivers"),
    ],
)
def test_a_waiver_that_waives_nothing_refuses(
    warehouse: ToyWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, object], reason: str
) -> None:
    monkeypatch.setattr(gating, "run_suites", lambda *_: ())
    assert reason in refusing(judge(warehouse, suites=LARGE, waivers=waivers(tmp_path, **entry)))["waivers_are_valid"]


def test_a_waiver_of_another_month_is_none(warehouse: ToyWarehouse, tmp_path: Path) -> None:
    path = waivers(tmp_path, month="2026-06")
    assert "toy.holds" in refusing(judge(warehouse, suites=LARGE, waivers=path))


def test_the_waivers_of_the_project_are_in_order() -> None:
    assert gating.read_waivers(gating.WAIVERS_FILE, "2026-10", date(2026, 11, 1)).expired == ()


# ---- the command -----------------------------------------------------------------------------------------------------

Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def command(warehouse: ToyWarehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``warehouse gate`` with the suites given; the shipped ones need the shipped marts."""

    def run(*arguments: str, suites: tuple[Suite, ...] = ()) -> tuple[object, str, str]:
        monkeypatch.setattr(
            gate_command, "evaluate_gate", lambda *args, **rest: evaluate_gate(*args, suites=suites, **rest)
        )
        monkeypatch.setattr(sys, "argv", ["warehouse", "gate", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


def test_the_command_passes_or_refuses_with_sentences(command: Run, warehouse: ToyWarehouse) -> None:
    code, out, err = command("2026-07")
    assert (code, err) == (0, "")
    assert out.startswith("The gate lets 2026-07 pass: 9 conditions, build ")
    warehouse.land({"a/b": 2})
    code, out, err = command("2026-07")
    assert code == 1
    assert "Refused: build_reads_all_raw: hub/tracked of 2026-07-01 is not in the build (allowed: " in out
    assert err.startswith("Error: The gate refuses 2026-07: 2 of 9 conditions do not hold. They are listed above")
    code, out, _ = command("2026-07", "--json")
    assert code == 1
    assert json.loads(out)["passed"] is False


def test_a_condition_of_lesser_weight_does_not_refuse() -> None:
    what = {"name": "n", "threshold": "t", "observed": "o", "what_to_do": "w"}
    assert not Condition(severity="warning", verdict="failed", **what).refuses
    assert Condition(severity="critical", verdict="not_evaluated", **what).refuses
    assert at_most("n", "c", 1, why="w", since="2026-11").severity == "critical"
