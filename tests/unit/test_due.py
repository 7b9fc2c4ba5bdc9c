"""When a month's release is due: a window a few days into the month after, tried every day until it is there."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.months import month_after, month_before
from orchestration.release.due import Work, decide, window_of
from orchestration.settings import Settings

OCTOBER = date(2026, 10, 1)
LOCAL = Settings()
PUBLISHING = Settings(publish_target="file:///place")


@pytest.mark.parametrize(
    ("today", "work"),
    [
        (date(2026, 11, 1), Work.NOT_DUE),
        (date(2026, 11, 5), Work.NOT_DUE),
        (date(2026, 11, 6), Work.RELEASE),
        (date(2026, 11, 19), Work.RELEASE),
        (date(2026, 11, 20), Work.MISSED),
        (date(2026, 11, 30), Work.MISSED),
    ],
    ids=str,
)
def test_a_month_is_tried_on_the_days_of_its_window(today: date, work: Work) -> None:
    decision = decide(today, LOCAL, released=(), published=())
    assert (decision.month, decision.work) == (OCTOBER, work)
    assert decision.is_due == (work is Work.RELEASE)


@pytest.mark.parametrize("day", [1, 6, 20])
def test_a_month_that_is_released_is_done(day: int) -> None:
    decision = decide(date(2026, 11, day), LOCAL, released={OCTOBER}, published=())
    assert (decision.work, decision.why) == (Work.DONE, "2026-10 is released.")


def test_where_a_target_is_set_only_what_is_published_is_done() -> None:
    today = date(2026, 11, 6)
    assert decide(today, PUBLISHING, released=(), published=()).work is Work.RELEASE
    assert decide(today, PUBLISHING, released={OCTOBER}, published=()).work is Work.PUBLISH
    assert decide(today, PUBLISHING, released={OCTOBER}, published={OCTOBER}).work is Work.DONE
    missed = decide(date(2026, 11, 20), PUBLISHING, released={OCTOBER}, published=())
    assert (missed.work, missed.is_due) == (Work.MISSED, False)
    assert missed.why == (
        "2026-10 was not published in its window, 2026-11-06 to 2026-11-19, and is not tried any more; mend the cause "
        "and run `warehouse release 2026-10 --publish TARGET`."
    )


def test_the_next_month_begins_anew() -> None:
    decision = decide(date(2026, 12, 6), LOCAL, released={OCTOBER}, published=())
    assert (decision.month, decision.work) == (date(2026, 11, 1), Work.RELEASE)
    assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)


@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    delay=st.integers(0, 27),
    length=st.integers(1, 60),
)
def test_every_month_has_a_window_in_the_month_after(day: date, delay: int, length: int) -> None:
    settings = Settings(release_delay_days=delay, release_window_days=length)
    month = day.replace(day=1)
    window = window_of(settings, month)
    after = month_after(month)
    assert window.first == after + timedelta(days=delay)
    assert after <= window.first <= window.last < month_after(after)
    days = [after + timedelta(days=number) for number in range((month_after(after) - after).days)]
    due = [today for today in days if decide(today, settings, (), ()).is_due]
    assert due == [today for today in days if window.first <= today <= window.last]
    assert len(due) <= length
    assert {decide(today, settings, (), ()).month for today in days} == {month}
