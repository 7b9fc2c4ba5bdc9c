"""The seam to the quality gate: the release asks it itself, every time, and without it there is no release."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from orchestration.errors import DataRefused
from orchestration.settings import Settings


class Condition(Protocol):
    """One condition of the gate; only the verdicts ``passed`` and ``waived`` let a release pass."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def threshold(self) -> str: ...  # noqa: D102

    @property
    def observed(self) -> str: ...  # noqa: D102

    @property
    def verdict(self) -> str: ...  # noqa: D102

    @property
    def what_to_do(self) -> str: ...  # noqa: D102


class GateResult(Protocol):
    """What the gate said: the conditions that can refuse, and the ``gate.json`` that it wrote."""

    @property
    def passed(self) -> bool: ...  # noqa: D102

    @property
    def conditions(self) -> Sequence[Condition]: ...  # noqa: D102

    @property
    def file(self) -> Path: ...  # noqa: D102


class Gate(Protocol):
    """What decides about a release."""

    def evaluate(self, settings: Settings, month: date, *, now: datetime, synthetic_ok: bool) -> GateResult:
        """Evaluates every condition for a month on the build that a home has published, as of a moment."""

    def check_export(self, settings: Settings, result: Any, folder: Path) -> Sequence[Condition]:
        """Compares the files of a release that is being made with the build; gives the conditions that can refuse."""


class QualityGate:
    """The gate of this project; see :class:`Gate`."""

    def evaluate(self, settings: Settings, month: date, *, now: datetime, synthetic_ok: bool) -> GateResult:
        """See the protocol.

        Raises:
            DataRefused: this installation has no gate.
        """
        result: GateResult = _module().evaluate_gate(settings, month, now=now, synthetic_ok=synthetic_ok)
        return result

    def check_export(self, settings: Settings, result: Any, folder: Path) -> Sequence[Condition]:
        """See the protocol."""
        checks = _module().check_export(settings, result, folder)
        return tuple(check for check in checks if check.severity == "critical")


def require_passed(result: GateResult, month: date) -> None:
    """Fails closed: every condition has passed or is waived, or there is no release.

    Raises:
        DataRefused: with each reason.
    """
    reasons = _reasons(result.conditions)
    if not result.passed or not result.conditions or reasons:
        raise DataRefused(
            f"The gate refuses {month:%Y-%m}: {'; '.join(reasons) or 'it gives no reason'}; see {result.file}."
        )


def require_export(conditions: Iterable[Condition]) -> None:
    """The files of a release are those of the build that passed.

    Raises:
        DataRefused: with each reason.
    """
    if reasons := _reasons(conditions):
        raise DataRefused(f"The files of the release are not those of the build that passed: {'; '.join(reasons)}.")


def _reasons(conditions: Iterable[Condition]) -> list[str]:
    return [
        f"{condition.name}: {condition.observed} (allowed: {condition.threshold}; {condition.what_to_do})"
        for condition in conditions
        if condition.verdict not in {"passed", "waived"}
    ]


def _module() -> Any:
    try:
        return import_module("orchestration.quality.gate")
    except ModuleNotFoundError as error:
        raise DataRefused(
            f"There is no quality gate in this installation ({error}), and nothing is released without one."
        ) from None
