-- Grain: one row per case, dimension (region or organization), series and day from the series' first known counter on.
-- A counter that was not read again stands as it was last known.
with in_scope as (
    select
        case_id,
        'region' as dimension,
        region as series,
        sum(weight) as models_in_scope
    from {{ ref('bridge_report_scope') }}
    group by case_id, region
    union all
    select
        case_id,
        'organization' as dimension,
        organization_id as series,
        sum(weight) as models_in_scope
    from {{ ref('bridge_report_scope') }}
    group by case_id, organization_id
),

-- A number stands for a series where its days are put in order and together: its three names would take several times
-- as long.
numbered as (
    select
        *,
        row_number() over (order by case_id, dimension, series) as series_number
    from in_scope
),

growth as (
    select
        case_id,
        'region' as dimension,
        region as series,
        day,
        downloads,
        growth,
        entered_models,
        models_with_data
    from {{ ref('fct_report_growth_daily') }}
    union all
    select
        case_id,
        'organization' as dimension,
        organization_id as series,
        day,
        downloads,
        growth,
        entered_models,
        models_with_data
    from {{ ref('fct_report_growth_daily') }}
),

summed as (
    select
        numbered.series_number,
        growth.day,
        sum(growth.downloads) as downloads,
        sum(growth.growth) as growth,
        sum(growth.entered_models) as entered_models,
        sum(growth.models_with_data) as models_with_data
    from growth
    inner join numbered
        on
            growth.case_id = numbered.case_id
            and growth.dimension = numbered.dimension
            and growth.series = numbered.series
    group by numbered.series_number, growth.day
),

first_days as (
    select
        series_number,
        min(day) as first_day
    from summed
    group by series_number
),

known_days as (
    select distinct day from summed
),

every_day as (
    select
        first_days.series_number,
        known_days.day
    from first_days
    inner join known_days on first_days.first_day <= known_days.day
),

running as (
    select
        every_day.series_number,
        every_day.day,
        coalesce(summed.downloads, 0) as downloads,
        coalesce(summed.entered_models, 0) as entered_models,
        coalesce(summed.models_with_data, 0) as models_with_data,
        sum(summed.growth) over so_far as cumulative_downloads,
        sum(summed.entered_models) over so_far as models_known
    from every_day
    left join summed on every_day.series_number = summed.series_number and every_day.day = summed.day
    window so_far as (
        partition by every_day.series_number order by every_day.day rows between unbounded preceding and current row
    )
)

select
    numbered.case_id,
    numbered.dimension,
    numbered.series,
    running.day,
    cast(running.downloads as bigint) as downloads,
    cast(running.entered_models as bigint) as entered_models,
    cast(running.models_with_data as bigint) as models_with_data,
    cast(numbered.models_in_scope as bigint) as models_in_scope,
    cast(running.cumulative_downloads as bigint) as cumulative_downloads,
    cast(running.models_known as bigint) as models_known
from running
inner join numbered on running.series_number = numbered.series_number
