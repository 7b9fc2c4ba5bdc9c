"""``warehouse release``: the immutable release of a month, and where it is published."""

from typing import Annotated

import typer

from orchestration.commands.build import shown_nodes
from orchestration.commands.terminal import Report, load_settings, progress, say
from orchestration.errors import ConfigurationError
from orchestration.months import parse_month
from orchestration.release.assemble import Release, cut_release, releases_lock
from orchestration.release.backfill import backfill
from orchestration.release.contents import Step
from orchestration.release.publication import publish_release, target_of

EXAMPLES = (
    "warehouse release 2026-10",
    "warehouse release 2026-10 --publish hf://datasets/ORGANISATION/NAME",
    "warehouse release 2026-10 --publish s3://BUCKET/FOLDER",
    "warehouse release --backfill 2026-08 2026-09    as it would have been made then",
)


def release(
    month: Annotated[str | None, typer.Argument(metavar="[YYYY-MM]", help="The month.")] = None,
    publish: Annotated[
        str, typer.Option(metavar="TARGET", help="local, hf://datasets/ORG/NAME or the URL of a folder.")
    ] = "local",
    months: Annotated[
        tuple[str, str] | None,
        typer.Option("--backfill", metavar="FROM TO", help="Past months, each from what was known then."),
    ] = None,
    synthetic_ok: Annotated[bool, typer.Option("--synthetic-ok", help="Also of invented data.")] = False,
) -> None:
    """Makes the release of a month.

    The gate is evaluated first, and nothing is made if it refuses (exit code 1). The release is a new folder
    releases/YYYY.MM.N that is never changed again; when nothing has changed since the month's last release, none is
    made. With --publish it is uploaded, read back and then announced; an interrupted upload goes on where it was.
    """
    settings = load_settings()
    if (month is None) == (months is None):
        raise ConfigurationError("Name one month (YYYY-MM), or a span with --backfill FROM TO.")
    target = None if publish == "local" else target_of(publish)
    with progress() as show:
        step = shown_steps(show)
        if months is not None:
            first, last = map(parse_month, months)
            made = backfill(settings, first, last, synthetic_ok=synthetic_ok, step=step, report=shown_nodes(show))
        else:
            made = iter([cut_release(settings, parse_month(month or ""), synthetic_ok=synthetic_ok, step=step)])
        for each in made:
            describe(each)
            if target is None:
                continue
            with releases_lock(settings):
                publication = publish_release(settings, each.folder, target, step=step)
            say(f"Published {publication.version} at {publication.target} (revision {publication.revision}).")


def shown_steps(show: Report) -> Step:
    """Shows which piece of a release is being made."""
    return lambda what: show(what, 0, None)


def describe(made: Release) -> None:
    """Says what a release came to."""
    manifest = made.manifest
    if made.unchanged:
        say(f"Unchanged: release {manifest.version} was made from the same inputs.")
    else:
        rows = sum(table.rows for table in manifest.tables)
        say(f"Release {manifest.version}: {len(manifest.tables)} tables, {rows:,} rows; {manifest.licence.title}.")
    say(f"{made.folder}")
    if manifest.notice:
        say(manifest.notice)
