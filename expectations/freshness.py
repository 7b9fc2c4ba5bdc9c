"""Sources: is each of them there, and young enough at the end of the month?"""

from orchestration.quality.declared import Frame, Suite, at_least, at_most

# The limits are the sources' own (`max_age`); counters may come from an archive, which has none: the Hub's holds.
_SOURCES = """
with newest as (
    select source, max(snapshot_date) as newest_date from snapshots
    where is_usable
    group by source
    union all
    select 'readings of any source', max(snapshot_date) from snapshots
    where is_usable and kind = 'readings'
),

limits as (
    from sources.limits
    union all
    select 'readings of any source', max_age_days from sources.limits where source = 'hf_hub'
)

select
    source,
    newest_date,
    greatest(getvariable('month_end') - newest_date, 0) as age_days,
    max_age_days,
    greatest(age_days - max_age_days, 0) as days_late
from newest
inner join limits using (source)
order by source
"""

_NEEDED = """
select kind, count(snapshot_date) as snapshots
from (values ('readings'), ('registry_models')) as needed(kind)
left join snapshots using (kind)
group by kind
order by kind
"""

SUITE = Suite(
    name="freshness",
    table="ops.snapshots",
    frames=(
        Frame(
            name="sources",
            sql=_SOURCES,
            key=("source", "newest_date", "age_days", "max_age_days"),
            what_to_do="Land the source (`warehouse ingest SOURCE`, or `--sources FILE` for past days) and build "
            "again.",
            expectations=(
                at_most(
                    "sources_are_young_enough",
                    "days_late",
                    0,
                    why="a source that stopped leaves the end of the month to guesses",
                    since="2026-11",
                ),
            ),
        ),
        Frame(
            name="needed_kinds",
            sql=_NEEDED,
            key=("kind",),
            what_to_do="Land the Hub (or an archive of it) and the registry of tracked models, and build again.",
            expectations=(
                at_least(
                    "nothing_needed_is_missing",
                    "snapshots",
                    1,
                    why="without counters or without the list of tracked models no figure can be made",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
