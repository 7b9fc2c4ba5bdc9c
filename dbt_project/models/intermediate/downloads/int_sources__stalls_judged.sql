-- Grain: one row per source, table and reading date: did the whole source stand still. Judged on intervals between
-- readings, before any gap is spread: spreading first would hide a stall behind the days before it.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_after_kept(this, 'reading_date') }}",
) }}

with intervals as (
    select * from {{ ref('int_counters__measured') }}
    where daily_rate is not null and usual_rate is not null and is_witness
),

-- Each model is measured by its own usual rate, so that models which enter or leave the list shift nothing.
totals as (
    select
        source,
        table_name,
        reading_date,
        count(*) as models,
        sum(daily_rate) / nullif(sum(usual_rate), 0) as activity,
        sum(growth) as growth,
        sum(usual_rate * interval_days) as usual_growth,
        count_if(is_big) as big_models,
        count_if(is_big and growth = 0) as frozen_models
    from intervals
    group by source, table_name, reading_date
),

compared as (
    select
        *,
        frozen_models / nullif(big_models, 0) as frozen_share,
        median(activity) over around as usual_activity,
        count(activity) over around as usual_activity_intervals
    from totals
    window around as (partition by source, table_name order by reading_date {{ days_around(var('stall_window_days')) }})
),

rated as (
    select
        *,
        activity / nullif(usual_activity, 0) as rate_ratio,
        usual_growth * usual_activity as expected_growth,
        row_number() over (partition by source, table_name order by reading_date) as reading_number
    from compared
),

judged as (
    select
        *,
        models >= {{ var('stall_min_models') }}
        and usual_activity_intervals >= {{ var('stall_min_intervals') }} as is_judged,
        big_models >= {{ var('stall_min_big_models') }}
        and frozen_share >= {{ var('stall_frozen_share') }} as is_frozen
    from rated
),

-- A smaller dip counts only with a neighbour that makes it up: the two together are normal. Of two such neighbours the
-- later one is taken. The earlier reading of the pair goes, the later one ends the merged interval.
made_up as (
    select
        dips.source,
        dips.table_name,
        max(least(dips.reading_date, neighbours.reading_date)) as reading_date
    from judged as dips
    inner join judged as neighbours
        on
            dips.source = neighbours.source
            and dips.table_name = neighbours.table_name
            and abs(dips.reading_number - neighbours.reading_number) = 1
            and abs({{ days_between('dips.reading_date', 'neighbours.reading_date') }}) <= {{ var('stall_dip_days') }}
    where
        dips.is_judged
        and dips.rate_ratio < {{ var('stall_dip_rate') }}
        and neighbours.rate_ratio > 1
        and abs(
            (dips.growth + neighbours.growth) / nullif(dips.expected_growth + neighbours.expected_growth, 0) - 1
        ) <= {{ var('stall_dip_tolerance') }}
    group by dips.source, dips.table_name, dips.reading_date
),

dips_to_merge as (
    select distinct
        source,
        table_name,
        reading_date
    from made_up
)

select
    judged.source,
    judged.table_name,
    judged.reading_date,
    judged.models,
    judged.big_models,
    judged.frozen_share,
    judged.rate_ratio,
    case
        when judged.is_judged and judged.rate_ratio < {{ var('stall_rate') }} then 'standstill'
        when judged.is_frozen then 'frozen'
        when dips_to_merge.reading_date is not null then 'dip'
    end as stall_reason
from judged
cross join {{ ref('int_counters__window') }} as days
left join dips_to_merge
    on
        judged.source = dips_to_merge.source
        and judged.table_name = dips_to_merge.table_name
        and judged.reading_date = dips_to_merge.reading_date
where judged.reading_date > days.kept_until
