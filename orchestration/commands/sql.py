"""``warehouse sql``: a statement on the published copy."""

import sys
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings
from orchestration.warehouse.query import query
from orchestration.warehouse.results import Format, write_result

EXAMPLES = (
    'warehouse sql "select region, count(*) from dim_model group by all"',
    "warehouse sql \"from ops.ingest_outcomes where outcome = 'refused'\" --format json",
    "warehouse sql - --format csv < query.sql > result.csv",
)


def sql(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="A statement; - reads it from standard input.")],
    form: Annotated[Format, typer.Option("--format", help="How the result is written.")] = Format.TABLE,
) -> None:
    """Runs SQL on the published copy, read-only.

    It works also while a build runs. Tables are in the schemas marts and ops; the schema may be left out. In CSV a
    text that a spreadsheet would run as a formula (it begins with =, +, -, @, a tab or a carriage return) gets a
    leading apostrophe.
    """
    text = sys.stdin.read() if statement == "-" else statement
    with query(load_settings(), text) as result:
        write_result(result, form, sys.stdout)
