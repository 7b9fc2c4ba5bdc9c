"""``warehouse ui``: Dagster on loopback, with the project's instance settings."""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.errors import ConfigurationError
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.snapshots.disk import writing

_HOST = "127.0.0.1"
_PREFERRED_PORT = 3000

EXAMPLES = (
    "warehouse ui",
    "warehouse ui --port 3100",
)


def ui(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 3000, or a free one.")] = None,
) -> None:
    """Starts Dagster on this machine only.

    Web interface and daemon end together with Ctrl-C.
    """
    settings = load_settings()
    home = prepare_dagster_home(settings)
    chosen = choose_port(port)
    say(f"Dagster is starting on http://{_HOST}:{chosen} (home {home}; Ctrl-C ends it).")
    sys.stdout.flush()
    dagster = Path(sys.executable).with_name("dagster")
    arguments = [str(dagster), "dev", "-w", str(PROJECT_ROOT / "workspace.yaml"), "-h", _HOST, "-p", str(chosen)]
    variables = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "WAREHOUSE_HOME": str(settings.root),
        "PYTHONWARNINGS": "ignore:Function `dev_command`",  # it advertises another command that needs more packages
    }
    if settings.sources is not None:
        variables["WAREHOUSE_SOURCES"] = str(settings.sources.absolute())
    # Dagster takes this process over: signals reach it directly and nothing is left behind.
    os.chdir(PROJECT_ROOT)
    os.execve(dagster, arguments, variables)  # noqa: S606


def prepare_dagster_home(settings: Settings) -> Path:
    """Makes the folder of Dagster's own records and puts the project's instance settings there.

    Raises:
        ConfigurationError: the home cannot be written.
        WarehouseError: the disk is full.
    """
    home = settings.root / "dagster"
    with writing(settings.root, "Dagster was not started"):
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT_ROOT / "orchestration" / "dagster.yaml", home / "dagster.yaml")
    return home


def choose_port(wanted: int | None) -> int:
    """A port of the loopback interface that is free at this moment.

    Raises:
        ConfigurationError: the wanted port is taken.
    """
    for candidate in (_PREFERRED_PORT, 0) if wanted is None else (wanted,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigurationError(f"Port {wanted} of {_HOST} is taken; choose another with --port.")
