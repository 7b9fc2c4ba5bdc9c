-- Grain: one row per table, model and run of days of the news on each of which a compacted snapshot gives the
-- model the same counters. Emptied at the end of a build, as the news are.

with days as (
    select
        news.table_number,
        compacted.history_number,
        calendar.snapshot_date,
        calendar.is_partial,
        -- Days that follow each other have the same distance to their number.
        {{ add_days('calendar.snapshot_date', '-row_number() over (
            partition by calendar.source, calendar.table_name, calendar.is_partial order by calendar.snapshot_date
        )') }} as island
    from {{ ref('int_snapshots__calendar') }} as calendar
    inner join {{ ref('stg_history__days') }} as compacted
        on
            calendar.source = compacted.source
            and calendar.table_name = compacted.table_name
            and calendar.snapshot_date = compacted.snapshot_date
    inner join {{ ref('int_snapshots__news') }} as news
        on
            calendar.source = news.source
            and calendar.table_name = news.table_name
            and calendar.snapshot_date >= news.read_from
),

islands as (
    select
        table_number,
        history_number,
        is_partial,
        min(snapshot_date) as first_day,
        max(snapshot_date) as last_day
    from days
    group by table_number, history_number, is_partial, island
),

keys as (
    select
        models.history_number,
        models.history_key,
        keys.model_key
    from {{ ref('stg_history__models') }} as models
    inner join {{ ref('int_models__keys') }} as keys on models.model_id = keys.model_id
)

select
    islands.table_number,
    keys.model_key,
    greatest(counters.first_date, islands.first_day) as first_day,
    least(counters.last_date, islands.last_day) as last_day,
    counters.downloads_total,
    counters.downloads_30d,
    counters.likes,
    case
        when lower(counters.status) = 'removed' then 'removed'
        when islands.is_partial then 'partial_snapshot'
    end as rejection_reason
from {{ ref('stg_history__counters') }} as counters
inner join islands
    on
        counters.history_number = islands.history_number
        and counters.first_date <= islands.last_day
        and counters.last_date >= islands.first_day
inner join keys on counters.history_number = keys.history_number and counters.history_key = keys.history_key
-- Said beforehand, because the engine would put all of the history in order to find that none of it is asked for.
where {{ 'true' if has_compacted_news() else 'false' }}
