"""``warehouse diff``: what changed between two releases."""

from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.release.diff import diff_releases
from orchestration.release.diff_record import encode_diff
from orchestration.release.diff_text import diff_text
from orchestration.release.store import find

EXAMPLES = (
    "warehouse diff 2026.09.0 2026.10.0",
    "warehouse diff /backup/releases/2026.10.0 2026.10.1 --json",
)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier release: a version or a path.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one.")],
    as_json: Annotated[bool, typer.Option("--json", help="As diff.json has it.")] = False,
) -> None:
    """Shows what changed from one release to another.

    Per table: columns, rows added, removed and changed by key, the largest changes of each measure, and which months
    of history are different; and which crossovers moved. It is what diff.md of a release says.
    """
    settings = load_settings()
    found = diff_releases(settings, find(settings, before), find(settings, after))
    say((encode_diff(found).decode() if as_json else diff_text(found)).rstrip("\n"))
