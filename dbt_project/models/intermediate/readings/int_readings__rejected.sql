-- Grain: one row per source, table, model id (as received) and day: readings that do not count, and why.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_since_news(this) }}",
) }}

with rejected as (
    select
        source,
        table_name,
        snapshot_date,
        model_id,
        downloads_total,
        downloads_30d,
        rejection_reason
    from {{ ref('int_readings__new') }}
    where rejection_reason is not null
    union all
    select
        news.source,
        news.table_name,
        {{ each_day('compacted.first_day', 'compacted.last_day') }} as snapshot_date,
        keys.model_id,
        compacted.downloads_total,
        compacted.downloads_30d,
        compacted.rejection_reason
    from {{ ref('int_readings__compacted') }} as compacted
    inner join {{ ref('int_snapshots__news') }} as news on compacted.table_number = news.table_number
    inner join {{ ref('int_models__keys') }} as keys on compacted.model_key = keys.model_key
    where compacted.rejection_reason is not null
)

select
    rejected.*,
    calendar.revision,
    calendar.priority
from rejected
inner join {{ ref('int_snapshots__calendar') }} as calendar
    on
        rejected.source = calendar.source
        and rejected.table_name = calendar.table_name
        and rejected.snapshot_date = calendar.snapshot_date
