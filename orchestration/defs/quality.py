"""The gate of a month as an asset, and every expectation as a check of the table that it is about."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from expectations import SUITES
from orchestration.defs.raw_metadata import markdown_table
from orchestration.defs.transform import POOL, PUBLISHED_KEY
from orchestration.errors import WarehouseError
from orchestration.months import month_before, parse_month
from orchestration.quality.declared import Severity, Suite
from orchestration.quality.gate import condition_names, evaluate_gate, subject_of
from orchestration.quality.page import PAGE_NAME
from orchestration.quality.previous import release_before
from orchestration.quality.report import GateReport, sentence
from orchestration.quality.results import Check, Condition, Judged
from orchestration.quality.runner import run_suites
from orchestration.settings import Settings
from orchestration.snapshots.disk import file_sha256
from orchestration.snapshots.store import utc_now
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import current_copy

GATE_KEY = dg.AssetKey(["quality", "gate"])

#: Metadata of a failed step: names of the conditions that refuse, divided by commas.
REFUSING = "refusing conditions"

#: A reason is read, not skimmed: more of it is shown than of a record.
_REASON_CELL = 400

#: A month is a partition once it is over.
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2023-11-01", timezone="UTC")

_SEVERITIES: dict[Severity, dg.AssetCheckSeverity] = {
    "critical": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
    "info": dg.AssetCheckSeverity.WARN,
}


def dagster_name(name: str) -> str:
    """The name of a condition as Dagster allows it."""
    return name.replace(".", "__")


def table_key(table: str) -> dg.AssetKey:
    """The asset of ``schema.table``."""
    return dg.AssetKey(table.split("."))


class GateConfig(dg.Config):
    """What is asked for.

    Attributes:
        synthetic_ok: a release of synthetic data, that says so, is wanted too.
    """

    synthetic_ok: bool = False


@dg.asset(
    key=GATE_KEY,
    deps=[PUBLISHED_KEY],
    partitions_def=MONTHS,
    group_name="quality",
    owners=["team:data-engineering"],
    kinds={"duckdb"},
    pool=POOL,
    check_specs=[dg.AssetCheckSpec(dagster_name(name), asset=GATE_KEY) for name in condition_names()],
)
def quality_gate(context: dg.AssetExecutionContext, config: GateConfig) -> Iterator[dg.MaterializeResult[None]]:
    """Whether a release of the month may be made from the published copy. A refusal fails the step with its reasons."""
    try:
        result = evaluate_gate(Settings(), date.fromisoformat(context.partition_key), synthetic_ok=config.synthetic_ok)
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    yield dg.MaterializeResult(
        metadata=gate_metadata(result.report, result.folder),
        check_results=[
            dg.AssetCheckResult(
                asset_key=GATE_KEY,
                check_name=dagster_name(condition.name),
                passed=condition.verdict in ("passed", "waived"),
                severity=_SEVERITIES[condition.severity],
                metadata=condition_metadata(condition),
            )
            for condition in result.report.conditions
        ],
        data_version=dg.DataVersion(file_sha256(result.file)[0]),
    )
    if not result.passed:
        raise refused(result.refusal(), result.refusing, result.file)


@dg.multi_asset_check(
    name="expectations",
    specs=[
        dg.AssetCheckSpec(
            dagster_name(suite.check_name(expectation)), asset=table_key(suite.table), description=expectation.why
        )
        for suite in SUITES
        for frame in suite.frames
        for expectation in frame.expectations
    ],
    can_subset=True,
    pool=POOL,
)
def expectations(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """The expectations on the published copy for the last month that is over; the gate does not rely on them."""
    settings = Settings()
    month = month_before(utc_now().date().replace(day=1))
    wanted = {key.name for key in context.selected_asset_check_keys}
    try:
        with build_lock(settings, f"Dagster run {context.run.run_id}"):
            before = release_before(settings, month)
            subject = subject_of(current_copy(settings), month, utc_now().date(), before)
            checks = run_suites(settings, subject, _with_checks(wanted))
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    for check in checks:
        if dagster_name(check.name) in wanted:
            yield dg.AssetCheckResult(
                asset_key=table_key(check.table),
                check_name=dagster_name(check.name),
                passed=check.verdict == "passed",
                severity=_SEVERITIES[check.severity],
                metadata={"month": f"{month:%Y-%m}", **condition_metadata(check)},
            )


def evaluations(report: GateReport) -> Iterator[dg.AssetCheckEvaluation]:
    """What a gate found, for the pages of the gate and of the tables that its conditions are about."""
    for condition in report.conditions:
        for key in [GATE_KEY, *([table_key(condition.table)] if condition.table else [])]:
            yield dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=dagster_name(condition.name),
                passed=condition.verdict in ("passed", "waived"),
                severity=_SEVERITIES[condition.severity],
                metadata={"month": report.month, **condition_metadata(condition)},
            )


def gate_metadata(report: GateReport, folder: Path) -> dict[str, Any]:
    """What the UI shows of a gate."""
    refusing = [condition for condition in report.conditions if condition.refuses]
    rows = [
        {"condition": one.name, "observed": one.observed, "allowed": one.threshold, "what to do": one.what_to_do}
        for one in refusing
    ]
    return {
        "month": report.month,
        "verdict": "passed" if report.passed else "refused",
        "build": report.build_id,
        "synthetic": report.synthetic,
        "release before": report.previous_release or "none",
        "conditions": len(report.conditions),
        "refusing": len(refusing),
        "reasons": dg.MetadataValue.md(markdown_table(rows, longest=_REASON_CELL) or "none"),
        "gate": dg.MetadataValue.path(str(folder / "gate.json")),
        "page": dg.MetadataValue.path(str(folder / PAGE_NAME)),
    }


def refused(headline: str, conditions: Sequence[Judged], file: Path) -> dg.Failure:
    """The failure of a step that the gate held back, so that its run's page shows each reason and what to do."""
    return dg.Failure(
        "\n".join([headline, *map(sentence, conditions)]),
        metadata={
            REFUSING: ", ".join(condition.name for condition in conditions),
            **{
                condition.name: f"{condition.observed} (allowed: {condition.threshold}). {condition.what_to_do}"
                for condition in conditions
            },
            "gate": dg.MetadataValue.path(str(file)),
        },
        allow_retries=False,
    )


def condition_metadata(condition: Condition | Check) -> dict[str, str]:
    """What the UI shows of one condition."""
    return {
        "observed": condition.observed,
        "allowed": condition.threshold,
        "verdict": condition.verdict,
        "what to do": condition.what_to_do,
    }


def month_partition(report: GateReport) -> str:
    """The partition that a gate belongs to."""
    return parse_month(report.month).isoformat()


def _with_checks(wanted: set[str]) -> list[Suite]:
    """The suites of which any expectation is wanted."""
    return [
        suite
        for suite in SUITES
        if any(dagster_name(suite.check_name(one)) in wanted for frame in suite.frames for one in frame.expectations)
    ]
