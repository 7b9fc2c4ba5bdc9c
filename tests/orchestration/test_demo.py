"""The demo says that it is synthetic, answers its questions, and changes nothing the second time."""

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from orchestration import cli
from orchestration.commands import demo
from orchestration.sample import land_sample
from orchestration.sample.calendar import LAST_DAY
from orchestration.settings import Settings
from orchestration.warehouse.publish import SYNTHETIC_NOTICE, current_copy
from tests.fakes.explained import explained_at_random


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["warehouse", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    out, err = capsys.readouterr()
    return end.value.code or 0, out, err


def test_the_demo_on_the_last_days_of_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    monkeypatch.setattr(demo, "land_sample", partial(land_sample, since=LAST_DAY - timedelta(days=10)))

    # Ten days are no month that could be released.
    code, out, _ = run(monkeypatch, capsys, "demo", "--releases", "0")
    assert code == 0
    lines = out.splitlines()
    assert (lines[0], lines[-1]) == (SYNTHETIC_NOTICE, SYNTHETIC_NOTICE)
    assert f"Raw snapshots   {tmp_path / 'raw'}" in lines
    assert f"Marts           {tmp_path / 'published' / 'current.duckdb'}" in lines
    copy = current_copy(Settings())

    # The statements are printed as a person can type them, each with its answer.
    statements = [
        line.removeprefix('warehouse sql "').removesuffix('"') for line in lines if line.startswith("warehouse sql ")
    ]
    assert len(statements) == 3
    answers = [run(monkeypatch, capsys, "sql", statement) for statement in statements]
    assert all(code == 0 and answer in out for code, answer, _ in answers)
    assert " china " in answers[0][1]

    # The sample's figures add up, row by row, back to snapshots; behind what ten days lack is nothing.
    found = explained_at_random(Settings(), seed=20260401)
    assert {mart: explanation.faults for mart, explanation in found.items() if explanation.faults} == {}
    assert {mart for mart, explanation in found.items() if not explanation.snapshots} <= {
        "report_crossovers",
        "report_coverage",
    }

    code, again, _ = run(monkeypatch, capsys, "demo", "--releases", "0")
    assert code == 0
    assert "Unchanged: the sample has landed already." in again
    assert "was made from the same inputs" in again
    assert current_copy(Settings()) == copy

    code, _, err = run(monkeypatch, capsys, "ingest", "tracked_models")
    assert code == 2
    assert "holds the synthetic sample" in err
