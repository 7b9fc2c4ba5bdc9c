-- Grain: one row per case, dimension (region or organization), series and day from the series' first known counter on.
-- A counter that was not read again stands as it was last known.
with growth as (
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
        case_id,
        dimension,
        series,
        day,
        sum(downloads) as downloads,
        sum(growth) as growth,
        sum(entered_models) as entered_models,
        sum(models_with_data) as models_with_data
    from growth
    group by case_id, dimension, series, day
),

series_in_scope as (
    select
        case_id,
        dimension,
        series,
        min(day) as first_day
    from summed
    group by case_id, dimension, series
),

known_days as (
    select distinct day from summed
),

every_day as (
    select
        series_in_scope.case_id,
        series_in_scope.dimension,
        series_in_scope.series,
        known_days.day
    from series_in_scope
    inner join known_days on series_in_scope.first_day <= known_days.day
),

in_scope as (
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
)

select
    every_day.case_id,
    every_day.dimension,
    every_day.series,
    every_day.day,
    cast(coalesce(summed.downloads, 0) as bigint) as downloads,
    cast(coalesce(summed.entered_models, 0) as bigint) as entered_models,
    cast(coalesce(summed.models_with_data, 0) as bigint) as models_with_data,
    cast(in_scope.models_in_scope as bigint) as models_in_scope,
    cast(sum(summed.growth) over running as bigint) as cumulative_downloads,
    cast(sum(summed.entered_models) over running as bigint) as models_known
from every_day
inner join in_scope
    on
        every_day.case_id = in_scope.case_id
        and every_day.dimension = in_scope.dimension
        and every_day.series = in_scope.series
left join summed
    on
        every_day.case_id = summed.case_id
        and every_day.dimension = summed.dimension
        and every_day.series = summed.series
        and every_day.day = summed.day
window running as (
    partition by every_day.case_id, every_day.dimension, every_day.series
    order by every_day.day
    rows between unbounded preceding and current row
)
