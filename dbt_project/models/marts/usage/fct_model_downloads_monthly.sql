-- Grain: one row per canonical model and month: the sum of its daily rows, or, where it has none, a 30-day reading.
with daily as (
    select
        model_id,
        {{ month_of('download_date') }} as month,
        downloads,
        method,
        source
    from {{ ref('fct_model_downloads_daily') }}
),

by_source as (
    select
        model_id,
        month,
        source,
        sum(downloads) as downloads,
        count(*) as days,
        count_if(method <> 'observed') as days_estimated,
        row_number() over (partition by model_id, month order by count(*) desc, source) as source_rank
    from daily
    group by model_id, month, source
),

-- The source that decided most days stands for the month.
summed as (
    select
        model_id,
        month,
        sum(downloads) as downloads,
        sum(days) as days_observed,
        sum(days_estimated) as days_estimated,
        max(case when source_rank = 1 then source end) as source
    from by_source
    group by model_id, month
),

-- A reading up to three days after a month's end may stand for that month, one before its end for its own.
rolling as (
    select
        canonical_model_id as model_id,
        reading_date,
        downloads_30d,
        source,
        table_name,
        {{ month_of(add_days('reading_date', -1 * (var('rolling_30d_max_days') | int))) }} as month
    from {{ ref('int_readings__ranked') }}
    where rolling_rank = 1
),

distances as (
    select
        rolling.*,
        abs({{ days_between(month_end_of('rolling.month'), 'rolling.reading_date') }}) as distance_days
    from rolling
    anti join summed on rolling.model_id = summed.model_id and rolling.month = summed.month
),

nearest as (
    select
        *,
        row_number() over (partition by model_id, month order by distance_days, reading_date) as nearness
    from distances
    where distance_days <= {{ var('rolling_30d_max_days') }}
)

select
    cast(model_id as varchar) as model_id,
    cast(month as date) as month,
    cast(downloads as bigint) as downloads,
    case
        when days_observed = extract(day from {{ month_end_of('month') }}) then 'observed'
        else 'partial'
    end as method,
    cast(days_observed as integer) as days_observed,
    cast(days_estimated as integer) as days_estimated,
    cast(source as varchar) as source,
    cast(null as varchar) as source_table,
    cast(null as date) as reading_date
from summed
union all
select
    cast(model_id as varchar) as model_id,
    cast(month as date) as month,
    cast(downloads_30d as bigint) as downloads,
    'rolling_30d' as method,
    0 as days_observed,
    0 as days_estimated,
    cast(source as varchar) as source,
    cast(table_name as varchar) as source_table,
    cast(reading_date as date) as reading_date
from nearest
where nearness = 1
