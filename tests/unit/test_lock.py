"""One build at a time, with a sentence that says who is at it; a dead holder holds nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse.lock import build_lock

HOLD = """
import sys, time
from pathlib import Path
from orchestration.settings import Settings
from orchestration.warehouse.lock import build_lock
with build_lock(Settings(home=Path(sys.argv[1])), "warehouse build --full-refresh"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def hold_elsewhere(settings: Settings) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(settings.root)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_holder_is_told_who_the_first_is(settings: Settings) -> None:
    holder = hold_elsewhere(settings)
    try:
        with pytest.raises(ConfigurationError) as refusal, build_lock(settings):
            pass
        sentence = str(refusal.value)
        assert f"process {holder.pid} (warehouse build --full-refresh), since 20" in sentence
        assert "wait for it to end" in sentence
        assert refusal.value.exit_code == 2
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_holder_holds_nothing(settings: Settings) -> None:
    holder = hold_elsewhere(settings)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with build_lock(settings):
        pass


def test_the_same_process_does_not_enter_twice(settings: Settings) -> None:
    with (
        build_lock(settings, "Dagster run 7"),
        pytest.raises(ConfigurationError, match=rf"process {os.getpid()} \(Dagster run 7\)"),
        build_lock(settings),
    ):
        pass


def test_the_lock_is_free_after_an_error(settings: Settings) -> None:
    with pytest.raises(RuntimeError), build_lock(settings):
        raise RuntimeError
    with build_lock(settings):
        pass


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with (
        pytest.raises(ConfigurationError, match=r"home/build cannot be written .* set WAREHOUSE_HOME"),
        build_lock(Settings(home=tmp_path / "home")),
    ):
        pass
