"""The gate: whether a release of one month may be made from the published build. It fails closed.

    $WAREHOUSE_HOME/quality/<build>/<YYYY-MM>/gate.json      every condition with bound, observed value and verdict
                                              results.json   every expectation and every dbt test of that build
                                              gate.html      the conditions as a page
                                              data_docs/     the rows behind the expectations, by Great Expectations

Nothing that was evaluated before is trusted: each call looks at the build itself. What cannot be evaluated refuses like
a failure. The same build gives the same ``gate.json``, byte for byte, until a waiver expires.
"""

import calendar
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from expectations import EXPORT_SUITES, SUITES
from orchestration.errors import WarehouseError
from orchestration.months import parse_month
from orchestration.quality.conditions import RULES, Candidate
from orchestration.quality.declared import Suite
from orchestration.quality.page import PAGE_NAME, gate_page
from orchestration.quality.previous import Release, parquet_files, release_before
from orchestration.quality.report import DOCS_NAME, GATE_NAME, RESULTS_NAME, GateReport, GateResult
from orchestration.quality.results import Check, Condition, Verdict
from orchestration.quality.runner import run_suites
from orchestration.quality.waivers import WAIVERS_FILE, Waivers, read_waivers
from orchestration.settings import Settings
from orchestration.snapshots.disk import write_durably, writing
from orchestration.snapshots.store import utc_now
from orchestration.sources.registry import SOURCES
from orchestration.warehouse.evidence import DbtTest, kept_evidence
from orchestration.warehouse.frames import Subject
from orchestration.warehouse.lock import build_lock
from orchestration.warehouse.publish import current_copy, current_record

#: The condition that the waivers themselves are in order; it cannot be waived.
WAIVERS_CONDITION = "waivers_are_valid"


class _Results(msgspec.Struct, frozen=True, kw_only=True):
    month: str
    build_id: str
    expectations: tuple[Check, ...]
    dbt_tests: dict[str, DbtTest]


def evaluate_gate(
    settings: Settings,
    month: date,
    *,
    now: datetime | None = None,
    synthetic_ok: bool = False,
    waivers: Path = WAIVERS_FILE,
    suites: Sequence[Suite] = SUITES,
) -> GateResult:
    """Evaluates every condition for a release of one month and writes the result.

    Args:
        settings: which home; its published copy is judged.
        month: any day of the month.
        now: the moment as of which is judged: a past one for a build of the past.
        synthetic_ok: whether a release of synthetic data, that says so, is wanted too.
        waivers: the file of waivers.
        suites: the expectations.

    Raises:
        ConfigurationError: nothing is published, a build is running, or the home cannot be written.
    """
    first = month.replace(day=1)
    name = f"{first:%Y-%m}"
    with build_lock(settings, f"the gate of {name}"), writing(settings.root, f"The gate of {name} was not evaluated"):
        copy = current_copy(settings)
        folder = settings.root / "quality" / copy.stem.removeprefix("warehouse-") / name
        candidate = Candidate(
            settings=settings,
            copy=copy,
            record=current_record(settings),
            month_end=_last_day(first),
            today=(now or utc_now()).date(),
            synthetic_ok=synthetic_ok,
        )
        unfinished = _emptied(folder.with_name(f".unfinished-{name}"))
        report = _judge(candidate, first, suites, waivers, unfinished)
        write_durably(unfinished / GATE_NAME, _json(report))
        write_durably(unfinished / PAGE_NAME, gate_page(report, unfinished, suites).encode())
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    return GateResult(report, folder, copy)


def subject_of(copy: Path, month: date, today: date, before: Release | None) -> Subject:
    """What the expectations look at: a published copy, one month of it, and the release before.

    Args:
        copy: the published copy.
        month: first day of the month.
        today: the day as of which is judged.
        before: the release before; None when this is the first.
    """
    return Subject(
        database=copy,
        month=month,
        month_end=_last_day(month),
        known_on=today,
        limits={name: spec.max_age.days for name, spec in SOURCES.items() if spec.max_age is not None},
        previous=before.tables if before else {},
    )


