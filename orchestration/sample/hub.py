"""The ``hf_hub`` feed: pages of the model list, as ``list_models`` gives them, with the troubles of single listings."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import cache, partial

import numpy as np

from orchestration.sample.calendar import FIRST_DAY, LAST_DAY, column, days_between
from orchestration.sample.counters import counters
from orchestration.sample.derivatives import Derivative, derivatives, listed, totals
from orchestration.sample.feeds import SampleSnapshot, at, gzipped
from orchestration.sample.hostile import HOSTILE_FIELDS, HOSTILE_ROWS
from orchestration.sample.hub_rows import closed, derivative_row, model_row, with_fields
from orchestration.sample.identities import Appearance, appearances
from orchestration.sample.noise import stable_keys, uniform
from orchestration.sample.troubles import trouble, without_snapshot

SOURCE = "hf_hub"
_PAGE_ROWS = 1_000
#: From this day on derivatives are listed every week, before it on the last day of each month.
_WEEKLY_FROM = date(2026, 8, 1)
_EARLIER_ATTEMPT, _RESTATEMENT = time(21), time(5)


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every listing of the period: the tracked models daily, their derivatives now and then."""
    for day in days_between(FIRST_DAY, LAST_DAY):
        if day not in without_snapshot():
            yield from _tracked_of(day, scale)
        if is_derivatives_day(day):
            yield _snapshot("derivatives", day, partial(derivative_pages, day, scale))


def is_derivatives_day(day: date) -> bool:
    """Whether the derivatives are listed on a day."""
    return (day + timedelta(days=1)).day == 1 or (day >= _WEEKLY_FROM and day.isoweekday() == 7)


def tracked_pages(day: date, scale: int = 1, *, is_first_answer: bool = False) -> dict[str, bytes]:
    """The pages of all listed models on a day.

    Args:
        day: the day.
        scale: copies of every model.
        is_first_answer: of a day that is restated, the answer that came first.
    """
    figures, column_of_day = counters(scale), column(day)
    everyone, rows, visible = _listable(scale)
    shown = np.flatnonzero(visible(day))
    of_model = np.array([everyone[number].row for number in shown])
    total = figures.total[of_model, column_of_day]
    if is_first_answer:
        total = total - figures.restated[of_model, column_of_day]
    downloads = figures.thirty_days[of_model, column_of_day]
    likes = (np.maximum(total, downloads) ** 0.55 / 4).astype(np.int64)
    lines = [
        closed(_spoilt(rows[number], everyone[number], day), month, None if ever < 0 else ever, fans)
        for number, month, ever, fans in zip(
            shown.tolist(), downloads.tolist(), total.tolist(), likes.tolist(), strict=True
        )
    ]
    return _pages(_with_listing_troubles(day, lines, [everyone[number] for number in shown]))


def derivative_pages(day: date, scale: int = 1) -> dict[str, bytes]:
    """The pages of all derivatives on a day; before the Hub showed the all-time counter they have none."""
    everyone = listed(derivatives(scale), day)
    total = totals(everyone, day)
    month = total - totals(everyone, day - timedelta(days=30))
    has_total = day > trouble("counter_absent").last
    lines = [
        closed(_derivative_row(one), recent, ever if has_total else None, ever // 300)
        for one, recent, ever in zip(everyone, month.tolist(), total.tolist(), strict=True)
    ]
    if day == trouble("hostile_rows").first.replace(day=31):
        lines += HOSTILE_ROWS
    return _pages(lines)


def _tracked_of(day: date, scale: int) -> Iterator[SampleSnapshot]:
    pages = partial(tracked_pages, day, scale)
    if day in (trouble("restated_month_end").first, trouble("restated_newest_day").first):
        yield _snapshot("tracked", day, partial(pages, is_first_answer=True))
        restated = _snapshot("tracked", day, pages)
        yield SampleSnapshot(**{**vars(restated), "fetched_at": at(day + timedelta(days=1), _RESTATEMENT)})
        return
    if day == trouble("truncated_page").first:
        cut = _snapshot("tracked", day, partial(_truncated, day, scale))
        yield SampleSnapshot(**{**vars(cut), "fetched_at": at(day, _EARLIER_ATTEMPT)})
    yield _snapshot("tracked", day, pages)


def _snapshot(table: str, day: date, files: "partial[dict[str, bytes]]") -> SampleSnapshot:
    return SampleSnapshot(SOURCE, table, day, at(day), "page-*.json.gz", files, {"table": table})


def _truncated(day: date, scale: int) -> dict[str, bytes]:
    pages = tracked_pages(day, scale)
    last = max(pages)
    return {**pages, last: pages[last][: len(pages[last]) // 2]}


def _with_listing_troubles(day: date, lines: list[bytes], shown: list[Appearance]) -> list[bytes]:
    for name in ("partial_snapshot", "subtly_partial_snapshot"):
        if day == trouble(name).first:
            chances = uniform(name, stable_keys([appearance.model_id for appearance in shown]))
            return [
                line
                for line, chance in zip(lines, chances, strict=True)
                if chance < float(trouble(name).values["share"])
            ]
    if day == trouble("duplicate_rows").first:
        twice = trouble("duplicate_rows").model_ids
        stale = {"downloads": 1, "downloadsAllTime": 1}
        return lines + [
            with_fields(line[:-1], stale) + b"}"
            for line, appearance in zip(lines, shown, strict=True)
            if appearance.model_id in twice
        ]
    if day == trouble("hostile_rows").first:
        return lines + HOSTILE_ROWS
    return lines


def _spoilt(row: bytes, appearance: Appearance, day: date) -> bytes:
    hostile = trouble("hostile_rows")
    return (
        with_fields(row, HOSTILE_FIELDS) if day == hostile.first and appearance.model_id in hostile.model_ids else row
    )


def _pages(lines: list[bytes]) -> dict[str, bytes]:
    starts = range(0, len(lines), _PAGE_ROWS)
    return {
        f"page-{number:05}.json.gz": gzipped(b"[" + b",\n".join(lines[start : start + _PAGE_ROWS]) + b"]\n")
        for number, start in enumerate(starts, start=1)
    }


class _Visible:
    """Which appearances are listed on a day."""

    def __init__(self, everyone: tuple[Appearance, ...]) -> None:
        self._first = np.array([appearance.first.toordinal() for appearance in everyone])
        self._last = np.array([appearance.last.toordinal() for appearance in everyone])

    def __call__(self, day: date) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        return (self._first <= day.toordinal()) & (day.toordinal() <= self._last)


@cache
def _listable(scale: int) -> tuple[tuple[Appearance, ...], list[bytes], _Visible]:
    everyone = appearances(scale)
    of_models = counters(scale).models
    rows = [model_row(appearance, of_models[appearance.row]) for appearance in everyone]
    return everyone, rows, _Visible(everyone)


@cache
def _derivative_row(one: Derivative) -> bytes:
    return derivative_row(one)
