"""When a month's release is due, and whether there is something left to do about it today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from orchestration.months import month_after, month_before
from orchestration.release.as_of import known_by
from orchestration.release.publication import is_published, target_of
from orchestration.release.store import versions
from orchestration.settings import Settings


class Work(StrEnum):
    """How far the release of a month is."""

    NOT_DUE = "not due"
    RELEASE = "release"
    PUBLISH = "publish"
    DONE = "done"
    MISSED = "missed"


@dataclass(frozen=True)
class Window:
    """The days on which a month's release is tried, the first and the last included."""

    first: date
    last: date


@dataclass(frozen=True)
class Decision:
    """What there is to do for a month, and why, in one sentence."""

    month: date
    work: Work
    why: str

    @property
    def is_due(self) -> bool:
        """Whether something is to be done."""
        return self.work in (Work.RELEASE, Work.PUBLISH)


def window_of(settings: Settings, month: date) -> Window:
    """The window of a month.

    It opens when what belongs to the release has been fetched, and closes with the month after at the latest: a build
    that reaches farther is none of that month.
    """
    first = known_by(settings, month).date()
    closes = month_after(month_after(month)) - timedelta(days=1)
    return Window(first, min(first + timedelta(days=settings.release_window_days - 1), closes))


def decide(today: date, settings: Settings, released: Collection[date], published: Collection[date]) -> Decision:
    """What is to be done today about the month before.

    Args:
        today: the day, UTC.
        settings: delay, window and target.
        released: months of which there is a release.
        published: those of them of which one is published at the target.
    """
    month = month_before(today.replace(day=1))
    name, window = f"{month:%Y-%m}", window_of(settings, month)
    if month in released and (settings.publish_target is None or month in published):
        return Decision(month, Work.DONE, f"{name} is released.")
    missing = "published" if month in released else "released"
    if today < window.first:
        return Decision(month, Work.NOT_DUE, f"The release of {name} is due on {window.first}.")
    if today > window.last:
        return Decision(
            month,
            Work.MISSED,
            f"{name} was not {missing} in its window, {window.first} to {window.last}, and is not tried any more; mend "
            f"the cause and run `warehouse release {name}{' --publish TARGET' if settings.publish_target else ''}`.",
        )
    work = Work.PUBLISH if month in released else Work.RELEASE
    return Decision(month, work, f"{name} is not {missing} yet; it is tried every day until {window.last}.")


def decide_now(today: date, settings: Settings) -> Decision:
    """What is to be done today, by the releases and publications that are there.

    Raises:
        ConfigurationError: the target is none.
    """
    released = {version.month for version in versions(settings)}
    published: set[date] = set()
    if settings.publish_target is not None and released:
        target = target_of(settings.publish_target)
        published = {version.month for version in versions(settings) if is_published(settings, version, target)}
    return decide(today, settings, released, published)
