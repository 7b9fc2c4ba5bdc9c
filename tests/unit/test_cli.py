"""The command line: one sentence and the right exit code for whatever happens."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration import cli
from orchestration.commands import (
    build,
    compact,
    demo,
    explain,
    gate,
    ingest,
    names,
    report,
    snapshot,
    sql,
    status,
    ui,
    verify,
)
from orchestration.errors import ConfigurationError, DataRefused, Unreachable
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import SnapshotStore
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import publish
from tests.fakes.candidates import NOON, candidate, land
from tests.fakes.replay import DAYS, write_hub_page, write_replay

COMMANDS = {
    "demo": demo,
    "ingest": ingest,
    "build": build,
    "gate": gate,
    "report": report,
    "sql": sql,
    "explain": explain,
    "names": names,
    "status": status,
    "verify": verify,
    "snapshot": snapshot,
    "compact": compact,
    "ui": ui,
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def warehouse(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line; gives exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["warehouse", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        code = end.value.code
        assert isinstance(code, int) or code is None
        return code or 0, out, err

    return run


@pytest.fixture
def published(home: Path) -> Settings:
    settings = Settings()
    settings.build_database.parent.mkdir(parents=True)
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE SCHEMA ops; CREATE TABLE marts.t AS SELECT '=1' AS s, 2 AS n")
    publish(settings, fingerprint="f" * 64, synthetic=True, engine_versions="")
    return settings


# ---- how commands end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"), [(DataRefused("No."), 1), (ConfigurationError("No."), 2), (Unreachable("No."), 3)]
)
def test_an_expected_error_is_one_sentence_with_its_exit_code(
    warehouse: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    monkeypatch.setattr(verify, "verify_store", lambda root: (_ for _ in ()).throw(error))
    assert warehouse("verify") == (code, "", "Error: No.\n")


def test_an_unexpected_error_is_one_sentence_and_a_traceback_only_with_debug(
    warehouse: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "verify_store", lambda root: 1 / 0)
    code, _, err = warehouse("verify")
    assert (code, err) == (
        1,
        "Error: ZeroDivisionError: division by zero; run `warehouse --debug ...` for the traceback.\n",
    )
    code, _, err = warehouse("--debug", "verify")
    assert code == 1
    assert err.startswith("Traceback")
    assert err.count("Error: ZeroDivisionError") == 1


def test_an_interrupted_command_ends_with_130(warehouse: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "verify_store", lambda root: (_ for _ in ()).throw(KeyboardInterrupt))
    code, _, err = warehouse("verify")
    assert code == 130
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [["frob"], ["ingest", "--frob"], ["sql"], ["sql", "x", "--format", "xml"], ["build", "--target", "oracle"]],
)
def test_a_wrong_call_ends_with_2(warehouse: Run, arguments: list[str]) -> None:
    code, _, err = warehouse(*arguments)
    assert code == 2
    assert "Error: " in err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_its_examples(warehouse: Run, name: str) -> None:
    code, out, _ = warehouse(name, "--help")
    assert code == 0
    assert "Examples:" in out
    for example in COMMANDS[name].EXAMPLES:
        assert f"  {example}\n" in out
        assert f"warehouse {name}" in example


def test_a_setting_that_cannot_be_is_named(warehouse: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_THREADS", "many")
    code, _, err = warehouse("status")
    assert code == 2
    assert err.startswith("Error: WAREHOUSE_THREADS='many': ")


@pytest.mark.parametrize(
    ("rows", "reader", "read"), [(1_000_000, "head -2", "range\n0\n"), (1, "sh -c 'exec <&-; sleep 2'", "")]
)
def test_a_reader_that_leaves_early_is_no_error(published: Settings, rows: int, reader: str, read: str) -> None:
    """Both while much is written and when the little there is, is written at the end."""
    script = f"{sys.executable} -m orchestration.cli sql 'from range({rows})' --format csv | {reader}"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(["bash", "-c", script], env=buffered, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (read, "")


# ---- ingest ----------------------------------------------------------------------------------------------------------


def test_ingest_lands_a_sources_file_and_says_so_per_table(warehouse: Run, home: Path, tmp_path: Path) -> None:
    sources = write_replay(tmp_path)
    code, out, err = warehouse("ingest", "--sources", sources)
    assert (code, err) == (0, "")
    assert "hf_hub/tracked: 3 landed, 0 unchanged, 0 refused, 0 failed; 6 rows landed, 0 records rejected\n" in out
    assert "tracked_models/models: 3 landed" in out
    code, out, _ = warehouse("ingest", "--sources", sources)
    assert code == 0
    assert "hf_hub/tracked: 0 landed, 3 unchanged, 0 refused, 0 failed; 0 rows landed" in out


def test_live_ingest_and_status_say_what_is_left_out_for_want_of_a_key(
    warehouse: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = write_replay(tmp_path)
    planned = ingest.plan_ingest(Settings(), sources_file=sources)
    monkeypatch.setattr(ingest, "plan_ingest", lambda settings, **asked: planned)  # instead of the live services
    monkeypatch.delenv("ARTIFICIAL_ANALYSIS_API_KEY", raising=False)
    said = "artificial_analysis: left out, it answers only with a key; set ARTIFICIAL_ANALYSIS_API_KEY"
    code, out, err = warehouse("ingest")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == said
    for named in (("ingest", "tracked_models"), ("ingest", "--sources", sources)):
        assert said not in warehouse(*named)[1], "it was not asked for"
    _, out, _ = warehouse("status")
    assert "artificial_analysis: not asked live, it answers only with a key; set ARTIFICIAL_ANALYSIS_API_KEY" in out
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", "key")
    assert said not in warehouse("ingest")[1]
    assert "only with a key" not in warehouse("status")[1]


def test_ingest_takes_the_wanted_source_table_and_day(warehouse: Run, home: Path, tmp_path: Path) -> None:
    sources = write_replay(tmp_path)
    code, out, _ = warehouse("ingest", "tracked_models", "--sources", sources, "--table", "models", "--date", DAYS[1])
    assert code == 0
    assert out.splitlines() == [
        "tracked_models/models: 1 landed, 0 unchanged, 0 refused, 0 failed; 2 rows landed, 0 records rejected"
    ]
    assert SnapshotStore(home / "raw").snapshot_dates("tracked_models", "models") == [DAYS[1]]


def test_refused_data_ends_with_1_and_its_reason_but_the_good_lands(warehouse: Run, home: Path, tmp_path: Path) -> None:
    sources = write_replay(tmp_path)
    write_hub_page(tmp_path, DAYS[0], 10).write_text("<html>")
    code, out, err = warehouse("ingest", "hf_hub", "--sources", sources)
    assert code == 1
    assert "hf_hub/tracked: 2 landed, 0 unchanged, 1 refused, 0 failed" in out
    [reason] = [line for line in out.splitlines() if line.startswith("  refused: ")]
    assert "page-1.json" in reason
    assert err == "Error: 1 of 3 snapshots did not land; the reasons are above.\n"


def test_a_missing_file_ends_with_3_but_other_sources_land(warehouse: Run, home: Path, tmp_path: Path) -> None:
    sources = write_replay(tmp_path)
    sources.write_text(sources.read_text().replace("hub/*/page-*.json", "nowhere/*.json"))
    code, out, err = warehouse("ingest", "--sources", sources)
    assert code == 3
    assert "nowhere" in out + err
    assert "tracked_models/models: 3 landed" in out


@pytest.mark.parametrize(
    ("verdicts", "error"),
    [
        ([("failed", True)], Unreachable),
        ([("failed", True), ("failed", False)], Unreachable),
        ([("failed", True), ("refused", False)], DataRefused),
        ([("failed", False)], DataRefused),
    ],
)
def test_unreachable_is_said_unless_data_was_refused(
    monkeypatch: pytest.MonkeyPatch, home: Path, verdicts: list[tuple[Any, bool]], error: type[Exception]
) -> None:
    outcomes = [
        Outcome(source="s", table_name="t", snapshot_date=None, attempted_at=NOON, outcome=outcome, unreachable=flag)
        for outcome, flag in verdicts
    ]
    monkeypatch.setattr(ingest, "land", lambda spec, request: outcomes)
    with pytest.raises(error, match="did not land"):
        ingest.ingest(sources=["hf_hub"])


def test_one_source_that_cannot_go_on_does_not_stop_the_others(warehouse: Run, home: Path, tmp_path: Path) -> None:
    sources = write_replay(tmp_path)
    sources.write_text('[[hf_hub]]\nlocation = "x"\n' + sources.read_text().replace("[[hf_hub]]", "[[hf_hub]]"))
    code, out, err = warehouse("ingest", "--sources", sources)
    assert code == 2
    assert err.startswith("Error: hf_hub, entry 1 of the sources file")
    assert "tracked_models/models: 3 landed" in out


def test_a_day_that_the_files_do_not_hold_is_said(warehouse: Run, home: Path, tmp_path: Path) -> None:
    code, out, err = warehouse("ingest", "--sources", write_replay(tmp_path), "--date", "2020-01-01")
    assert (code, out) == (2, "")
    assert err == "Error: Nothing in the locations fits the wanted tables and date; correct --table or --date.\n"


def test_a_past_day_of_a_live_source_is_refused(warehouse: Run) -> None:
    code, _, err = warehouse("ingest", "hf_hub", "--date", "2026-01-01")
    assert code == 2
    assert "hf_hub is live and answers only for today" in err


@pytest.mark.parametrize("date_text", ["2026-13-01", "yesterday", "01-06-2025"])
def test_a_wrong_date_is_a_wrong_call(warehouse: Run, date_text: str) -> None:
    code, _, err = warehouse("ingest", "hf_hub", "--date", date_text)
    assert code == 2
    assert date_text in err


def test_reasons_are_counted_cut_and_printable(tmp_path: Path) -> None:
    def refused(reason: str) -> Outcome:
        return Outcome(
            source="hub",
            table_name="t",
            snapshot_date=date(2026, 7, 1),
            attempted_at=NOON,
            outcome="refused",
            reason=reason,
        )

    outcomes = [*[refused("same")] * 3, *(refused(f"other {n}\x1b[31m") for n in range(7))]
    lines = ingest.summary_lines(outcomes, SnapshotReader(tmp_path))
    assert lines[0] == "hub/t: 0 landed, 0 unchanged, 10 refused, 0 failed; 0 rows landed, 0 records rejected"
    assert lines[1] == "  refused: same (3 times)"
    assert lines[2] == r"  refused: other 0\x1b[31m"
    assert lines[-1] == "  and 3 other reasons; see ops.ingest_outcomes after a build"


def test_ingest_says_why_records_were_rejected(warehouse: Run, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text(
        "[hf_archive]\ntable = 'counters'\nlocation = '*.csv'\ndate_column = 'day'\n"
        "columns = {model_id = 'id', downloads_total = 'n'}\n"
    )
    rows = ["a/b,5", "a/c,-1", "a/d,-2", "a/e,many", "a/f,1", "a/f,2", "a/g,1", "a/g,2", "../x,1"]
    (tmp_path / "m.csv").write_text("day,id,n\nsoon,a/b,1\n" + "".join(f"2026-07-01,{row}\n" for row in rows))
    code, out, _ = warehouse("ingest", "--sources", sources)
    assert code == 1
    assert out.splitlines() == [
        "hf_archive/counters: 1 landed, 0 unchanged, 1 refused, 0 failed; 3 rows landed, 6 records rejected",
        f"  refused: 1 of the records of {tmp_path}/m.csv belong to no day; the others were taken.",
        "  rejected: downloads_total is negative (2 times)",
        "  rejected: duplicate key (2 times)",
        "  rejected: downloads_total is not a whole number",
        "  rejected: model_id is not a Hub repository id",
    ]
    _, out, _ = warehouse("ingest", "--sources", sources)
    assert "0 landed, 1 unchanged, 1 refused" in out
    assert "rejected: downloads_total" not in out  # said when they landed


def test_the_demo_takes_a_scale(warehouse: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def land_sample(settings: Settings, *, scale: int, report: object) -> None:
        asked.append(scale)
        raise ConfigurationError("enough")

    monkeypatch.setattr(demo, "land_sample", land_sample)
    assert warehouse("demo", "--scale", 3)[0] == 2
    assert warehouse("demo")[0] == 2
    assert warehouse("demo", "--scale", 0)[0] == 2
    assert asked == [3, 1]


# ---- sql, status, verify, ui -----------------------------------------------------------------------------------------


def test_sql_writes_each_format(warehouse: Run, published: Settings) -> None:
    code, out, _ = warehouse("sql", "from t")
    assert code == 0
    assert [line.rstrip() for line in out.splitlines()] == [" s  | n", "----+---", " =1 | 2"]
    assert warehouse("sql", "from t", "--format", "csv")[1] == "s,n\n'=1,2\n"
    assert json.loads(warehouse("sql", "from t", "--format", "json")[1]) == [{"s": "=1", "n": 2}]


@pytest.mark.parametrize("nothing", ["", " ;", "/* only a comment */"])
def test_sql_without_a_statement_says_so(warehouse: Run, published: Settings, nothing: str) -> None:
    code, out, err = warehouse("sql", nothing)
    assert (code, out) == (2, "")
    assert err == "Error: There is no SQL to run; give a statement, e.g. `from dim_model limit 5`.\n"


def test_sql_before_the_first_build_says_what_to_do(warehouse: Run) -> None:
    code, _, err = warehouse("sql", "select 1")
    assert code == 2
    assert "run `warehouse build` (or `warehouse demo`) first" in err


def test_status_shows_tables_trouble_and_the_published_copy(warehouse: Run, published: Settings) -> None:
    store = SnapshotStore(published.raw)
    land(store, candidate({"a/b": 1}, day=date(2026, 7, 1)), source="hf_hub", synthetic=True)
    empty = candidate(day=date(2026, 7, 2), records=candidate().records.slice(0, 0))
    land(store, empty, source="hf_hub", at=NOON.replace(day=2))
    code, out, _ = warehouse("status")
    assert code == 0
    assert "SYNTHETIC" in out
    [line] = [line for line in out.splitlines() if line.startswith(" hf_hub/tracked")]
    assert "hf_hub/tracked (synthetic)" in line
    assert "2026-07-01" in line
    assert "LATE" in line
    assert "refused" in line
    assert "hf_hub/tracked: tracked of 2026-07-02 has no usable records" in out


def test_status_of_an_empty_home(warehouse: Run) -> None:
    code, out, _ = warehouse("status")
    assert code == 0
    assert "nothing yet; run `warehouse build`" in out
    assert "hf_hub/tracked" in out
    assert "never" in out


def test_verify_lists_problems_and_ends_with_1(warehouse: Run, home: Path) -> None:
    store = SnapshotStore(home / "raw")
    land(store, candidate())
    assert warehouse("verify") == (0, f"{home}/raw is intact.\n", "")
    [manifest] = (home / "raw").rglob("manifest.json")
    manifest.write_text(manifest.read_text().replace("MIT", "WTF"))
    code, out, err = warehouse("verify", home / "raw")
    assert code == 1
    assert "manifest.json" in out
    assert "problem" in err


def test_ui_takes_a_free_port_and_refuses_a_taken_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} of 127.0.0.1 is taken"):
            ui.choose_port(port)
        assert ui.choose_port(None) != port
    assert ui.choose_port(port) == port


def test_ui_starts_dagster_on_loopback_with_the_projects_settings(
    warehouse: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = {}

    def execve(path: Path, arguments: list[str], variables: dict[str, str]) -> None:
        started.update(arguments=arguments, variables=variables)
        raise SystemExit(0)

    monkeypatch.setenv("WAREHOUSE_SOURCES", "mirror.toml")
    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, out, _ = warehouse("ui", "--port", port)
    assert code == 0
    assert f"http://127.0.0.1:{port}" in out
    assert started["arguments"][-4:] == ["-h", "127.0.0.1", "-p", str(port)]
    assert started["variables"]["DAGSTER_HOME"] == str(home / "dagster")
    assert started["variables"]["WAREHOUSE_HOME"] == str(home)
    assert started["variables"]["WAREHOUSE_SOURCES"] == str(Path.cwd() / "mirror.toml")
    assert "telemetry:\n  enabled: false" in (home / "dagster" / "dagster.yaml").read_text()


def test_ui_says_when_its_home_cannot_be_written(warehouse: Run, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file is in the way")
    code, out, err = warehouse("ui")
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: Dagster was not started: {home} cannot be written (")
    assert len(err.splitlines()) == 1


def test_nothing_outlives_a_command_that_used_locks_of_processes() -> None:
    script = (
        "import multiprocessing; from orchestration import cli; "
        "cli.app = lambda: setattr(cli, 'lock', multiprocessing.get_context('spawn').RLock()); cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    output, _ = process.communicate()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert (process.returncode, output) == (0, b"")
