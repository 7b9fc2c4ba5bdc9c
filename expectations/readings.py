"""Snapshots: do they still bring the counters that they used to bring?"""

from orchestration.quality.declared import Frame, Suite, at_least

# The share of a table's records whose counter became a day's reading, or lost to a better one: in its last three
# snapshots against the half year before the month.
_COUNTERS = """
with listed as (
    select source, table_name, snapshot_date, revision, rows from snapshots
    where
        kind = 'readings' and is_newest_revision and is_usable and rows > 0
        and snapshot_date between getvariable('month') - 180 and getvariable('month_end')
),

counted as (
    select
        source,
        source_table as table_name,
        download_date as snapshot_date,
        -- Of many models there is a sample beside the tracked ones.
        sum(if(is_mainline, 1, getvariable('stands_for'))) as models
    from fct_model_downloads_daily
    inner join dim_model using (model_id)
    where is_read and download_date >= getvariable('month') - 180
    group by all
    union all
    select
        superseded.source,
        superseded.table_name,
        superseded.reading_date as snapshot_date,
        count(distinct superseded.model_id) as models
    from superseded_readings as superseded
    inner join listed
        on
            superseded.source = listed.source
            and superseded.table_name = listed.table_name
            and superseded.revision = listed.revision
            and superseded.reading_date = listed.snapshot_date
    where superseded.measure = 'downloads_total'
    group by all
),

shares as (
    select
        source,
        table_name,
        snapshot_date,
        coalesce(sum(models), 0) / any_value(rows) as share
    from listed
    left join counted using (source, table_name, snapshot_date)
    group by source, table_name, snapshot_date
),

ranked as (
    select *, row_number() over (partition by source, table_name order by snapshot_date desc) as age from shares
),

compared as (
    select
        source,
        table_name,
        median(share) filter (where age <= 3) as share_now,
        median(share) filter (where age > 3 and snapshot_date < getvariable('month')) as share_before
    from ranked
    group by all
    having max(snapshot_date) >= getvariable('month')
)

select *, share_now / share_before as relative_share
from compared
where share_before >= 0.1
order by all
"""

SUITE = Suite(
    name="readings",
    table="ops.snapshots",
    frames=(
        Frame(
            name="counters",
            sql=_COUNTERS,
            key=("source", "table_name", "share_now", "share_before"),
            empty="no table has brought counters for long enough to compare",
            what_to_do="Look whether the provider renamed or emptied the field of the counter; teach the connector the "
            "new name, land the days again from the received bytes, and build.",
            expectations=(
                at_least(
                    "counters_are_known_as_before",
                    "relative_share",
                    0.5,
                    why="a renamed column lands as a list without counters, of the usual length",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
