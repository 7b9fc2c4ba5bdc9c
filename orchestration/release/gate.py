"""The seam to the quality gate: the release asks it itself, every time, and without it there is no release."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from orchestration.errors import DataRefused
from orchestration.quality.gate import check_export, evaluate_gate
from orchestration.quality.report import refusal, sentence
from orchestration.quality.results import Judged
from orchestration.settings import Settings


class GateResult(Protocol):
    """What the gate said: the conditions that can refuse, and the ``gate.json`` that it wrote."""

    @property
    def passed(self) -> bool: ...  # noqa: D102

    @property
    def conditions(self) -> Sequence[Judged]: ...  # noqa: D102

    @property
    def file(self) -> Path: ...  # noqa: D102


class Gate(Protocol):
    """What decides about a release."""

    def evaluate(self, settings: Settings, month: date, *, now: datetime, synthetic_ok: bool) -> GateResult:
        """Evaluates every condition for a month on the build that a home has published, as of a moment."""

    def check_export(self, settings: Settings, result: Any, folder: Path) -> Sequence[Judged]:
        """Compares the files of a release that is being made with the build; gives the conditions that can refuse."""


class QualityGate:
    """The gate of this project; see :class:`Gate`."""

    def evaluate(self, settings: Settings, month: date, *, now: datetime, synthetic_ok: bool) -> GateResult:
        """See the protocol."""
        return evaluate_gate(settings, month, now=now, synthetic_ok=synthetic_ok)

    def check_export(self, settings: Settings, result: Any, folder: Path) -> Sequence[Judged]:
        """See the protocol."""
        return tuple(check for check in check_export(settings, result, folder) if check.severity == "critical")


class GateRefused(DataRefused):
    """The gate does not let a month pass.

    Attributes:
        headline: that it refuses, in one sentence.
        conditions: those that refuse; none when the gate gives no reason.
        file: its ``gate.json``.
    """

    def __init__(self, headline: str, conditions: Sequence[Judged], file: Path) -> None:
        super().__init__(" ".join([headline, *map(sentence, conditions), f"See {file}."]))
        self.headline = headline
        self.conditions = conditions
        self.file = file


def require_passed(result: GateResult, month: date) -> None:
    """Fails closed: every condition has passed or is waived, or there is no release.

    Raises:
        GateRefused: with each reason.
    """
    refusing = _refusing(result.conditions)
    if not result.passed or not result.conditions or refusing:
        headline = refusal(f"{month:%Y-%m}", len(refusing), len(result.conditions))
        raise GateRefused(headline, refusing, result.file)


def require_export(conditions: Iterable[Judged]) -> None:
    """The files of a release are those of the build that passed.

    Raises:
        DataRefused: with each reason.
    """
    if refusing := _refusing(conditions):
        raise DataRefused(
            f"The files of the release are not those of the build that passed: {' '.join(map(sentence, refusing))}"
        )


def _refusing(conditions: Iterable[Judged]) -> tuple[Judged, ...]:
    return tuple(condition for condition in conditions if condition.verdict not in {"passed", "waived"})
