"""``warehouse demo``: the embedded sample through the whole pipeline."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer

from orchestration.commands.build import build_with_progress, describe, shown_nodes
from orchestration.commands.release import describe as describe_release
from orchestration.commands.release import shown_steps
from orchestration.commands.report import describe_report
from orchestration.commands.terminal import load_settings, progress, say
from orchestration.months import month_before
from orchestration.release.assemble import Release, cut_release
from orchestration.release.backfill import backfill
from orchestration.release.layout import DIFF_TEXT, REPORT
from orchestration.sample import land_sample
from orchestration.sample.calendar import LAST_DAY
from orchestration.settings import Settings
from orchestration.sources.spec import Progress
from orchestration.warehouse.publish import SYNTHETIC_NOTICE
from orchestration.warehouse.query import query
from orchestration.warehouse.results import write_table

EXAMPLES = (
    "warehouse demo",
    "WAREHOUSE_HOME=/tmp/try warehouse demo",
    "WAREHOUSE_HOME=/tmp/series warehouse demo --releases 3",
    "WAREHOUSE_HOME=/tmp/large warehouse demo --scale 10 --releases 0",
)

_LAST_MONTH = LAST_DAY.replace(day=1)

#: What the demo asks at its end: a question and the SQL that answers it.
QUESTIONS = (
    (
        "Whose mainline models were downloaded most, by region?",
        """
        select region, sum(downloads) as downloads, count(distinct model_id) as models
        from marts.fct_model_downloads_daily join marts.dim_model using (model_id)
        where is_mainline
        group by region order by downloads desc
        """,
    ),
    (
        "On whose models do others build, by region of the root?",
        """
        select root_region, relation, count(distinct derivative_model_id) as derivatives
        from marts.fct_model_derivatives
        group by all order by derivatives desc limit 8
        """,
    ),
    (
        "Which attempts to land a snapshot were refused or failed, and why?",
        """
        select source, table_name, snapshot_date, outcome, reason
        from ops.ingest_outcomes
        where outcome in ('refused', 'failed') order by snapshot_date limit 5
        """,
    ),
)


def demo(
    scale: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many times every model is there, for load tests.")
    ] = 1,
    releases: Annotated[
        int, typer.Option(min=0, max=12, metavar="N", help="How many of the last months are released, oldest first.")
    ] = 1,
) -> None:
    """Runs everything on the embedded sample: raw, build, gate, release, report.

    With more than one release the earlier months are released as they would have been then, from what had been fetched
    by that time, and each tells what changed since the one before. The sample is invented, and everything made from it
    says so. A second call changes nothing. The synthetic sample and real data do not share a home: set WAREHOUSE_HOME
    to another folder to go live.
    """
    settings = load_settings()
    say(SYNTHETIC_NOTICE)
    _land(settings, scale)
    for made in _past_releases(settings, releases - 1):
        describe_release(made)
    describe(settings, build_with_progress(settings))
    newest = _newest_release(settings) if releases else None
    if newest is not None:
        describe_release(newest)
    for question, sql in QUESTIONS:
        say()
        _ask(settings, question, sql)
    say()
    say(f"Raw snapshots   {settings.raw}")
    say(f"Marts           {settings.current_database}")
    if newest is None:
        describe_report(settings)
    else:
        say(f"Releases        {settings.releases}")
        say(f"Report          {newest.folder / REPORT / 'index.html'}")
        if newest.manifest.previous is not None:
            say(f"Changes         {newest.folder / DIFF_TEXT}")
    say('Ask more        warehouse sql "from marts.dim_model limit 5"')
    say("Look around     warehouse status, warehouse ui")
    say(SYNTHETIC_NOTICE)


def _land(settings: Settings, scale: int) -> None:
    with progress() as show:

        def report(state: Progress) -> None:
            show(state.what, state.rows, state.total)

        outcomes = Counter(outcome.outcome for outcome in land_sample(settings, scale=scale, report=report))
    if not outcomes:
        say("Unchanged: the sample has landed already.")
        return
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    say(f"Sample: {counts} (the refused and failed ones belong to it: real sources do that).")


def _past_releases(settings: Settings, count: int) -> Iterator[Release]:
    """Releases of the months before the sample's last one, each from what was known then; oldest first."""
    if count < 1:
        return
    months = [_LAST_MONTH]
    while len(months) <= count:
        months.append(month_before(months[-1]))
    with progress() as show:
        yield from backfill(
            settings, months[-1], months[1], synthetic_ok=True, step=shown_steps(show), report=shown_nodes(show)
        )


def _newest_release(settings: Settings) -> Release:
    """The release of the sample's last month, from the published copy."""
    with progress() as show:
        return cut_release(settings, _LAST_MONTH, synthetic_ok=True, step=shown_steps(show))


def _ask(settings: Settings, question: str, sql: str) -> None:
    statement = " ".join(sql.split())
    say(f"-- {question}")
    say(f'warehouse sql "{statement}"')
    with query(settings, statement) as result:
        write_table(result, sys.stdout)
