"""Landing what a connector gives: one writer, one record per attempt, one answer per table and day."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError, Unreachable
from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.spec import IngestRequest, SourceSpec
from tests.fakes.candidates import DAY, Clock, candidate, parameters, received_file

Found = Candidate | Failure


class TickingClock(Clock):
    """A second passes with each look."""

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def spec(connector: Callable[[IngestRequest], Iterator[Found]], name: str = "hub") -> SourceSpec:
    return SourceSpec(
        name=name,
        title="The Hub",
        live_location=None,
        licence="MIT",
        citation="The Hub",
        max_age=None,
        tables=(),
        connector=connector,
    )


def giving(*found: Found) -> SourceSpec:
    return spec(lambda request: iter(found))


@pytest.fixture
def request_(tmp_path: Path) -> IngestRequest:
    clock = TickingClock()
    return IngestRequest(
        settings=Settings(home=tmp_path), store=SnapshotStore(tmp_path / "raw", clock), clock=clock, synthetic=True
    )


def run(source: SourceSpec, request: IngestRequest) -> list[Outcome]:
    return list(ingest(source, request))


def test_each_attempt_has_one_outcome(request_: IngestRequest) -> None:
    outcomes = run(
        giving(
            candidate(),
            Failure("derivatives", "failed", "hub does not answer.", unreachable=True),
            candidate(records=parameters({}), day=DAY + timedelta(1)),
            candidate({"a/b": 2}, day=DAY + timedelta(2)),
        ),
        request_,
    )
    assert [outcome.outcome for outcome in outcomes] == ["landed", "failed", "refused", "landed"]
    assert sorted(map(repr, request_.store.outcomes())) == sorted(map(repr, outcomes))
    times = [outcome.attempted_at for outcome in outcomes]
    assert times == sorted(set(times))
    [first, _] = request_.store.manifests()
    assert (first.licence, first.citation, first.synthetic) == ("MIT", "The Hub", True)
    assert run(giving(candidate()), request_)[0].outcome == "unchanged"


def test_a_different_second_answer_for_the_same_day_is_refused(request_: IngestRequest) -> None:
    """Otherwise the last file in name order would win, and every further run would land both again."""
    twice = giving(
        candidate({"a/b": 1}, location="july.csv"),
        candidate({"a/b": 1}, location="copy-of-july.csv"),
        candidate({"a/b": 2}, location="july-2.csv"),
        candidate({"a/b": 2}, table="other", location="july-2.csv"),
    )
    outcomes = run(twice, request_)
    assert [outcome.outcome for outcome in outcomes] == ["landed", "unchanged", "refused", "landed"]
    assert outcomes[2].reason == (
        "tracked of 2026-07-01 is given twice, by july.csv and differently by july-2.csv; keep one of them or give it "
        "another table or date."
    )
    assert [outcome.outcome for outcome in run(twice, request_)] == ["unchanged", "unchanged", "refused", "unchanged"]
    assert run(giving(candidate({"a/b": 2})), request_)[0].revision == 2


def test_a_refused_answer_leaves_the_day_to_the_next(request_: IngestRequest) -> None:
    outcomes = run(giving(candidate(records=parameters({})), candidate()), request_)
    assert [outcome.outcome for outcome in outcomes] == ["refused", "landed"]


@pytest.mark.parametrize(
    ("error", "reason", "unreachable"),
    [
        (Unreachable("hub does not answer; try again later."), "hub does not answer; try again later.", True),
        (ConfigurationError("hub needs HF_TOKEN."), "hub needs HF_TOKEN.", False),
        (KeyError("author"), "hub stopped on a defect (KeyError: 'author').", False),
    ],
)
def test_a_connector_that_stops_leaves_a_record_and_what_it_gave_before(
    request_: IngestRequest, error: Exception, reason: str, unreachable: bool
) -> None:
    def connector(request: IngestRequest) -> Iterator[Found]:
        yield candidate()
        raise error

    outcomes = []
    with pytest.raises(type(error)):
        for outcome in ingest(spec(connector), replace(request_, tables=frozenset({"tracked"}))):
            outcomes.append(outcome)
    assert [outcome.outcome for outcome in outcomes] == ["landed"]
    failed = list(request_.store.outcomes())[-1]
    assert (failed.table_name, failed.outcome) == ("tracked", "failed")
    assert (failed.reason, failed.unreachable) == (reason, unreachable)
    with pytest.raises(type(error)):
        run(spec(connector), request_)
    assert list(request_.store.outcomes())[-1].table_name == "*"


def test_a_second_writer_is_turned_away_and_told(request_: IngestRequest, tmp_path: Path) -> None:
    def connector(request: IngestRequest) -> Iterator[Found]:
        with pytest.raises(ConfigurationError, match=r"Another process is landing hub in .*; wait for it to end and"):
            run(giving(candidate({"second/writer": 1})), request)
        [landed] = ingest(spec(lambda request: iter([candidate()]), name="other"), request)
        assert landed.outcome == "landed"
        yield candidate()

    assert [outcome.outcome for outcome in run(spec(connector), request_)] == ["landed"]
    assert [manifest.source for manifest in request_.store.manifests()] == ["hub", "other"]


def test_a_lock_is_free_when_its_holder_dies(request_: IngestRequest) -> None:
    path = request_.store.root / "hub" / "ingest.lock"
    path.parent.mkdir(parents=True)
    hold = "import filelock, sys; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); print(flush=True); input()"
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(ConfigurationError, match="Another process is landing hub"):
                run(giving(candidate()), request_)
        finally:
            holder.kill()
    assert run(giving(candidate()), request_)[0].outcome == "landed"


def test_a_caller_that_stops_early_frees_the_lock(request_: IngestRequest) -> None:
    outcomes = ingest(giving(candidate(), candidate(table="other")), request_)
    next(outcomes)
    outcomes.close()
    assert [outcome.outcome for outcome in run(giving(candidate()), request_)] == ["unchanged"]


def test_what_a_killed_landing_left_is_swept(request_: IngestRequest) -> None:
    left = request_.store.root / ".staging" / "hub" / "half"
    left.mkdir(parents=True)
    run(giving(candidate()), request_)
    assert not left.exists()


def test_attempts_are_timed_from_the_request(request_: IngestRequest, tmp_path: Path) -> None:
    [outcome] = run(giving(candidate(received=[received_file(tmp_path, b"page")])), request_)
    manifest = request_.store.current("hub", "tracked", DAY)
    assert manifest is not None
    assert manifest.requested_at == outcome.attempted_at < manifest.fetched_at
    assert outcome.seconds == (manifest.fetched_at - manifest.requested_at).total_seconds() > 0


def test_a_source_without_an_answer_ends_well(request_: IngestRequest) -> None:
    assert run(giving(), request_) == []
