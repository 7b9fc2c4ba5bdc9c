"""Releases of past months, each from what was known then, so that revisions over time can be measured."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from orchestration.months import months_from
from orchestration.release.as_of import known_by, past_home, remove_home
from orchestration.release.assemble import Release, cut_release, inputs_sha256
from orchestration.release.contents import Step
from orchestration.release.gate import Gate
from orchestration.release.store import manifests
from orchestration.release.tombstones import read_tombstones
from orchestration.settings import Settings
from orchestration.snapshots.store import utc_now
from orchestration.warehouse.build import build, prepare
from orchestration.warehouse.dbt import NodeDone
from orchestration.warehouse.lock import build_lock


def backfill(
    settings: Settings,
    first: date,
    last: date,
    *,
    synthetic_ok: bool = False,
    gate: Gate | None = None,
    clock: Callable[[], datetime] = utc_now,
    step: Step = lambda what: None,
    report: Callable[[NodeDone], None] = lambda done: None,
) -> Iterator[Release]:
    """Makes the release of each month as it would have been made then, oldest first.

    A snapshot counts if it had been fetched by the end of the month and the delay. Each month is built in a home of
    its own, which is removed once the release is there; the current copy is not touched.

    Args:
        settings: of the home.
        first: first month.
        last: last month.
        synthetic_ok: whether releases of invented data are wanted.
        gate: what decides, as of then; the project's own by default.
        clock: the present.
        step: receives the name of each piece of work.
        report: receives the progress of each build.

    Raises:
        DataRefused: a month is refused; those before it are there.
        ConfigurationError: nothing had landed by then, or another process is at work.
    """
    for month in months_from(first, last):
        moment = known_by(settings, month)
        # The zone is in the type of the moment; the name needs only the day.
        home = past_home(
            settings,
            f"as-of-{moment:%Y-%m-%d}",
            is_wanted=lambda manifest, until=moment: manifest.fetched_at <= until,  # type: ignore[misc]
            attempts_until=moment,
        )
        step(f"{month:%Y-%m} as known on {moment:%Y-%m-%d}")
        if (there := _made_before(settings, home, month)) is not None:
            yield there
        else:
            build(home, report=report)
            yield cut_release(
                settings,
                month,
                home=home,
                as_of=moment,
                synthetic_ok=synthetic_ok,
                gate=gate,
                clock=clock,
                step=step,
            )
        remove_home(home)


def _made_before(settings: Settings, home: Settings, month: date) -> Release | None:
    """The release that was made from the same inputs: seen before anything is built."""
    with build_lock(home):
        inputs = inputs_sha256(prepare(home).fingerprint, read_tombstones())
    for manifest in manifests(settings):
        if manifest.month == month and manifest.inputs_sha256 == inputs:
            return Release(settings.releases / manifest.version, manifest, unchanged=True)
    return None
