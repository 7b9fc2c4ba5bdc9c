"""The gate as one page for people, that needs no network: every condition, those that refuse first."""

from collections.abc import Sequence
from pathlib import Path

from orchestration.pages import page_environment
from orchestration.quality.declared import Suite
from orchestration.quality.report import DOCS_NAME, GateReport
from orchestration.warehouse.publish import SYNTHETIC_NOTICE

PAGE_NAME = "gate.html"


def gate_page(report: GateReport, folder: Path, suites: Sequence[Suite]) -> str:
    """The HTML of the page.

    Args:
        report: what the gate found.
        folder: where the page will lie, beside the data docs that its links lead to.
        suites: the expectations that were judged.
    """
    environment = page_environment(Path(__file__).with_name("templates"))
    groups = {
        "Refusing": [one for one in report.conditions if one.refuses],
        "Waived": [one for one in report.conditions if one.verdict == "waived"],
        "Not met, without refusing": [
            one for one in report.conditions if one.verdict in ("failed", "not_evaluated") and not one.refuses
        ],
        "Passed": [one for one in report.conditions if one.verdict == "passed"],
    }
    return environment.get_template("gate.html.j2").render(
        report=report,
        notice=SYNTHETIC_NOTICE,
        groups=[(title, conditions) for title, conditions in groups.items() if conditions],
        pages=_pages(folder, suites),
    )


def _pages(folder: Path, suites: Sequence[Suite]) -> dict[str, str]:
    """The page of the data docs of each expectation, relative to the folder."""
    found: dict[str, str] = {}
    for suite in suites:
        for frame in suite.frames:
            page = next((folder / DOCS_NAME / "validations" / suite.name / frame.name).rglob("*.html"), None)
            if page is not None:
                found |= {suite.check_name(one): page.relative_to(folder).as_posix() for one in frame.expectations}
    return found
