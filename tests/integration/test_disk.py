"""A full or read-only disk: one clear sentence, the right exit code, nothing half done, and the next run ends well."""

import random
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import cli
from orchestration.errors import WarehouseError
from orchestration.settings import Settings
from orchestration.snapshots.disk import writing
from orchestration.snapshots.store import SnapshotStore
from orchestration.snapshots.verify import verify_store
from orchestration.warehouse.publish import publish
from tests.fakes.disks import Disk, disk

Command = Callable[..., tuple[int, str, str]]
SMALL_DAY, LARGE_DAY = date(2026, 3, 1), date(2026, 3, 2)
LARGE_ROWS = 40_000
FULL = r"(the disk is full; free some space|files may not grow to this size \(ulimit -f\); allow it) and run it again\."


@pytest.fixture(params=["mounted", "limited"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    with disk(tmp_path / "disk", megabytes=64, mounted=request.param == "mounted") as made:
        yield made


@pytest.fixture
def home(small_disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WAREHOUSE_HOME", str(small_disk.folder / "home"))
    return small_disk.folder / "home"


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line in the home on the small disk; gives exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["warehouse", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two days: a small one, and one whose bytes and records need about 2 MB each and do not compress."""
    bits = random.Random(1)
    rows = (f"org/{bits.getrandbits(160):040x},{bits.getrandbits(40)}\n" for _ in range(LARGE_ROWS))
    (tmp_path / f"{LARGE_DAY}.csv").write_text("id,downloads\n" + "".join(rows))
    (tmp_path / f"{SMALL_DAY}.csv").write_text("id,downloads\norg/a,1\n")
    path = tmp_path / "sources.toml"
    path.write_text(
        "[hf_archive]\ntable = 'counters'\nlocation = '2026-*.csv'\ndate_pattern = '(?P<date>2026-[0-9-]+)'\n"
        "columns = {model_id = 'id', downloads_total = 'downloads'}\n"
    )
    return path


def landed(home: Path) -> dict[date, int]:
    """Rows of each day; the store is sound and nothing is left lying about."""
    assert list(verify_store(home / "raw")) == []
    assert not list((home / "raw").glob(".staging/*/*"))
    store = SnapshotStore(home / "raw")
    return {manifest.snapshot_date: store.read(manifest).num_rows for manifest in store.manifests()}


@pytest.mark.parametrize("kilobytes", [0, 8, 100, 1000, 2000])
def test_a_full_disk_lands_nothing_by_halves(
    small_disk: Disk, home: Path, command: Command, sources: Path, kilobytes: int
) -> None:
    assert command("ingest", "--sources", sources, "--date", SMALL_DAY)[0] == 0
    small_disk.fill(leave_kilobytes=kilobytes)
    code, _, err = command("ingest", "--sources", sources)
    small_disk.free()
    assert code == 1
    assert err.startswith("Error: hf_archive/counters of 2026-03-0")
    assert len(err.splitlines()) == 1
    assert re.search(FULL, err)
    assert landed(home) == {SMALL_DAY: 1}
    assert command("ingest", "--sources", sources)[0] == 0
    assert landed(home) == {SMALL_DAY: 1, LARGE_DAY: LARGE_ROWS}
    failed = [outcome for outcome in SnapshotStore(home / "raw").outcomes() if outcome.outcome == "failed"]
    assert len(failed) == (1 if kilobytes else 0)  # where the record found no room either, the sentence is all


def test_a_read_only_home_is_named_and_can_still_be_read(
    small_disk: Disk, home: Path, command: Command, sources: Path
) -> None:
    with small_disk.read_only():
        for arguments in (["ingest", "--sources", sources], ["build"], ["demo"]):
            code, _, err = command(*arguments)
            assert code == 2, err
            assert re.fullmatch(
                r"Error: .*cannot be written \(Read-only file system\); set WAREHOUSE_HOME to .*\n", err
            )
        assert command("status")[0] == 0
    assert not home.exists()
    assert command("ingest", "--sources", sources, "--date", SMALL_DAY)[0] == 0
    publish_small_build(Settings())
    with small_disk.read_only():
        for arguments in (["ingest", "--sources", sources], ["build"]):
            code, _, err = command(*arguments)
            assert code == 2, err
            assert "cannot be written (Read-only file system)" in err
        assert command("status")[0] == 0
        assert command("verify")[0] == 0
        code, out, _ = command("sql", "select count(*) from marts.fact", "--format", "csv")
        assert (code, out.split()[-1]) == (0, "200000")
    assert landed(home) == {SMALL_DAY: 1}
    assert command("ingest", "--sources", sources)[0] == 0
    assert landed(home) == {SMALL_DAY: 1, LARGE_DAY: LARGE_ROWS}


def publish_small_build(settings: Settings, number: int = 1) -> None:
    """A build database of some megabytes, as dbt might have left it, and its published copy."""
    settings.build_database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.build_database)) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists ops")
        connection.execute(
            f"create or replace table marts.fact as select {number} as n, hash(i) as h from range(200000) r(i)"
        )
    publish(settings, fingerprint=f"{number:064d}", synthetic=False, engine_versions="")


def published_number(settings: Settings) -> int:
    with duckdb.connect(str(settings.current_database), read_only=True) as connection:
        assert connection.sql("select count(*) from ops.builds").fetchall() == [(1,)]
        [(number, rows)] = connection.sql("select min(n), count(*) from marts.fact").fetchall()
        assert rows == 200_000
        return int(number)


def test_a_copy_for_which_there_is_no_room_is_never_published(small_disk: Disk, home: Path) -> None:
    settings = Settings()
    publish_small_build(settings)
    copy_kilobytes = settings.current_database.stat().st_size >> 10
    refused = 0
    for number, share in enumerate([0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.1, 1.5], start=2):
        with duckdb.connect(str(settings.build_database)) as connection:
            connection.execute(f"update marts.fact set n = {number}; checkpoint")
        before = published_number(settings)
        small_disk.fill(leave_kilobytes=int(share * copy_kilobytes))
        try:
            with writing(home, "The marts were not built"):
                publish(settings, fingerprint=f"{number:064d}", synthetic=False, engine_versions="")
        except WarehouseError as error:
            assert re.search(FULL, str(error))
            refused += 1
            small_disk.free()
            assert published_number(settings) == before
        small_disk.free()
        publish(settings, fingerprint=f"{number:064d}", synthetic=False, engine_versions="")
        assert published_number(settings) == number
        assert len(list(settings.published.glob("warehouse-*.duckdb"))) <= settings.published_copies
    assert refused >= 3
