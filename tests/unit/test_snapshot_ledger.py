"""The ledger keeps every attempt whole, whatever happens while one is written."""

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DataRefused
from orchestration.snapshots import ledger
from orchestration.snapshots.ledger import append_outcome, read_outcomes
from orchestration.snapshots.manifest import Outcome, encode_outcome
from tests.fakes.candidates import NOON


def attempt(number: int, reason: str = "hub does not answer.") -> Outcome:
    return Outcome(
        source="hub",
        table_name="tracked",
        snapshot_date=None,
        attempted_at=NOON + timedelta(seconds=number),
        outcome="failed",
        reason=reason,
    )


def append_many(path: Path, first: int) -> None:
    for number in range(first, first + 25):
        append_outcome(path, attempt(number))


def test_attempts_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "outcomes.jsonl"
    assert list(read_outcomes(path)) == []
    for number in range(3):
        append_outcome(path, attempt(number))
    assert list(read_outcomes(path)) == [attempt(number) for number in range(3)]


@settings(max_examples=30, deadline=None)
@given(data=st.data(), reasons=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_a_torn_last_line_is_not_an_attempt_and_harms_none(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, reasons: list[str]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "outcomes.jsonl"
    attempts = [attempt(number, reason) for number, reason in enumerate(reasons)]
    lines = [encode_outcome(outcome) for outcome in attempts]
    kept = data.draw(st.integers(0, len(lines) - 1))
    torn = data.draw(st.integers(0, len(lines[kept]) - 1))
    path.write_bytes(b"".join(lines[:kept]) + lines[kept][:torn])
    assert list(read_outcomes(path)) == attempts[:kept]
    append_outcome(path, attempt(99))
    assert list(read_outcomes(path)) == [*attempts[:kept], attempt(99)]
    assert path.read_bytes() == b"".join([*lines[:kept], encode_outcome(attempt(99))])


@pytest.mark.parametrize("block", [1, 7, 64])
def test_a_line_may_be_longer_than_what_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(ledger, "_BLOCK", block)
    path = tmp_path / "outcomes.jsonl"
    append_outcome(path, attempt(1))
    with path.open("ab") as handle:
        handle.write(encode_outcome(attempt(2))[:-1])
    append_outcome(path, attempt(3))
    assert list(read_outcomes(path)) == [attempt(1), attempt(3)]


def test_processes_may_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.jsonl"
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        for job in [pool.submit(append_many, path, first) for first in (0, 100)]:
            job.result()
    assert {outcome.attempted_at for outcome in read_outcomes(path)} == {
        NOON + timedelta(seconds=number) for number in [*range(25), *range(100, 125)]
    }
    assert len(path.read_bytes().splitlines()) == 50


@pytest.mark.parametrize("line", [b'{"source": 1}', b"", b"\xff", b'{"source": "\xff"}'])
def test_a_damaged_whole_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "outcomes.jsonl"
    append_outcome(path, attempt(1))
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(DataRefused, match=r"outcomes.jsonl, line 2, is not a record of an attempt .*; restore it\."):
        list(read_outcomes(path))
