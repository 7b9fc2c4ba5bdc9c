"""Each cause in plain sentences: what, since when, what to do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from orchestration.alerts.alert import Alert, Cause, harmless
from orchestration.release.due import Decision, Work
from orchestration.sources.registry import SOURCES
from orchestration.status import TableStatus

#: Reasons that are told before it says "and more".
_NAMED = 5


@dataclass(frozen=True)
class FailedRun:
    """A job whose newest run failed.

    Attributes:
        job: its name, or the assets that were made without one.
        run_id: the newest run.
        since: when the first of the runs began that have failed without a success in between.
        steps: step that failed -> why, as far as that is a sentence of this project's own.
        month: month that the run was about, ``YYYY-MM``; None for any other run.
        refusing: conditions by which the gate held it back; empty when it did not.
    """

    job: str
    run_id: str
    since: datetime
    steps: Mapping[str, str]
    month: str | None = None
    refusing: tuple[str, ...] = ()


def of_runs(runs: Iterable[FailedRun], released: Iterable[str]) -> Iterator[Alert]:
    """Refused gates and other failed runs; a month that has been released since is not refused any more."""
    done = set(released)
    for run in runs:
        if run.refusing and run.month is not None:
            if run.month not in done:
                yield _refused(run, run.month)
        else:
            yield _failed(run)


def of_sources(tables: Iterable[TableStatus]) -> Iterator[Alert]:
    """Sources of which a table is older than they allow."""
    late = sorted((table for table in tables if table.is_late), key=lambda table: (table.source, table.table))
    for source, group in groupby(late, key=lambda table: table.source):
        of_source = list(group)
        names = tuple(table.table for table in of_source)
        name = harmless(source)
        body = [*map(_lateness, of_source), f"Run `warehouse ingest {name}`; `warehouse status` shows more."]
        yield Alert(Cause("source", source, names), f"{name} is late", "\n".join(body))


def of_release(decision: Decision) -> Iterator[Alert]:
    """A month that was not released, or not published, in its window."""
    if decision.work is Work.MISSED:
        month = f"{decision.month:%Y-%m}"
        yield Alert(Cause("release", month), f"The release of {month} was missed", decision.why)


def _refused(run: FailedRun, month: str) -> Alert:
    reasons = [line for why in run.steps.values() for line in why.splitlines()]
    more = [f"And {len(reasons) - 1 - _NAMED} more."] if len(reasons) > 1 + _NAMED else []
    body = [
        *map(harmless, reasons[: 1 + _NAMED]),
        *more,
        f"Refused since {run.since:%Y-%m-%d %H:%M} UTC. Do what the reasons say; `warehouse gate {month}` shows "
        "whether that was enough. Within the month's window it is tried again every day.",
    ]
    return Alert(Cause("gate", month, tuple(sorted(run.refusing))), f"The gate refuses {month}", "\n".join(body))


def _failed(run: FailedRun) -> Alert:
    job = harmless(run.job)
    body = [
        *(f"{harmless(step)}: {harmless(why)}" for step, why in list(run.steps.items())[:_NAMED]),
        f"Failing since {run.since:%Y-%m-%d %H:%M} UTC. Look at run {run.run_id[:8]} in Dagster, mend the cause and "
        "run it again.",
    ]
    return Alert(Cause("run", run.job, tuple(sorted(run.steps))), f"{job} failed", "\n".join(body))


def _lateness(table: TableStatus) -> str:
    limit = SOURCES[table.source].max_age
    if table.newest is None or table.age is None or limit is None:
        raise ValueError(f"{table.source}/{table.table} cannot be late")
    since = table.newest + limit + timedelta(days=1)
    trouble = (
        f" The last attempt, {table.last.attempted_at:%Y-%m-%d %H:%M} UTC, {table.last.outcome}"
        + (f": {harmless(table.last.reason)}" if table.last.reason else ".")
        if table.last and table.failing_since
        else ""
    )
    return (
        f"The newest snapshot of {harmless(table.source)}/{harmless(table.table)} is of {table.newest}, "
        f"{table.age.days} days old (allowed: {limit.days}); late since {since}.{trouble}"
    )
