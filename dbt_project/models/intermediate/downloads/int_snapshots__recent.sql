-- Grain: one row per source and table of readings that was read before the news: the newest days on which it was.
{%- set fall_readings = (var('fall_recovery_readings') | int) + 1 %}
{%- set looked_readings = var('work_looked_back_readings') | int %}

with news as (
    select min(read_from) as read_from
    from {{ ref('int_snapshots__news') }}
),

ranked as (
    select
        calendar.source,
        calendar.table_name,
        calendar.snapshot_date,
        row_number() over (
            partition by calendar.source, calendar.table_name order by calendar.snapshot_date desc
        ) as newest_rank
    from {{ ref('int_snapshots__calendar') }} as calendar
    cross join news
    where not calendar.is_partial and calendar.snapshot_date < news.read_from
)

select
    source,
    table_name,
    max(snapshot_date) as newest_date,
    min(case when newest_rank <= {{ fall_readings }} then snapshot_date end) as fallen_from,
    max(case when newest_rank = {{ fall_readings }} then snapshot_date end) as steady_from,
    min(case when newest_rank <= {{ looked_readings }} then snapshot_date end) as looked_from
from ranked
group by source, table_name
