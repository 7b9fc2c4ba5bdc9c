"""What changed between two releases, as ``diff.json`` holds it."""

from datetime import date
from typing import Any

import msgspec


class ValueChange(msgspec.Struct, frozen=True):
    """One value that changed, with the key of its row."""

    key: dict[str, Any]
    before: float | int | None
    after: float | int | None


class MeasureChange(msgspec.Struct, frozen=True):
    """One measure: in how many common rows it changed, its sums over them, and where most."""

    measure: str
    rows_changed: int
    sum_before: float | int | None
    sum_after: float | int | None
    largest: tuple[ValueChange, ...]


class RestatedMonth(msgspec.Struct, frozen=True):
    """Rows of one month that was over in the earlier release, and that are different now."""

    month: date
    added: int
    removed: int
    changed: int


class TableDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in one table."""

    table: str
    status: str
    key: tuple[str, ...] = ()
    rows_before: int = 0
    rows_after: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()
    measures: tuple[MeasureChange, ...] = ()
    date_column: str | None = None
    restated: tuple[RestatedMonth, ...] = ()
    reason: str | None = None


class CrossoverMove(msgspec.Struct, frozen=True):
    """A crossover whose date or verdict is another now (default choices)."""

    crossover_id: str
    what: str
    status_before: str | None
    date_before: date | None
    status_after: str | None
    date_after: date | None


class HeadlineValue(msgspec.Struct, frozen=True):
    """One series of a headline: the earlier release's month as told then and as told now, and the later one's."""

    series: str
    told_then: float | int | None
    told_now: float | int | None
    newest: float | int | None


class Headline(msgspec.Struct, frozen=True):
    """What a reader of the report looks at first, in both releases.

    Attributes:
        title: what is measured.
        unit: ``count`` or ``share``.
        month_before: the month of the earlier release.
        month_after: the month of the later one.
    """

    title: str
    unit: str
    month_before: date
    month_after: date
    values: tuple[HeadlineValue, ...]


class ReleaseDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changed from one release to another.

    Attributes:
        history_until: last day that was over in the earlier release. What changed on later days is no restatement, and
            measures of tables by day or month are compared up to it.
        ids_left_out: ids that the later one leaves out for legal reasons, by reason.
    """

    before: str | None
    after: str
    synthetic: bool
    history_until: date | None = None
    headlines: tuple[Headline, ...] = ()
    tables: tuple[TableDiff, ...] = ()
    crossovers: tuple[CrossoverMove, ...] = ()
    ids_left_out: dict[str, int] = {}


def encode_diff(diff: ReleaseDiff) -> bytes:
    """Stable, indented JSON."""
    return msgspec.json.format(msgspec.json.encode(diff, order="deterministic"), indent=2) + b"\n"
