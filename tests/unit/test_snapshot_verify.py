"""Verification finds whatever is not as it landed, and nothing in a sound store."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from orchestration.errors import ConfigurationError
from orchestration.snapshots import layout
from orchestration.snapshots.disk import write_parquet
from orchestration.snapshots.layout import LEDGER_NAME, MANIFEST_NAME
from orchestration.snapshots.manifest import Manifest, decode_manifest, encode_manifest
from orchestration.snapshots.store import SnapshotStore
from orchestration.snapshots.verify import orphans, verify_store
from tests.fakes.candidates import DAY, NOON, Clock, candidate, land, parameters, received_file

HOUR = timedelta(hours=1)
TABLE = "hub/tracked"
REVISION = f"{TABLE}/snapshot_date=2026-07-01/revision=1"
MANIFEST = f"{REVISION}/{MANIFEST_NAME}"
RECORDS = f"{REVISION}/registry_parameters.parquet"


def sound_store(folder: Path) -> Path:
    """Two revisions of one day, another day, rejected records, a refused attempt and received bytes."""
    root = folder / "raw"
    store = SnapshotStore(root, Clock())
    page = received_file(folder, b"page")
    land(store, candidate({"a/b": 1}, received=[page], rejected=["x"]))
    land(store, candidate({"a/b": 2}, received=[page]), at=NOON + HOUR)
    land(store, candidate({"a/b": 3}, day=DAY + timedelta(1), received=[page]))
    bad = received_file(folder, b"bad page", "bad.json")
    land(store, candidate(records=parameters({}), received=[bad], rejected=["y"]))
    land(store, candidate({"c/d": 1}, table="full"), source="other")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sound_store(tmp_path)


def test_a_sound_store_has_no_problem(root: Path) -> None:
    assert list(verify_store(root)) == []
    assert orphans(root) == []


def test_no_store_is_not_a_sound_store(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no raw store at"):
        list(verify_store(tmp_path / "raw"))


def test_what_a_kill_leaves_is_no_problem(root: Path) -> None:
    (root / ".staging/hub/half").mkdir(parents=True)
    (root / TABLE / "snapshot_date=2026-07-09").mkdir()
    with (root / "hub" / LEDGER_NAME).open("ab") as ledger:
        ledger.write(b'{"source": "hub", "ta')
    assert list(verify_store(root)) == []


def test_received_bytes_without_an_attempt_are_named_but_no_problem(root: Path) -> None:
    failing = SnapshotStore(root, Clock())
    orphan = received_file(root.parent, b"orphan", "orphan.json")
    entry = failing._received.keep("hub", orphan)  # killed right after this
    assert list(verify_store(root)) == []
    assert orphans(root) == [failing.received_path(entry.sha256)]


def edit(path: Path, old: bytes, new: bytes) -> None:
    assert path.read_bytes().count(old) == 1
    path.write_bytes(path.read_bytes().replace(old, new))


def forge(root: Path, change: Callable[[Manifest], dict[str, object]]) -> None:
    """A careful forger: the manifest is changed and sealed anew."""
    path = root / MANIFEST
    manifest = decode_manifest(path.read_bytes())
    path.write_bytes(encode_manifest(structs.replace(manifest, **change(manifest))))


def forge_records(root: Path) -> None:
    """Other records, with a manifest that knows their bytes and not their number."""
    entry = write_parquet(root / RECORDS, parameters({"a": 1, "b": 2}))
    forge(root, lambda manifest: {"files": (structs.replace(entry, rows=1), *manifest.files[1:])})


def forge_text_as_records(root: Path) -> None:
    (root / RECORDS).write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    forge(
        root, lambda manifest: {"files": (structs.replace(manifest.files[0], sha256=empty, bytes=0), manifest.files[1])}
    )


def add_received(root: Path) -> None:
    (root / "received/aa").mkdir(exist_ok=True)
    (root / "received/aa" / ("a" * 64)).write_text("x")


def received_path(content: bytes) -> Path:
    return layout.received_file(hashlib.sha256(content).hexdigest())


def move_to_another_day(root: Path) -> None:
    day = (root / REVISION).parent
    day.rename(day.with_name("snapshot_date=2026-07-05"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


SABOTAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing records": (lambda root: (root / RECORDS).unlink(), "registry_parameters.parquet is missing"),
    "missing rejected": (lambda root: (root / REVISION / "rejected.parquet").unlink(), "rejected.parquet is missing"),
    "missing manifest": (lambda root: (root / MANIFEST).unlink(), "is missing or not a manifest"),
    "missing revision": (lambda root: shutil.rmtree(root / REVISION), "holds revisions [2], not each from 1 on"),
    "missing received": (lambda root: shutil.rmtree(root / "received"), "refers to received bytes"),
    "missing refused": (lambda root: shutil.rmtree(root / TABLE / "refused"), "refers to rejected records"),
    "cut records": (lambda root: cut(root / RECORDS), "is not the file that landed"),
    "cut manifest": (lambda root: cut(root / MANIFEST), "was changed after landing"),
    "extra file": (lambda root: (root / REVISION / "notes.txt").write_text("x"), "notes.txt does not belong"),
    "extra day": (lambda root: (root / TABLE / "snapshot_date=x").mkdir(), "snapshot_date=x does not belong"),
    "extra revision": (lambda root: (root / REVISION).with_name("revision=x").mkdir(), "revision=x does not belong"),
    "extra received": (add_received, "does not hold the bytes that its name says"),
    "edited licence": (
        lambda root: edit(root / MANIFEST, b'"licence": "MIT"', b'"licence": "CC0"'),
        "was changed after landing",
    ),
    "forged totals": (lambda root: forge(root, lambda _: {"rows": 7}), "lists other files or rows than its totals"),
    "forged files": (lambda root: forge(root, lambda _: {"files": ()}), "lists other files or rows than its totals"),
    "forged records": (forge_records, "has 2 rows, its manifest says 1"),
    "text as records": (forge_text_as_records, "is not a Parquet file"),
    "hostile received": (
        lambda root: forge(
            root, lambda old: {"received": (structs.replace(old.received[0], sha256="../answer.json"),)}
        ),
        "refers to received bytes ../answer.json that are missing",
    ),
    "missing received of a refused attempt": (
        lambda root: (root / received_path(b"bad page")).unlink(),
        "(attempt of 2026-07-01 12:00:00+00:00) refers to received bytes",
    ),
    "hostile source": (lambda root: forge(root, lambda _: {"source": "../.."}), "is missing or not a manifest"),
    "other date": (move_to_another_day, "describes another snapshot (hub/tracked of 2026-07-01)"),
    "damaged ledger": (
        lambda root: edit(root / "hub" / LEDGER_NAME, b'{"source"', b'{source"'),
        "line 1, is not a record of an attempt",
    ),
}


@pytest.mark.parametrize(("sabotage", "words"), SABOTAGES.values(), ids=SABOTAGES)
def test_each_sabotage_is_found(root: Path, sabotage: Callable[[Path], object], words: str) -> None:
    sabotage(root)
    problems = list(verify_store(root))
    assert any(words in problem for problem in problems), problems
    assert all("\n" not in problem and str(root) in problem for problem in problems)


def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = sound_store(tmp_path_factory.mktemp("store"))
    files = sorted(path for path in root.rglob("*") if path.suffix in (".json", ".parquet") or len(path.name) == 64)
    assert len(files) == 12

    @settings(max_examples=60, deadline=None)
    @given(path=st.sampled_from(files), data=st.data())
    def flip(path: Path, data: st.DataObject) -> None:
        intact = path.read_bytes()
        place = data.draw(st.integers(0, 8 * len(intact) - 1))
        damaged = bytearray(intact)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(bytes(damaged))
        problems = list(verify_store(root))
        path.write_bytes(intact)
        assert any(str(path) in problem for problem in problems), problems

    flip()
