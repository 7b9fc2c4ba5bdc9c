"""``warehouse status``: how fresh each source is and what is published."""

import sys

from orchestration.commands.terminal import load_settings, say
from orchestration.plan import without_key
from orchestration.release.publication import publications
from orchestration.release.store import versions
from orchestration.settings import Settings
from orchestration.snapshots.reader import SnapshotReader
from orchestration.snapshots.store import utc_now
from orchestration.status import TableStatus, warehouse_status
from orchestration.warehouse.publish import current_copy, current_record
from orchestration.warehouse.results import Result, Row, printable, write_table

_COLUMNS = ("table", "newest snapshot", "days", "rows", "age", "last attempt", "failing since")

EXAMPLES = ("warehouse status",)


def status() -> None:
    """Shows how fresh each source is.

    Per table: the newest snapshot, its age and the last attempt; and what is published.
    """
    settings = load_settings()
    say(f"Home       {settings.root}")
    say(_published_line(settings))
    say(_released_line(settings))
    tables = warehouse_status(SnapshotReader(settings.raw), utc_now().date())
    write_table(Result(_COLUMNS, map(_cells, tables)), sys.stdout)
    for state in tables:
        if state.failing_since and state.last:
            say(printable(f"{state.source}/{state.table}: {state.last.reason}"))
    for spec in without_key():
        say(f"{spec.name}: not asked live, it answers only with a key; set {spec.key_variable}")


def _published_line(settings: Settings) -> str:
    record = current_record(settings)
    if record is None:
        return "Published  nothing yet; run `warehouse build`"
    notice = f"\n           {record.notice}" if record.notice else ""
    return f"Published  build {record.build_id}, {current_copy(settings).name}{notice}"


def _released_line(settings: Settings) -> str:
    there = versions(settings)
    if not there:
        return "Released   nothing yet; run `warehouse release YYYY-MM`"
    places = {each.target for each in publications(settings) if each.version == str(there[-1])}
    return f"Released   {there[-1]}" + (f", published at {printable(', '.join(sorted(places)))}" if places else "")


def _cells(state: TableStatus) -> Row:
    name = f"{state.source}/{state.table}" + (" (synthetic)" if state.synthetic else "")
    late = ", LATE" if state.is_late else ""
    age = "" if state.age is None else f"{state.age.days} d{late}"
    attempt = f"{state.last.outcome} {state.last.attempted_at:%Y-%m-%d %H:%M}" if state.last else "never"
    failing = f"{state.failing_since:%Y-%m-%d %H:%M}" if state.failing_since else ""
    newest = state.newest.isoformat() if state.newest else ""
    return (name, newest, state.snapshots, state.rows, age, attempt, failing)
