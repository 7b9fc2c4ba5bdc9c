"""What judging comes to: checks and conditions with threshold, observed value and verdict, as written to disk."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from numbers import Real
from typing import Any, Literal, Protocol

import msgspec

from orchestration.quality.declared import Severity

Verdict = Literal["passed", "failed", "not_evaluated", "waived"]

#: Rows that fail are named up to this number.
_NAMED_ROWS = 5


class Judged(Protocol):
    """What was judged: a check, or a condition of a gate; only ``passed`` and ``waived`` let a release pass."""

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


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who lets a condition pass for which reason, until when and, if it is meant for one month, for which."""

    condition: str
    reason: str
    who: str
    expires: str
    month: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """How one expectation came out. ``not_evaluated`` refuses like ``failed``: nobody knows what the data is like."""

    name: str
    table: str
    severity: Severity
    verdict: Verdict
    threshold: str
    observed: str
    what_to_do: str
    why: str
    since: str


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of the gate; every expectation is one, by its name."""

    name: str
    severity: Severity
    verdict: Verdict
    threshold: str
    observed: str
    what_to_do: str
    table: str | None = None
    waiver: Waiver | None = None

    @property
    def refuses(self) -> bool:
        """Whether it keeps a release back."""
        return self.severity == "critical" and self.verdict in ("failed", "not_evaluated")


def threshold_of(arguments: Mapping[str, Any]) -> str:
    """The bound of an expectation in words."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    column = arguments.get("column") or " = ".join(
        str(arguments[name]) for name in ("column_A", "column_B") if name in arguments
    )
    if low is not None and high is not None:
        return f"{column} from {plain(low)} to {plain(high)}"
    if low is not None:
        return f"{column} at least {plain(low)}"
    if high is not None:
        return f"{column} at most {plain(high)}"
    if "value_set" in arguments:
        return f"{column} one of {', '.join(map(plain, arguments['value_set']))}"
    return column


def rows_in_words(rows: Sequence[Mapping[str, Any]], total: int) -> str:
    """The rows that fail, named by their key: ``2 of 37: organization_id a, ratio 11; ...``."""
    named = ["; ".join(f"{name} {plain(value)}" for name, value in row.items()) for row in rows[:_NAMED_ROWS]]
    more = ", ..." if len(rows) > _NAMED_ROWS else ""
    return f"{len(rows)} of {total}: " + ", ".join(f"({text})" for text in named) + more


def plain(value: object) -> str:
    """A value as people write it: four digits, and text in which nothing can steer a terminal."""
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, Real):
        text = str(value)
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else f"{number:.4g}"
