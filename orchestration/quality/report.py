"""What the gate found, as it is written to disk and told to people."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from orchestration.quality.results import Condition, Judged, Waiver
from orchestration.settings import Settings

GATE_NAME = "gate.json"
RESULTS_NAME = "results.json"
DOCS_NAME = "data_docs"


class GateReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``gate.json`` says.

    Attributes:
        passed: no critical condition failed or could not be evaluated.
        tables: ``schema.table`` -> hash of what the build put into it.
    """

    month: str
    passed: bool
    synthetic: bool
    build_id: str
    fingerprint: str | None
    code_version: str | None
    engine_versions: str | None
    previous_release: str | None
    conditions: tuple[Condition, ...]
    waivers: tuple[Waiver, ...]
    tables: dict[str, str]


@dataclass(frozen=True)
class GateResult:
    """A gate that was evaluated.

    Attributes:
        report: what ``gate.json`` says.
        folder: where it lies, with the results and the data docs.
        database: the published copy that was judged; a release is made from this file and no other.
    """

    report: GateReport
    folder: Path
    database: Path

    @property
    def passed(self) -> bool:
        """Whether a release may be made."""
        return self.report.passed

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that can refuse; ``gate.json`` lists the others too."""
        return tuple(condition for condition in self.report.conditions if condition.severity == "critical")

    @property
    def file(self) -> Path:
        """``gate.json``, to be copied into the release as it is."""
        return self.folder / GATE_NAME

    @property
    def refusing(self) -> tuple[Condition, ...]:
        """The conditions that do refuse."""
        return tuple(condition for condition in self.report.conditions if condition.refuses)

    def refusal(self) -> str:
        """That it refuses, in one sentence."""
        return refusal(self.report.month, len(self.refusing), len(self.conditions))

    def reasons(self) -> list[str]:
        """Why it refuses, one sentence each with what to do."""
        return [sentence(condition) for condition in self.refusing]


def newest_gate(settings: Settings) -> Path | None:
    """The ``gate.json`` that was written last; None when there is none."""
    found = (settings.root / "quality").glob(f"[0-9]*/[0-9]*/{GATE_NAME}")
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path), default=None)


def refusal(month: str, refusing: int, conditions: int) -> str:
    """That the gate refuses, in one sentence; the reasons come after it."""
    if not refusing:
        return f"The gate refuses {month} and gives no reason."
    do = "does" if refusing == 1 else "do"
    return f"The gate refuses {month}: {refusing} of {conditions} conditions {do} not hold."


def sentence(condition: Judged) -> str:
    """What a condition found, its bound, and what to do."""
    state = {"not_evaluated": "could not be evaluated: ", "waived": "waived: "}.get(condition.verdict, "")
    return f"{condition.name}: {state}{condition.observed} (allowed: {condition.threshold}). {condition.what_to_do}"
