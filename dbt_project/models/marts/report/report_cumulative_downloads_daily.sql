-- Grain: one row per day, dimension (region or organization) and series from its first known counter on.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with cumulative as (
    select * from {{ ref('fct_report_cumulative_daily') }}
    where case_id = 'default'
),

-- The counters of those models alone that were read on the day itself, as they were read.
scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

readings as (
    select
        model_id,
        download_date as day,
        downloads_total
    from {{ ref('int_report__days') }}
    where is_read
    union all
    select
        model_id,
        first_counter_date as day,
        first_counter_total as downloads_total
    from {{ ref('dim_model') }}
    where first_counter_date is not null
),

read_on_day as (
    select
        scope.region,
        scope.organization_id,
        readings.day,
        sum(scope.weight * readings.downloads_total) as downloads_total,
        sum(scope.weight) as models
    from readings
    inner join scope on readings.model_id = scope.model_id
    group by scope.region, scope.organization_id, readings.day
),

read_by_series as (
    select
        'region' as dimension,
        region as series,
        day,
        sum(downloads_total) as downloads_of_models_read,
        sum(models) as models_read
    from read_on_day
    group by region, day
    union all
    select
        'organization' as dimension,
        organization_id as series,
        day,
        sum(downloads_total) as downloads_of_models_read,
        sum(models) as models_read
    from read_on_day
    group by organization_id, day
)

select
    cumulative.day as as_of_date,
    cumulative.dimension,
    cumulative.series,
    cumulative.cumulative_downloads,
    cumulative.downloads as new_downloads,
    cast(read_by_series.downloads_of_models_read as bigint) as downloads_of_models_read,
    cast(coalesce(read_by_series.models_read, 0) as bigint) as models_read,
    cumulative.entered_models,
    cumulative.models_in_scope,
    cumulative.models_with_data,
    cumulative.models_known
from cumulative
left join read_by_series
    on
        cumulative.dimension = read_by_series.dimension
        and cumulative.series = read_by_series.series
        and cumulative.day = read_by_series.day
