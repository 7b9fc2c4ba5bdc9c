"""Landing is whole or not at all, whenever the process dies and whatever the disk refuses."""

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orchestration.errors import ConfigurationError, WarehouseError
from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.layout import STAGING
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.snapshots.verify import verify_store
from tests.fakes.candidates import DAY, NOON, Clock, candidate, land, received_file, rejections
from tests.fakes.faults import Stopped, counting_steps, failing_at, killed_at, stopped_at

HOUR = timedelta(hours=1)
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def land_second(root: Path) -> Outcome:
    """A landing with everything in it: received bytes, rejected records, a revision after the first."""
    page = received_file(root.parent, b"second page")
    return land(SnapshotStore(root, Clock()), candidate({"a/b": 2}, received=[page], rejected=["x"]), at=NOON + HOUR)


def fail_second(root: Path) -> Outcome:
    """An attempt that lands nothing but keeps bytes, rejected records and its reason."""
    page = received_file(root.parent, b"second page")
    failure = Failure("tracked", "refused", "all is wrong.", received=(page,), rejected=rejections("x"))
    return SnapshotStore(root, Clock()).record_failure("hub", failure, requested_at=NOON + HOUR)


def killed(root: Path, act: Callable[[Path], Outcome], step: int) -> None:
    with killed_at(root, step):
        act(root)


def prepared(folder: Path) -> Path:
    root = folder / "raw"
    land(SnapshotStore(root, Clock()), candidate({"a/b": 1}))
    return root


def steps_of(act: Callable[[Path], Outcome], folder: Path) -> int:
    root = prepared(folder)
    with counting_steps(root) as counted:
        act(root)
    return int(counted.step)


def assert_whole(root: Path) -> int:
    """The store is sound and the first revision untouched; returns how many revisions there are."""
    assert list(verify_store(root)) == []
    store = SnapshotStore(root, Clock())
    values = [store.read(manifest)["total_parameters"].to_pylist() for manifest in store.manifests()]
    assert values in ([[1]], [[1], [2]])
    list(store.outcomes())
    return len(values)


def left_in_staging(root: Path) -> list[Path]:
    return list((root / STAGING).glob("*/*"))


@pytest.mark.parametrize("act", [land_second, fail_second])
def test_a_kill_at_any_step_leaves_all_or_nothing(tmp_path: Path, act: Callable[[Path], Outcome]) -> None:
    steps = steps_of(act, tmp_path / "undisturbed")
    undisturbed = SnapshotStore(tmp_path / "undisturbed" / "raw", Clock())
    assert steps >= 10
    roots = {step: prepared(tmp_path / str(step)) for step in range(1, steps + 1)}
    processes = [PROCESSES.Process(target=killed, args=(root, act, step)) for step, root in roots.items()]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == -9
    seen = set()
    for root in roots.values():
        seen.add(assert_whole(root))
        SnapshotStore(root).sweep_staging("hub")
        act(root)
        assert list(SnapshotStore(root).outcomes()) == list(undisturbed.outcomes())
        assert list(SnapshotStore(root).manifests()) == list(undisturbed.manifests())
        assert not left_in_staging(root)
    assert seen == ({1, 2} if act is land_second else {1})


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, WarehouseError, "the disk is full; free some space and run it again"),
        (errno.EDQUOT, WarehouseError, "the disk quota is used up; free some space"),
        (errno.EIO, WarehouseError, "Input/output error; mend the cause and run it again"),
        (errno.EROFS, ConfigurationError, "cannot be written (Read-only file system); set WAREHOUSE_HOME"),
        (errno.EACCES, ConfigurationError, "cannot be written (Permission denied); set WAREHOUSE_HOME"),
    ],
)
@pytest.mark.parametrize("act", [land_second, fail_second])
def test_what_the_disk_refuses_at_any_step_is_one_sentence_and_leaves_all_or_nothing(
    tmp_path: Path, act: Callable[[Path], Outcome], number: int, kind: type[WarehouseError], words: str
) -> None:
    steps = steps_of(act, tmp_path / "undisturbed")
    refused = 0
    for step in range(1, steps + 1):
        root = prepared(tmp_path / str(step))
        before = len(list(SnapshotStore(root).outcomes()))
        with failing_at(root, step, number):
            try:
                act(root)
            except WarehouseError as error:
                refused += 1
                assert type(error) is kind
                assert words in str(error)
                assert str(error).startswith("hub/tracked")
                assert "\n" not in str(error)
                recorded = list(SnapshotStore(root).outcomes())[before:]
                assert [outcome.outcome for outcome in recorded] == ["failed"]
        assert_whole(root)
        assert not left_in_staging(root)
        act(root)
        assert assert_whole(root) == (2 if act is land_second else 1)
    assert refused >= steps / 2  # making a folder that is there already is survived


