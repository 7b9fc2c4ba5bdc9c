"""``warehouse explain``: from a figure back to the snapshots."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings
from orchestration.errors import DataRefused
from orchestration.explain.chain import explain as run_explain
from orchestration.explain.render import write_json, write_text
from orchestration.warehouse.publish import record_of
from orchestration.warehouse.query import open_copy

EXAMPLES = (
    "warehouse explain report_cumulative_downloads_by_region --where \"region='china' and month='2026-03-01'\"",
    "warehouse explain report_crossovers --where \"crossover_id='downloads_china_us' and is_default\" --top 3",
    "warehouse explain report_reconciliation --where \"target_id='T1'\" --figure measured_value --format json",
)


class Format(StrEnum):
    """How an explanation is written."""

    TEXT = "text"
    JSON = "json"


def explain(
    mart: Annotated[str, typer.Argument(help="The table that holds the figure.")],
    *,
    where: Annotated[str, typer.Option("--where", help="SQL condition that picks the row.")] = "true",
    figure: Annotated[list[str] | None, typer.Option(help="Only this column; may be given again.")] = None,
    top: Annotated[int, typer.Option(min=0, help="Contributors to show of each part.")] = 10,
    form: Annotated[Format, typer.Option("--format", help="How it is written; json has all snapshots.")] = Format.TEXT,
    database: Annotated[
        Path | None, typer.Option(help="Another copy than the current one, e.g. a downloaded file.")
    ] = None,
) -> None:
    """Shows what a figure is made of, back to the snapshots.

    Every table on the way is listed with the rows that count, what it says it is made from, and whether that adds up;
    at the end are the dbt vars in force and the snapshots with revision and sha256. When something does not add up,
    the exit code is 1.
    """
    with open_copy(load_settings(), database) as connection:
        build = record_of(connection)
        explanation = run_explain(connection, mart, where, figures=figure or (), top=top)
    write = write_json if form is Format.JSON else write_text
    write(explanation, build, sys.stdout)
    if explanation.faults:
        raise DataRefused(f"The figures do not add up: {'; '.join(explanation.faults)}.")
