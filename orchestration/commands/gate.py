"""``warehouse gate``: whether a month may be released."""

import sys
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, say
from orchestration.errors import DataRefused
from orchestration.months import parse_month
from orchestration.quality.gate import evaluate_gate
from orchestration.quality.page import PAGE_NAME
from orchestration.quality.report import GateResult, sentence
from orchestration.warehouse.results import printable

EXAMPLES = (
    "warehouse gate 2026-10",
    "warehouse gate 2026-10 --json | jq '.conditions[] | select(.verdict != \"passed\")'",
    "warehouse gate 2026-10 --synthetic-ok",
)


def gate(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month to be released.")],
    synthetic_ok: Annotated[bool, typer.Option("--synthetic-ok", help="Also of invented data.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print gate.json instead of sentences.")] = False,
) -> None:
    """Says whether a month may be released.

    Every condition is evaluated on the published build. When one does not hold, or could not be evaluated, the exit
    code is 1 and each reason says what to do. The results, as files and as a page, stay in
    $WAREHOUSE_HOME/quality.
    """
    result = evaluate_gate(load_settings(), parse_month(month), synthetic_ok=synthetic_ok)
    if as_json:
        sys.stdout.write(result.file.read_text("utf-8"))
    else:
        _describe(result)
    if not result.passed:
        raise DataRefused(f"{result.refusal()} They are listed above and in {result.file}.")


def _describe(result: GateResult) -> None:
    report = result.report
    for condition in report.conditions:
        if condition.waiver is not None:
            waiver = condition.waiver
            say(printable(f"Waived until {waiver.expires} by {waiver.who} ({waiver.reason}): {sentence(condition)}"))
        elif condition.severity != "critical" and condition.verdict != "passed":
            say(printable(f"Warning: {sentence(condition)}"))
    for reason in result.reasons():
        say(printable(f"Refused: {reason}"))
    if result.passed:
        kind = "synthetic data" if report.synthetic else "real data"
        say(f"The gate lets {report.month} pass: {len(report.conditions)} conditions, build {report.build_id}, {kind}.")
    say(f"Look closer at {result.folder / PAGE_NAME}")
