"""The raw store keeps every answer once, every revision, every received byte and every attempt."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError, DataRefused, WarehouseError
from orchestration.snapshots import disk, received
from orchestration.snapshots import store as store_module
from orchestration.snapshots.candidate import Failure, ReceivedFile
from orchestration.snapshots.layout import MANIFEST_NAME, STAGING, table_folder
from orchestration.snapshots.records import REJECTED_SCHEMA
from orchestration.snapshots.store import SnapshotStore
from tests.fakes.candidates import DAY, NOON, Clock, candidate, land, parameters, received_file, rejections

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "raw", Clock())


def parquet_files(store: SnapshotStore) -> list[Path]:
    return sorted(store.root.rglob("*.parquet"))


def test_a_snapshot_lands_with_what_its_manifest_says(store: SnapshotStore, tmp_path: Path) -> None:
    answer = received_file(tmp_path, b"{}")
    what = candidate(
        {"org/big": 7, "org/a": None},
        received=[answer],
        rejected=["{"],
        source_revision="abc123",
        is_complete="all",
        minimum_rows_share=0.5,
        priority=3,
        declared={"date": "2026"},
    )
    outcome = land(store, what, synthetic=True)
    manifest = store.current("hub", "tracked", DAY)
    assert manifest is not None
    assert (outcome.outcome, outcome.revision, outcome.rows, outcome.rejected_rows) == ("landed", 1, 2, 1)
    assert (manifest.source, manifest.table, manifest.snapshot_date, manifest.revision) == ("hub", "tracked", DAY, 1)
    assert (manifest.licence, manifest.citation, manifest.synthetic) == ("MIT", "The Hub", True)
    assert (manifest.requested_at, manifest.fetched_at) == (NOON, store.clock())
    assert manifest.seconds == (store.clock() - NOON).total_seconds()
    assert (manifest.location, manifest.source_revision) == ("https://hub.example/models", "abc123")
    assert (manifest.is_complete, manifest.minimum_rows_share, manifest.priority) == ("all", 0.5, 3)
    assert manifest.declared == {"date": "2026"}
    assert manifest.code_version == store_module.code_version() != ""
    assert [column.name for column in manifest.columns] == store.read(manifest).column_names
    assert [column.type for column in manifest.columns] == [str(kind) for kind in store.read(manifest).schema.types]
    for entry in manifest.files:
        content = (store.root / manifest.folder / entry.name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry.sha256, entry.bytes)
    assert [(entry.name, entry.rows) for entry in manifest.files] == [
        ("registry_parameters.parquet", 2),
        ("rejected.parquet", 1),
    ]
    assert manifest.bytes == sum(entry.bytes for entry in manifest.files)
    assert outcome.bytes == manifest.received[0].bytes == 2
    assert store.read(manifest)["model_id"].to_pylist() == ["org/a", "org/big"]


def test_terms_of_a_candidate_go_before_those_of_its_source(store: SnapshotStore) -> None:
    land(store, candidate(licence="ODbL-1.0", citation="The mirror"))
    manifest = store.current("hub", "tracked", DAY)
    assert manifest is not None
    assert (manifest.licence, manifest.citation) == ("ODbL-1.0", "The mirror")


def test_an_identical_answer_is_recorded_but_not_copied(store: SnapshotStore) -> None:
    land(store, candidate(rejected=["x"]))
    files = parquet_files(store)
    again = land(store, candidate(rejected=["x"]), at=NOON + HOUR)
    assert (again.outcome, again.revision, again.rows) == ("unchanged", 1, 1)
    assert parquet_files(store) == files
    assert [outcome.outcome for outcome in store.outcomes()] == ["landed", "unchanged"]


def test_another_answer_is_a_revision_and_the_older_one_stays_readable(store: SnapshotStore) -> None:
    for hour, count in enumerate([1, 2, 1]):
        outcome = land(store, candidate({"a/b": count}), at=NOON + hour * HOUR)
        assert (outcome.outcome, outcome.revision) == ("landed", hour + 1)
    assert [store.read(manifest)["total_parameters"].to_pylist() for manifest in store.manifests()] == [[1], [2], [1]]
    current = store.current("hub", "tracked", DAY)
    assert current is not None
    assert current.revision == 3


@pytest.mark.parametrize(
    "change",
    [
        {"licence": "ODbL-1.0"},
        {"citation": "another"},
        {"is_complete": "all"},
        {"minimum_rows_share": 0.1},
        {"priority": 1},
        {"declared": {"downloads": "downloadsAllTime"}},
        {"rejected": ["x"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_readers_act_on_belongs_to_the_content(store: SnapshotStore, change: dict[str, object]) -> None:
    land(store, candidate())
    assert land(store, candidate(**change), at=NOON + HOUR).revision == 2


def test_a_real_answer_never_hides_behind_an_equal_synthetic_one(store: SnapshotStore) -> None:
    land(store, candidate(), synthetic=True)
    assert land(store, candidate(), at=NOON + HOUR, synthetic=False).outcome == "landed"
    current = store.current("hub", "tracked", DAY)
    assert current is not None
    assert not current.synthetic


def test_a_new_place_or_commit_of_the_same_data_is_no_new_revision(store: SnapshotStore) -> None:
    land(store, candidate(source_revision="one"))
    again = candidate(source_revision="two", location="https://mirror.example/x")
    assert land(store, again, at=NOON + HOUR).outcome == "unchanged"


def with_rubbish_under_nulls(rubbish: int) -> tuple[pa.Array, pa.Array]:
    is_valid = pa.py_buffer(bytes([0b101]))
    number = pa.py_buffer(np.array([1, rubbish, 3], dtype="int64").tobytes())
    offsets = pa.py_buffer(np.array([0, 1, 2, 3], dtype="int32").tobytes())
    text = pa.py_buffer(bytes([97, rubbish, 99]))
    return (
        pa.Array.from_buffers(pa.int64(), 3, [is_valid, number]),
        pa.Array.from_buffers(pa.string(), 3, [is_valid, offsets, text]),
    )


def test_bytes_beneath_nulls_do_not_make_a_revision(store: SnapshotStore) -> None:
    def what(rubbish: int) -> object:
        number, text = with_rubbish_under_nulls(rubbish)
        records = parameters({"a": 1, "b": None, "c": 3}).set_column(1, "total_parameters", number)
        rejected = pa.table([number, text, text], schema=REJECTED_SCHEMA)
        return replace(candidate(records=records), rejected=rejected)

    land(store, what(65))
    assert land(store, what(66), at=NOON + HOUR).outcome == "unchanged"


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_order_and_chunks_of_records_do_not_make_a_revision(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int
) -> None:
    store = SnapshotStore(tmp_path_factory.mktemp("store"), Clock())
    table = parameters({f"org/{number}": number for number in range(5)})
    shuffled = table.take(order)
    land(store, candidate(records=table))
    in_pieces = pa.concat_tables([shuffled.slice(0, cut), shuffled.slice(cut)])
    assert land(store, candidate(records=in_pieces), at=NOON + HOUR).outcome == "unchanged"


@settings(max_examples=25, deadline=None)
@given(order=st.permutations([(day, version) for day in range(3) for version in range(2)]))
def test_days_may_arrive_in_any_order(tmp_path_factory: pytest.TempPathFactory, order: list[tuple[int, int]]) -> None:
    store = SnapshotStore(tmp_path_factory.mktemp("store"), Clock())
    for hour, (day, version) in enumerate(order):
        what = candidate({"a/b": version}, day=DAY + timedelta(day))
        assert land(store, what, at=NOON + hour * HOUR).outcome == "landed"
    assert store.snapshot_dates("hub", "tracked") == [DAY + timedelta(day) for day in range(3)]
    for day in range(3):
        manifest = store.current("hub", "tracked", DAY + timedelta(day))
        assert manifest is not None
        last = [version for landed, version in order if landed == day][-1]
        assert store.read(manifest)["total_parameters"].to_pylist() == [last]
    keys = [(manifest.snapshot_date, manifest.revision) for manifest in store.manifests()]
    assert keys == sorted(keys)
    newest = store.newest("hub", "tracked", before=DAY + timedelta(2))
    assert newest is not None
    assert (newest.snapshot_date, newest.revision) == (DAY + timedelta(1), 2)


def test_revision_ten_is_newer_than_revision_nine(store: SnapshotStore) -> None:
    for count in range(11):
        land(store, candidate({"a/b": count}), at=NOON + count * HOUR)
    assert [manifest.revision for manifest in store.manifests()] == list(range(1, 12))
    current = store.current("hub", "tracked", DAY)
    assert current is not None
    assert current.revision == 11


def test_every_attempt_is_on_record_once(store: SnapshotStore, tmp_path: Path) -> None:
    bad = received_file(tmp_path, b"<html>")
    land(store, candidate())
    land(store, candidate(), at=NOON + HOUR)
    land(store, candidate(day=date(2031, 1, 1), received=[bad], rejected=["x"]), at=NOON + 2 * HOUR)
    failure = Failure("tracked", "failed", "hub does not answer.", unreachable=True, received=(bad,))
    store.record_failure("hub", failure, requested_at=NOON + 3 * HOUR)
    store.record_failure("other", failure, requested_at=NOON + 3 * HOUR)
    outcomes = list(store.outcomes("hub"))
    assert Counter(outcome.outcome for outcome in outcomes) == Counter(["landed", "unchanged", "refused", "failed"])
    assert [outcome.attempted_at for outcome in outcomes] == [NOON + hour * HOUR for hour in range(4)]
    assert [outcome.source for outcome in store.outcomes()] == ["hub"] * 4 + ["other"]
    failed = outcomes[-1]
    assert (failed.reason, failed.unreachable, failed.bytes) == ("hub does not answer.", True, 6)
    assert failed.snapshot_date is None


def test_a_refused_answer_keeps_its_bytes_and_its_rejected_records(store: SnapshotStore, tmp_path: Path) -> None:
    bad = received_file(tmp_path, b"[1, 2]")
    refused = candidate(records=parameters({}), received=[bad], rejected=["1", "2"])
    outcome = land(store, refused)
    assert (outcome.outcome, outcome.revision, outcome.rejected_rows) == ("refused", None, 2)
    assert outcome.reason == (
        "tracked of 2026-07-01 has no usable records, all 2 were rejected (first: is wrong); look at "
        "https://hub.example/models."
    )
    assert store.received_path(outcome.received[0]).read_bytes() == b"[1, 2]"
    assert store.current("hub", "tracked", DAY) is None
    kept = store.root / table_folder("hub", "tracked") / "refused" / f"{outcome.rejected}.parquet"
    assert pa.parquet.read_table(kept)["record"].to_pylist() == ["1", "2"]
    failure = Failure("tracked", "refused", "wrong.", rejected=rejections("3"), received=(bad,))
    failed = store.record_failure("hub", failure, requested_at=NOON + HOUR)
    kept = kept.with_name(f"{failed.rejected}.parquet")
    assert pa.parquet.read_table(kept)["record"].to_pylist() == ["3"]


def test_received_bytes_are_kept_once_and_as_received(store: SnapshotStore, tmp_path: Path) -> None:
    content = b"a,b\n1,\xff\x00\n" * 300_000
    shared = received_file(tmp_path, content, "days.csv")
    own = [received_file(tmp_path, b"%d" % number, f"page-{number}.json") for number in range(3)]
    for number in range(3):
        day = DAY + timedelta(number)
        land(store, candidate({"a/b": number}, day=day, received=[shared, own[number]]))
    objects = [path for path in (store.root / "received").rglob("*") if path.is_file()]
    assert len(objects) == 4
    for manifest in store.manifests():
        first, second = manifest.received
        assert store.received_path(first.sha256).read_bytes() == content
        assert (first.name, first.bytes) == ("days.csv", len(content))
        assert store.received_path(second.sha256).read_bytes() == b"%d" % (manifest.snapshot_date - DAY).days


def test_a_file_that_holds_many_days_is_read_once(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(received, "file_sha256", lambda path, **to: read.append(path) or disk.file_sha256(path, **to))
    monkeypatch.setattr(received, "_SETTLED_SECONDS", 0.0)
    shared = received_file(tmp_path, b"626 days")
    for number in range(20):
        land(store, candidate(day=DAY - timedelta(number), received=[shared]))
    assert len(read) == 2  # once to know it, once while copying


def test_a_file_that_was_just_written_is_read_anew(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(received, "file_sha256", lambda path, **to: read.append(path) or disk.file_sha256(path, **to))
    monkeypatch.setattr(received, "_SETTLED_SECONDS", 1e9)
    page = received_file(tmp_path, b"page")
    for number in range(3):
        land(store, candidate(day=DAY - timedelta(number), received=[page]))
    assert len(read) == 4


def test_a_path_that_is_used_again_does_not_stand_for_its_first_content(store: SnapshotStore, tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    for number in range(5):
        path.write_bytes(b"%d" % number)  # same path, same size, perhaps the same tick of the file clock
        page = ReceivedFile(path, "https://hub.example", "page.json")
        outcome = land(store, candidate({"a/b": number}, received=[page]), at=NOON + number * HOUR)
        assert store.received_path(outcome.received[0]).read_bytes() == b"%d" % number


def test_bytes_that_are_there_are_not_written_again(store: SnapshotStore, tmp_path: Path) -> None:
    def inode() -> int:
        [kept] = [path for path in (store.root / "received").rglob("*") if path.is_file()]
        return kept.stat().st_ino

    land(store, candidate(received=[received_file(tmp_path, b"page", "one.json")]))
    first = inode()
    land(store, candidate({"a/b": 2}, received=[received_file(tmp_path, b"page", "two.json")]), at=NOON + HOUR)
    assert inode() == first


def test_a_file_that_changes_while_it_is_copied_is_kept_under_the_sum_of_what_was_copied(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = received_file(tmp_path, b"before")

    def change_after_hashing(path: Path, **to: object) -> tuple[str, int]:
        found = disk.file_sha256(path, **to)
        path.write_bytes(b"after")
        return found

    monkeypatch.setattr(received, "file_sha256", change_after_hashing)
    outcome = land(store, candidate(received=[page]))
    assert outcome.received == (hashlib.sha256(b"after").hexdigest(),)
    assert store.received_path(outcome.received[0]).read_bytes() == b"after"


def test_no_secret_reaches_the_disk(store: SnapshotStore, tmp_path: Path) -> None:
    url = "https://user:hf_secret@hub.example:8080/api/models?token=hf_secret&x=1#hf_secret"
    page = replace(received_file(tmp_path, b"page"), location=url)
    land(store, candidate(location=url, received=[page]))
    land(store, candidate(day=date(2031, 1, 1), location=url, received=[page]))
    failure = Failure("tracked", "failed", f"Cannot read '{url}'; try again (s3://key:hf_secret@bucket/x).")
    store.record_failure("hub", failure, requested_at=NOON)
    for path in store.root.rglob("*"):
        assert not path.is_file() or b"hf_secret" not in path.read_bytes(), path
    manifest = store.current("hub", "tracked", DAY)
    assert manifest is not None
    assert manifest.location == manifest.received[0].location == "https://hub.example:8080/api/models"
    assert list(store.outcomes())[-1].reason == (
        "Cannot read 'https://hub.example:8080/api/models'; try again (s3://bucket/x)."
    )


def test_texts_from_outside_stay_on_one_printable_line(store: SnapshotStore) -> None:
    hostile = "a\nb\x00\x1b[2J\u202e\ud800" + "x" * 5000
    outcome = store.record_failure("hub", Failure("tracked", "refused", hostile), requested_at=NOON)
    assert outcome.reason is not None
    assert outcome.reason.startswith(r"a\nb\x00\x1b[2J\u202e\ud800xxx")
    assert outcome.reason.isprintable()
    assert len(outcome.reason) == 2000
    assert list(store.outcomes()) == [outcome]


@pytest.mark.parametrize("name", ["..", "a/b", "/etc", "A", "", "a b", "a*", "ä", "x" * 101, "received", "a\n", "."])
def test_names_from_outside_never_become_paths(store: SnapshotStore, tmp_path: Path, name: str) -> None:
    page = received_file(tmp_path, b"page", "page")
    with pytest.raises(ConfigurationError, match="cannot be the name of a source or table"):
        land(store, candidate(received=[page]), source=name)
    assert list(tmp_path.rglob("*")) == [page.path]
    with pytest.raises(ConfigurationError, match="cannot be the name of a source or table"):
        land(store, candidate(table=name, received=[page]))
    assert {path.name for path in tmp_path.rglob("*")} == {"page", "raw", "hub", "outcomes.jsonl", "outcomes.lock"}
    assert [outcome.outcome for outcome in store.outcomes("hub")] == ["failed"]


def test_hostile_values_land_as_they_are(store: SnapshotStore) -> None:
    ids = ["../../x", "'; drop table t; --", "a\x00b", "line\nbreak", "\U0001f917/模型", '"><img onerror=alert(1)>']
    land(store, candidate(dict.fromkeys(ids, 1), rejected=ids))
    manifest = store.current("hub", "tracked", DAY)
    assert manifest is not None
    assert store.read(manifest)["model_id"].to_pylist() == sorted(ids)
    assert sorted(path.name for path in (store.root / manifest.folder).iterdir()) == sorted(
        [MANIFEST_NAME, "registry_parameters.parquet", "rejected.parquet"]
    )


def test_a_replay_under_a_simulated_clock_leaves_no_second_record(tmp_path: Path) -> None:
    """A killed demo starts again from its first attempt; its record must end like that of an undisturbed one."""
    page = received_file(tmp_path, b"page")
    attempts = [
        (candidate({"a/b": 1}, received=[page]), NOON),
        (candidate({"a/b": 2}, received=[page]), NOON + HOUR),
        (candidate({"a/b": 2}, received=[page]), NOON + 2 * HOUR),
        (candidate(day=date(2031, 1, 1), received=[page]), NOON + 3 * HOUR),
        (candidate({"a/b": 1}, received=[page]), NOON + 4 * HOUR),
    ]
    failure = Failure("tracked", "failed", "hub does not answer.")

    def run(store: SnapshotStore, stop: int) -> list[str]:
        verdicts = [land(store, what, at=at).outcome for what, at in attempts[:stop]]
        return [*verdicts, store.record_failure("hub", failure, requested_at=NOON).outcome]

    undisturbed = SnapshotStore(tmp_path / "once", Clock())
    assert run(undisturbed, 5) == ["landed", "landed", "unchanged", "refused", "landed", "failed"]
    for stop in range(1, 5):
        run(SnapshotStore(tmp_path / f"raw{stop}", Clock()), stop)
        replayed = SnapshotStore(tmp_path / f"raw{stop}", Clock())
        assert "landed" not in run(replayed, 5)[:stop]
        assert sorted(map(repr, replayed.outcomes())) == sorted(map(repr, undisturbed.outcomes()))
        assert list(replayed.manifests()) == list(undisturbed.manifests())


def test_a_landing_that_loses_a_race_overwrites_nothing(store: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SnapshotStore(store.root, Clock())
    write = disk.write_durably

    def land_another_first(path: Path, data: bytes) -> None:
        monkeypatch.undo()
        land(other, candidate({"other/model": 2}))
        write(path, data)

    monkeypatch.setattr(store_module, "write_durably", land_another_first)
    with pytest.raises(WarehouseError, match="another process at the same moment; run it again"):
        land(store, candidate({"mine/model": 1}))
    [manifest] = store.manifests()
    assert store.read(manifest)["model_id"].to_pylist() == ["other/model"]
    assert not any((store.root / STAGING / "hub").iterdir())
    assert [outcome.outcome for outcome in store.outcomes()] == ["landed", "failed"]
    assert land(store, candidate({"mine/model": 1}), at=NOON + HOUR).revision == 2


def test_a_disk_that_does_not_confirm_a_landing_does_not_undo_it(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unconfirmed(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store_module, "sync", unconfirmed)
    assert land(store, candidate()).outcome == "landed"
    assert [outcome.outcome for outcome in store.outcomes()] == ["landed"]


def test_a_damaged_manifest_is_named_by_every_reader(store: SnapshotStore) -> None:
    land(store, candidate())
    path = next(store.root.rglob(MANIFEST_NAME))
    text = path.read_bytes()
    for damaged in [
        text[: len(text) // 2],
        text.replace(b"MIT", b"M\xffT"),
        text.replace(b'"revision": 1', b'"revision": "x"'),
    ]:
        path.write_bytes(damaged)
        with pytest.raises(DataRefused, match=r"cannot be read as a manifest .* run `warehouse verify`"):
            list(store.manifests())
    path.unlink()
    with pytest.raises(DataRefused, match="cannot be read as a manifest"):
        store.current("hub", "tracked", DAY)


def test_what_arrives_today_lands_beside_old_damage(store: SnapshotStore) -> None:
    land(store, candidate())
    next(store.root.rglob(MANIFEST_NAME)).write_bytes(b"{}")
    (store.root / "hub" / "outcomes.jsonl").write_bytes(b"not json\n")
    tomorrow = candidate(day=DAY + timedelta(1))
    assert land(SnapshotStore(store.root, Clock()), tomorrow).outcome == "landed"


def test_stray_folders_are_not_snapshots(store: SnapshotStore) -> None:
    land(store, candidate())
    for stray in ["hub/tracked/snapshot_date=never", "hub/tracked/snapshot_date=2026-07-01/revision=x", "hub/UP/x"]:
        (store.root / stray).mkdir(parents=True)
    (store.root / "hub" / "tracked" / "snapshot_date=2026-07-09").mkdir()  # as a kill may leave it
    assert len(list(store.manifests())) == 1
    assert store.snapshot_dates("hub", "tracked") == [DAY]
    newest = store.newest("hub", "tracked")
    assert newest is not None
    assert newest.snapshot_date == DAY


def test_sweeping_removes_only_what_this_source_left(store: SnapshotStore) -> None:
    for source in ("hub", "other"):
        folder = store.root / STAGING / source / "left"
        folder.mkdir(parents=True)
        (folder / "half.parquet").write_bytes(b"PAR1")
        (store.root / STAGING / source / "half").write_bytes(b"")
    store.sweep_staging("hub")
    assert [path.name for path in (store.root / STAGING).iterdir()] == ["other"]
    assert len(list((store.root / STAGING / "other").iterdir())) == 2


def test_manifest_is_plain_json_in_utc(store: SnapshotStore) -> None:
    land(store, candidate())
    document = json.loads(next(store.root.rglob(MANIFEST_NAME)).read_text())
    assert document["requested_at"] == "2026-07-01T12:00:00Z"
    assert document["snapshot_date"] == "2026-07-01"
    assert store.clock().tzinfo is UTC
