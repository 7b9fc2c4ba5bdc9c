"""``warehouse build``: marts from whatever is in the raw store, then a published copy."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.commands.terminal import Report, load_settings, progress, say
from orchestration.settings import Settings
from orchestration.warehouse.build import BuildResult
from orchestration.warehouse.build import build as run_build
from orchestration.warehouse.dbt import NodeDone

EXAMPLES = (
    "warehouse build",
    "warehouse build --full-refresh",
)


class Target(StrEnum):
    """Engines that the models run on."""

    DUCKDB = "duckdb"


def build(
    full_refresh: Annotated[bool, typer.Option(help="Build everything anew, also when nothing changed.")] = False,
    target: Annotated[Target, typer.Option(help="Engine.")] = Target.DUCKDB,
) -> None:
    """Builds, tests and publishes the marts.

    They are made from whatever is in the raw store; analysts get a copy. When nothing has changed since the published
    copy was made, nothing is run. When a model or test fails, the exit code is 1 and the published copy stays.
    """
    settings = load_settings()
    result = build_with_progress(settings, full_refresh=full_refresh)
    describe(settings, result)
    if result.record.notice:
        say(result.record.notice)


def build_with_progress(settings: Settings, *, full_refresh: bool = False) -> BuildResult:
    """Builds and shows progress."""
    with progress() as show:
        return run_build(settings, full_refresh=full_refresh, report=shown_nodes(show))


def shown_nodes(show: Report) -> Callable[[NodeDone], None]:
    """Shows how far dbt has come."""
    return lambda done: show("dbt build", done.index, done.total)


def describe(settings: Settings, result: BuildResult) -> None:
    """Says what a build came to."""
    for note in result.notes:
        say(note)
    if result.unchanged:
        say(f"Unchanged: build {result.record.build_id} was made from the same inputs.")
    else:
        say(f"Published build {result.record.build_id}.")
    say(f"Analysts open {settings.current_database}")
