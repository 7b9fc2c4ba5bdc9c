"""``warehouse ingest``: lands raw snapshots."""

from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, progress, say
from orchestration.errors import ConfigurationError, DataRefused, Unreachable, WarehouseError
from orchestration.ingest import ingest as land
from orchestration.plan import plan_ingest, without_key
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.spec import Progress
from orchestration.warehouse.results import printable

#: Reasons of each kind that are printed per table; all are in the raw store and, after a build, in the schema ops.
_REASONS_SHOWN = 5

EXAMPLES = (
    "warehouse ingest                                all live sources, today",
    "warehouse ingest hf_hub --table tracked         one table of one source",
    "warehouse ingest --sources archives.toml        every file named in archives.toml",
    "warehouse ingest hf_archive --sources archives.toml --date 2026-03-01",
)


def ingest(
    sources: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Default: all.")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only this day, YYYY-MM-DD.")
    ] = None,
    sources_file: Annotated[
        Path | None, typer.Option("--sources", metavar="FILE", help="TOML that says where the data lies.")
    ] = None,
    tables: Annotated[list[str] | None, typer.Option("--table", metavar="TABLE", help="Only this table.")] = None,
) -> None:
    """Lands raw snapshots.

    They come from the live services, or from the locations in FILE. What is there already is not landed again. A
    different answer for the same day becomes a new revision. The exit code is 1 when data was refused and 3 when a
    source could not be reached; what was good has landed all the same. Parquet files that are one day each are read
    several at a time, as many as WAREHOUSE_THREADS and WAREHOUSE_MEMORY_LIMIT allow; they land in their order.
    """
    settings = load_settings()
    outcomes: list[Outcome] = []
    errors: list[WarehouseError] = []
    with progress() as show:

        def report(state: Progress) -> None:
            show(state.what, state.rows, state.total)

        planned = plan_ingest(
            settings,
            sources=sources or (),
            sources_file=sources_file,
            tables=tables or (),
            snapshot_date=date.date() if date else None,
            report=report,
        )
        for item in planned:
            try:
                for outcome in land(item.spec, item.request):
                    outcomes.append(outcome)
                    show(f"{item.spec.name}: snapshots", len(outcomes), None)
            except WarehouseError as error:  # one source's trouble does not keep the others from landing
                errors.append(error)
    if not outcomes and not errors:
        raise ConfigurationError("Nothing in the locations fits the wanted tables and date; correct --table or --date.")
    for line in summary_lines(outcomes, SnapshotReader(settings.raw)):
        say(line)
    for spec in [] if sources or sources_file else without_key():
        say(f"{spec.name}: left out, it answers only with a key; set {spec.key_variable}")
    for trouble in errors[:-1]:
        typer.echo(f"Error: {trouble}", err=True)
    if errors:
        raise errors[-1]
    _raise_for(outcomes)


def summary_lines(outcomes: list[Outcome], store: SnapshotReader) -> list[str]:
    """One line per table with its counts, and below it why attempts did not land and why records were rejected."""
    lines = []
    of_table: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        of_table[f"{outcome.source}/{outcome.table_name}"].append(outcome)
    for table, attempts in sorted(of_table.items()):
        counts: Counter[str] = Counter(outcome.outcome for outcome in attempts)
        verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("landed", "unchanged", "refused", "failed"))
        rows = sum(outcome.rows for outcome in attempts if outcome.outcome == "landed")
        rejected = sum(outcome.rejected_rows for outcome in attempts if outcome.outcome == "landed")
        lines.append(printable(f"{table}: {verdicts}; {rows:,} rows landed, {rejected:,} records rejected"))
        reasons = Counter(f"{outcome.outcome}: {outcome.reason}" for outcome in attempts if outcome.reason)
        lines += _most_common(reasons, "ops.ingest_outcomes")
        lines += _most_common(_rejections(attempts, store), "ops.rejected_records")
    return lines


def _rejections(attempts: list[Outcome], store: SnapshotReader) -> Counter[str]:
    """Why records of what landed were rejected; what is said of one record only, after the semicolon, is left out."""
    reasons: Counter[str] = Counter()
    for attempt in attempts:
        for reason, times in store.rejection_reasons(attempt).items() if attempt.outcome == "landed" else ():
            reasons[f"rejected: {reason.partition(';')[0]}"] += times
    return reasons


def _most_common(reasons: Counter[str], table: str) -> list[str]:
    lines = [
        printable(f"  {reason}" + (f" ({times:,} times)" if times > 1 else ""))
        for reason, times in reasons.most_common(_REASONS_SHOWN)
    ]
    if len(reasons) > _REASONS_SHOWN:
        lines.append(f"  and {len(reasons) - _REASONS_SHOWN} other reasons; see {table} after a build")
    return lines


def _raise_for(outcomes: list[Outcome]) -> None:
    bad = [outcome for outcome in outcomes if outcome.outcome in {"refused", "failed"}]
    if not bad:
        return
    sentence = f"{len(bad)} of {len(outcomes)} snapshots did not land; the reasons are above."
    # What was not read because another source could not be reached comes right with it.
    if any(outcome.unreachable for outcome in bad) and not any(outcome.outcome == "refused" for outcome in bad):
        raise Unreachable(sentence)
    raise DataRefused(sentence)
