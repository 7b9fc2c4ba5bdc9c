"""``warehouse verify``: whether what is stored is still what its manifests say."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.errors import DataRefused
from orchestration.snapshots.verify import verify_store
from orchestration.warehouse.results import printable

EXAMPLES = (
    "warehouse verify",
    "warehouse verify /backup/warehouse/raw",
)


def verify(
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="Default: $WAREHOUSE_HOME/raw.")] = None,
) -> None:
    """Checks the raw store against its manifests.

    Every file is read and compared with its checksum. The exit code is 1 if anything differs.
    """
    root = path or load_settings().raw
    problems = 0
    for problem in verify_store(root):
        problems += 1
        say(printable(problem))
    if problems:
        raise DataRefused(f"{root} has {problems} {'problem' if problems == 1 else 'problems'}; they are listed above.")
    say(f"{root} is intact.")
