"""``warehouse report``: every figure of the published copy as a page, and as pictures for slides."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.settings import Settings
from orchestration.warehouse.publish import current_copy

EXAMPLES = (
    "warehouse report",
    "warehouse report --output /tmp/report",
)


def report(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the report; $WAREHOUSE_HOME/report/BUILD when left out.")
    ] = None,
) -> None:
    """Makes the report page of the published copy.

    One HTML file with a chart, a table and the definition of every figure; it needs no network and no other file. PNG
    and SVG pictures of the figures lie beside it, in figures/. A figure that the inputs cannot support says why.
    """
    notice = describe_report(load_settings(), output)
    if notice:
        say(notice)


def describe_report(settings: Settings, output: Path | None = None) -> str | None:
    """Makes the report, says where it is and what it lacks, and gives the notice that must follow."""
    # Charts take a second to import; other commands do without.
    from orchestration.report.write import write_report  # noqa: PLC0415

    copy = current_copy(settings)
    build = copy.stem.removeprefix("warehouse-")
    result = write_report(settings, copy, output.absolute() if output else settings.root / "report" / build)
    for title, reason in result.absent.items():
        say(f"No data for “{title}”: {reason}.")
    say(f"Report          {result.page} ({result.bytes / 1e6:.1f} MB, {result.pictures} pictures beside it)")
    return result.notice
