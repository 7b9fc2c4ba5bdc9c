-- Grain: one row per source and table of readings that was read before the news: the newest days on which it was.
{%- set fall_readings = (var('fall_recovery_readings') | int) + 1 %}
{%- set looked_readings = var('work_looked_back_readings') | int %}

with news as (
    select * from {{ ref('int_snapshots__news') }}
),

days as (
    select min(read_from) as read_from
    from news
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
    cross join days
    where not calendar.is_partial and calendar.snapshot_date < days.read_from
)

select
    ranked.source,
    ranked.table_name,
    bool_or(news.source is not null) as is_news,
    max(ranked.snapshot_date) as newest_date,
    min(case when ranked.newest_rank <= {{ fall_readings }} then ranked.snapshot_date end) as fallen_from,
    max(case when ranked.newest_rank = {{ fall_readings }} then ranked.snapshot_date end) as steady_from,
    min(case when ranked.newest_rank <= {{ looked_readings }} then ranked.snapshot_date end) as looked_from
from ranked
left join news on ranked.source = news.source and ranked.table_name = news.table_name
group by ranked.source, ranked.table_name
