"""The seam to the quality gate: the release asks it itself, every time, and without it there is no release."""

from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from orchestration.errors import DataRefused
from orchestration.settings import Settings


class Condition(Protocol):
    """One condition of the gate.

    Attributes:
        verdict: ``passed``, ``waived``, ``refused`` or ``not_evaluated``; the last two refuse the release.
    """

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
    """What the gate said, and the ``gate.json`` that it wrote."""

    @property
    def passed(self) -> bool: ...  # noqa: D102

    @property
    def conditions(self) -> Sequence[Condition]: ...  # noqa: D102

    @property
    def file(self) -> Path: ...  # noqa: D102


class Gate(Protocol):
    """Evaluates the conditions for a month on the build that a home has published, as of a moment."""

    def __call__(self, settings: Settings, month: date, *, now: datetime) -> GateResult: ...  # noqa: D102


def quality_gate(settings: Settings, month: date, *, now: datetime) -> GateResult:
    """The gate of this project.

    Raises:
        DataRefused: this installation has none.
    """
    try:
        module = import_module("orchestration.quality.gate")
    except ModuleNotFoundError as error:
        raise DataRefused(
            f"There is no quality gate in this installation ({error}), and nothing is released without one."
        ) from None
    return cast(Gate, module.evaluate_gate)(settings, month, now=now)


def require_passed(result: GateResult, month: date) -> None:
    """Fails closed: every condition has passed or is waived, or there is no release.

    Raises:
        DataRefused: with each reason.
    """
    bad = [condition for condition in result.conditions if condition.verdict not in {"passed", "waived"}]
    if result.passed and result.conditions and not bad:
        return
    reasons = "; ".join(
        f"{condition.name}: {condition.observed} (limit: {condition.threshold}; {condition.what_to_do})"
        for condition in bad
    )
    raise DataRefused(f"The gate refuses {month:%Y-%m}: {reasons or 'it gives no reason'}; see {result.file}.")