def test_a_full_disk_while_parquet_is_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = prepared(tmp_path)

    def refuse(table: object, path: Path, **options: object) -> None:
        path.write_bytes(b"PAR1")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", refuse)
    for act in (land_second, fail_second):
        with pytest.raises(WarehouseError, match="the disk is full"):
            act(root)
    monkeypatch.undo()
    assert assert_whole(root) == 1
    assert not left_in_staging(root)
    assert [outcome.outcome for outcome in SnapshotStore(root).outcomes()] == ["landed", "failed", "failed"]


def test_the_disk_has_every_byte_before_a_name_points_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a power cut could leave a snapshot that is there and torn."""
    root = tmp_path / "raw"
    synced: list[int] = []
    on_disk: list[list[bool]] = []

    def noting(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def noted(source: Path, target: Path) -> Path:
            files = list(source.iterdir()) if source.is_dir() else [source]
            on_disk.append([file.stat().st_ino in synced for file in files])
            return move(source, target)

        return noted

    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    monkeypatch.setattr(Path, "rename", noting(Path.rename))
    monkeypatch.setattr(Path, "replace", noting(Path.replace))
    land_second(root)
    assert on_disk == [[True], [True, True, True]]  # the received page; records, rejected records and manifest
    assert (root / "hub/tracked/snapshot_date=2026-07-01").stat().st_ino in synced


class LandKillReopen(RuleBasedStateMachine):
    """Any sequence of landings and kills: what was landed stays, what was killed is there whole or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(self.folders.mktemp("store"))
        self.root = self.folder / "raw"
        self.landed: dict[int, list[int]] = {}
        self.hour = 0
        self.reopen()

    folders: pytest.TempPathFactory

    @rule()
    def reopen(self) -> None:
        self.store = SnapshotStore(self.root, Clock())

    @rule(day=st.integers(0, 2), value=st.integers(0, 2))
    def land(self, day: int, value: int) -> None:
        outcome = self._land(day, value)
        revisions = self.landed.setdefault(day, [])
        if revisions[-1:] == [value]:
            assert outcome.outcome == "unchanged"
        else:
            assert outcome.outcome == "landed"
            revisions.append(value)
        assert outcome.revision == len(revisions)

    @rule(day=st.integers(0, 2), value=st.integers(0, 2), step=st.integers(1, 30))
    def kill(self, day: int, value: int, step: int) -> None:
        try:
            with stopped_at(self.root, step):
                self._land(day, value)
        except Stopped:
            pass
        self.reopen()
        self.store.sweep_staging("hub")
        revisions = self.landed.setdefault(day, [])
        if len(self.store.revisions("hub", "tracked", DAY + timedelta(day))) > len(revisions):
            assert revisions[-1:] != [value]
            revisions.append(value)

    @invariant()
    def everything_landed_is_there(self) -> None:
        if self.root.exists():
            assert list(verify_store(self.root)) == []
        found: dict[int, list[int]] = {day: [] for day in self.landed}
        for manifest in self.store.manifests():
            values = self.store.read(manifest)["total_parameters"].to_pylist()
            found[(manifest.snapshot_date - DAY).days] += values
        assert found == self.landed

    def _land(self, day: int, value: int) -> Outcome:
        self.hour += 1
        page = received_file(self.folder, b"%d" % value)
        what = candidate({"a/b": value}, day=DAY + timedelta(day), received=[page])
        return land(self.store, what, at=NOON + self.hour * HOUR)


def test_any_sequence_of_landings_and_kills(tmp_path_factory: pytest.TempPathFactory) -> None:
    LandKillReopen.folders = tmp_path_factory
    case = LandKillReopen.TestCase
    case.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
    case().runTest()
