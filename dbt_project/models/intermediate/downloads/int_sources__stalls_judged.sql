-- Grain: one row per source, table and reading date: did the whole source stand still. Judged on intervals between
-- readings, before any gap is spread: spreading first would hide a stall behind the days before it.
with intervals as (
    select * from {{ ref('int_counters__measured') }}
    where daily_rate is not null
),

-- Each model is compared with itself, so that models which enter or leave the list shift nothing.
totals as (
    select
        source,
        table_name,
        reading_date,
        count(*) as models,
        sum(daily_rate) as rate,
        sum(usual_rate) as usual_rate,
        sum(growth) as growth,
        sum(usual_rate * interval_days) as usual_growth,
        count_if(is_big) as big_models,
        count_if(is_big and growth = 0) as frozen_models
    from intervals
    where usual_rate is not null
    group by source, table_name, reading_date
),

rated as (
    select
        *,
        rate / nullif(usual_rate, 0) as rate_ratio,
        frozen_models / nullif(big_models, 0) as frozen_share
    from totals
),

judged as (
    select
        *,
        models >= {{ var('stall_min_models') }} and rate_ratio < {{ var('stall_rate') }} as is_standstill,
        big_models >= {{ var('stall_min_big_models') }}
        and frozen_share >= {{ var('stall_frozen_share') }} as is_frozen,
        models >= {{ var('stall_min_models') }} and rate_ratio < {{ var('stall_dip_rate') }} as is_dip
    from rated
),

-- A dip counts as a stall only with the neighbour that makes it up: both together are a normal pair.
made_up as (
    select
        dips.source,
        dips.table_name,
        dips.reading_date as dip_date,
        neighbours.reading_date as neighbour_date,
        row_number() over (
            partition by dips.source, dips.table_name, dips.reading_date
            order by
                abs({{ days_between('dips.reading_date', 'neighbours.reading_date') }}),
                neighbours.reading_date desc
        ) as nearness
    from judged as dips
    inner join judged as neighbours
        on
            dips.source = neighbours.source
            and dips.table_name = neighbours.table_name
            and dips.reading_date <> neighbours.reading_date
            and abs({{ days_between('dips.reading_date', 'neighbours.reading_date') }}) <= {{ var('stall_dip_days') }}
    where
        dips.is_dip
        and neighbours.rate_ratio > 1
        and abs((dips.growth + neighbours.growth) / (dips.usual_growth + neighbours.usual_growth) - 1)
        <= {{ var('stall_dip_tolerance') }}
),

-- Every reading from the earlier of the two up to the later one, which stays as the end of the merged interval.
inside_dips as (
    select distinct
        judged.source,
        judged.table_name,
        judged.reading_date
    from judged
    inner join made_up
        on
            made_up.nearness = 1
            and judged.source = made_up.source
            and judged.table_name = made_up.table_name
            and judged.reading_date >= least(made_up.dip_date, made_up.neighbour_date)
            and judged.reading_date < greatest(made_up.dip_date, made_up.neighbour_date)
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
        when judged.is_standstill then 'standstill'
        when judged.is_frozen then 'frozen'
        when inside_dips.reading_date is not null then 'dip'
    end as stall_reason
from judged
left join inside_dips
    on
        judged.source = inside_dips.source
        and judged.table_name = inside_dips.table_name
        and judged.reading_date = inside_dips.reading_date