def check_export(settings: Settings, gate: GateResult, folder: Path, docs: Path | None = None) -> tuple[Check, ...]:
    """Compares the Parquet files of a release that is being made with the build that it is made from.

    Args:
        settings: which home.
        gate: the gate that let it pass.
        folder: of the release, not yet renamed.
        docs: empty folder for the data docs; None makes none.
    """
    first = parse_month(gate.report.month)
    subject = Subject(gate.database, first, first, first, exported=parquet_files(folder))
    return run_suites(settings, subject, EXPORT_SUITES, docs)


def condition_names(suites: Sequence[Suite] = SUITES) -> list[str]:
    """Every condition of the gate, in its order."""
    checks = [suite.check_name(each) for suite in suites for frame in suite.frames for each in frame.expectations]
    return [*(rule.name for rule in RULES), WAIVERS_CONDITION, *checks]


def _judge(candidate: Candidate, month: date, suites: Sequence[Suite], waivers_file: Path, folder: Path) -> GateReport:
    settings, record = candidate.settings, candidate.record
    before = release_before(settings, month)
    subject = subject_of(candidate.copy, month, candidate.today, before)
    checks = run_suites(settings, subject, suites, folder / DOCS_NAME)
    waivers, about_waivers = _waivers(waivers_file, f"{month:%Y-%m}", condition_names(suites))
    conditions = (
        *(rule.condition(candidate) for rule in RULES),
        about_waivers,
        *(waivers.applied(_condition(check)) for check in checks),
    )
    evidence = kept_evidence(settings)
    build_id = candidate.copy.stem.removeprefix("warehouse-")
    results = _Results(
        month=f"{month:%Y-%m}", build_id=build_id, expectations=checks, dbt_tests=evidence.tests if evidence else {}
    )
    write_durably(folder / RESULTS_NAME, _json(results))
    return GateReport(
        month=f"{month:%Y-%m}",
        passed=not any(condition.refuses for condition in conditions),
        synthetic=record is not None and record.synthetic,
        build_id=build_id,
        fingerprint=record.fingerprint if record else None,
        code_version=record.code_version if record else None,
        engine_versions=record.engine_versions if record else None,
        previous_release=before.version if before else None,
        conditions=conditions,
        waivers=tuple(condition.waiver for condition in conditions if condition.waiver is not None),
        tables=evidence.tables if evidence else {},
    )


def _condition(check: Check) -> Condition:
    return Condition(
        name=check.name,
        severity=check.severity,
        verdict=check.verdict,
        threshold=check.threshold,
        observed=check.observed,
        what_to_do=check.what_to_do,
        table=check.table,
    )


def _waivers(path: Path, month: str, names: list[str]) -> tuple[Waivers, Condition]:
    """The waivers that hold, and the condition that all of the file is in order."""
    try:
        waivers = read_waivers(path, month, datetime.now(UTC).date())
    except WarehouseError as error:
        return Waivers((), ()), _about_waivers("not_evaluated", str(error))
    problems = [f"the waiver of {one.condition} expired on {one.expires}" for one in waivers.expired]
    problems += [f"a waiver names {one.condition}, which cannot be waived" for one in waivers.unknown(_waivable(names))]
    if problems:
        return waivers, _about_waivers("failed", "; ".join(problems))
    return waivers, _about_waivers("passed", f"{len(waivers.valid)} waivers, none expired")


def _waivable(names: list[str]) -> list[str]:
    """Judgements about data can be waived; that the build is whole, current, untouched and tested cannot."""
    return [name for name in names if "." in name]


def _about_waivers(verdict: Verdict, observed: str) -> Condition:
    return Condition(
        name=WAIVERS_CONDITION,
        severity="critical",
        verdict=verdict,
        threshold="every waiver can be read, names an expectation and has not expired",
        observed=observed,
        what_to_do="Correct expectations/waivers.toml: remove or renew what has expired, in a reviewed change.",
    )


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / DOCS_NAME).mkdir()
    return folder


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"
