-- Grain: one row per source, table and model id (as received) with counting readings: the span of its series, its
-- newest known values and when each was last read, and what may be wrong with it.
{%- set counters = ['downloads_total', 'downloads_30d', 'likes'] %}

with newest as (
    select
        source,
        table_name,
        bool_or(is_long) as is_long,
        max(snapshot_date) as newest_date
    from {{ ref('int_snapshots__calendar') }}
    where not is_partial
    group by source, table_name
),

dated as (
    select
        states.*,
        keys.model_id,
        priorities.priority,
        newest.is_long,
        case when states.is_listed then newest.newest_date else states.previous_date end as last_date
    from {{ ref('int_readings__states') }} as states
    inner join {{ ref('int_models__keys') }} as keys on states.model_key = keys.model_key
    inner join newest on states.source = newest.source and states.table_name = newest.table_name
    inner join {{ ref('int_sources__priorities') }} as priorities
        on states.source = priorities.source and states.table_name = priorities.table_name
)

select
    source,
    table_name,
    model_key,
    model_id,
    priority,
    is_long,
    first_date,
    last_date,
    is_listed,
    change_date,
    total_since,
    last_fall_date,
    last_end_date,
    has_unknown_totals,
    last_known_again_date,
    first_total,
    first_total_date,
    first_30d_date,
    lowest_30d,
    highest_30d,
    was_big,
    {%- for counter in counters %}
        {{ counter }},
        known_{{ counter }} as last_{{ counter }},
        case when known_{{ counter }} is not null then least(known_{{ counter }}_until, last_date) end
            as last_{{ counter }}_date,
    {%- endfor %}
    {{ is_stale_30d(
        'downloads_total', 'downloads_30d', 'total_since', 'last_date', after_days=var('stale_after_days')
    ) }} as is_30d_stale,
    {{ is_big_reading('downloads_30d', 'downloads_total') }} as is_big
from dated
