"""How expectations are declared: data, so that naming them all costs no import of Great Expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]

_BETWEEN = "column_values_to_be_between"


@dataclass(frozen=True)
class Expectation:
    """One check of a frame.

    Attributes:
        name: what holds when it is met; unique in its suite.
        type: Great Expectations' own name of the check, without ``expect_``.
        why: what goes wrong if nobody looks.
        since: month since which the bound is as it is, ``YYYY-MM``.
        severity: a critical one refuses a release; the others are shown.
        arguments: of the check, as Great Expectations names them.
    """

    name: str
    type: str
    why: str
    since: str
    severity: Severity
    arguments: Mapping[str, Any]


def expect(
    name: str, type: str, *, why: str, since: str, severity: Severity = "critical", **arguments: Any
) -> Expectation:
    """Declares any check that Great Expectations has; those that are used most have a shorter form below."""
    return Expectation(name, type, why, since, severity, arguments)


def at_least(
    name: str, column: str, bound: float, *, why: str, since: str, severity: Severity = "critical"
) -> Expectation:
    """No value of the column is lower."""
    return expect(name, _BETWEEN, column=column, min_value=bound, why=why, since=since, severity=severity)


def at_most(
    name: str, column: str, bound: float, *, why: str, since: str, severity: Severity = "critical"
) -> Expectation:
    """No value of the column is higher."""
    return expect(name, _BETWEEN, column=column, max_value=bound, why=why, since=since, severity=severity)


def within(
    name: str, column: str, low: float, high: float, *, why: str, since: str, severity: Severity = "critical"
) -> Expectation:
    """Every value of the column lies in the band, bounds included."""
    return expect(name, _BETWEEN, column=column, min_value=low, max_value=high, why=why, since=since, severity=severity)


def same(name: str, column: str, other: str, *, why: str, since: str, severity: Severity = "critical") -> Expectation:
    """Both columns say the same in every row."""
    return expect(
        name, "column_pair_values_to_be_equal", column_A=column, column_B=other, why=why, since=since, severity=severity
    )


@dataclass(frozen=True)
class Frame:
    """What a few expectations look at: rows that DuckDB selects.

    Attributes:
        name: in results and data docs; unique in its suite.
        sql: what it may name stands in :mod:`orchestration.warehouse.frames`.
        expectations: of these rows.
        what_to_do: when one of them fails.
        key: columns that tell the rows apart; they name a row that fails.
        empty: what it means when no row is selected; None where that cannot be right.
        previous: tables of the release before that it reads; without one of them there is nothing to compare.
    """

    name: str
    sql: str
    expectations: tuple[Expectation, ...]
    what_to_do: str
    key: tuple[str, ...] = ()
    empty: str | None = None
    previous: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """The expectations of one table or theme.

    Attributes:
        name: in results, waivers and data docs.
        table: ``schema.table`` in whose page of the Dagster UI they are shown.
        frames: what they look at.
    """

    name: str
    table: str
    frames: tuple[Frame, ...]

    def check_name(self, expectation: Expectation) -> str:
        """The name of one expectation everywhere outside its suite."""
        return f"{self.name}.{expectation.name}"
