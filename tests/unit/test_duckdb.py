"""Engines stay within their limits, and each spills into a folder of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.warehouse import duckdb

LARGE = "create table large as select hash(range) as h, md5(range::varchar) as s from range({rows})"


def setting(connection: duckdb.Connection, name: str) -> str:
    return str(connection.execute(f"select current_setting('{name}')").fetchall()[0][0])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with duckdb.connect(Settings(home=tmp_path), tmp_path / "a.duckdb") as connection:
        connection.execute("create table one as select 1 as n")
    return tmp_path / "a.duckdb"


def test_engines_that_are_open_at_the_same_time_spill_into_different_folders(database: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with (
        duckdb.connect(settings) as one,
        duckdb.connect(settings) as other,
        duckdb.connect_read_only(settings, database) as reader,
    ):
        folders = [Path(setting(connection, "temp_directory")) for connection in (one, other, reader)]
    assert len(set(folders)) == 3
    assert {folder.parent for folder in folders} == {tmp_path / "build" / "spill"}
    script = (
        "import sys; from pathlib import Path; from orchestration.settings import Settings;"
        "from orchestration.warehouse import duckdb;"
        "print(duckdb.spill_folder(Settings(home=Path(sys.argv[1])), Path(sys.argv[2])))"
    )
    elsewhere = subprocess.check_output([sys.executable, "-c", script, str(tmp_path), str(database)], text=True).strip()
    assert Path(elsewhere) not in folders


def test_what_does_not_fit_is_spilled_where_the_setting_says_and_nothing_is_left(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", spill_directory=tmp_path / "fast" / "disk", memory_limit="100MB")
    with duckdb.connect(settings) as one, duckdb.connect(settings) as other:
        for number, connection in enumerate((one, other)):
            connection.execute(LARGE.format(rows=4_000_000 + number))
        assert len(list((tmp_path / "fast" / "disk").glob("*/*"))) >= 2
        for number, connection in enumerate((one, other)):
            [(rows, keys)] = connection.execute("select count(*), count(distinct h) from large").fetchall()
            assert rows == keys == 4_000_000 + number
    assert list((tmp_path / "fast" / "disk").iterdir()) == []


def test_no_more_is_spilled_than_may_be(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, memory_limit="100MB", spill_limit="10MB")
    with duckdb.connect(settings) as connection, pytest.raises(duckdb.Error, match="max_temp_directory_size"):
        connection.execute(LARGE.format(rows=5_000_000))


def test_a_reader_spills_too_and_can_change_nothing(database: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, memory_limit="100MB")
    numbered = "select row_number() over (order by hash(range)) as n from range(4000000)"
    with duckdb.connect_read_only(settings, database) as connection:
        assert connection.execute(f"select count(*) from ({numbered}) where n > 9").fetchall() == [(3_999_991,)]
        for forbidden in ("create table two (n int)", "set memory_limit = '9GB'", "from read_csv('/etc/passwd')"):
            with pytest.raises(duckdb.Error):
                connection.execute(forbidden)


def test_a_reader_who_may_not_write_the_home_can_read(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(home=tmp_path, spill_directory=tmp_path / "file" / "spill")
    with duckdb.connect_read_only(settings, database) as connection:
        assert connection.execute("from one").fetchall() == [(1,)]


def test_what_a_killed_process_spilled_is_swept_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    here = socket.gethostname()
    names = {
        f"{here}-{gone.pid}-0a1b2c3d": False,
        f"{here}-{os.getpid()}-0a1b2c3d": True,
        f"elsewhere-{gone.pid}-0a1b2c3d": True,
        "somebody-s-folder": True,
    }
    for name in names:
        (settings.spill / name).mkdir(parents=True)
        (settings.spill / name / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"x")
    duckdb.sweep_spill(settings)
    assert {name: (settings.spill / name).exists() for name in names} == names
