-- Grain: one row per dimension, series and month in which a counter of the series is known, under the default choices.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with days as (
    select
        *,
        {{ month_of('day') }} as month
    from {{ ref('fct_report_cumulative_daily') }}
    where case_id = 'default' and day >= cast('{{ var("report_window_start") }}' as date)
),

months as (
    select
        dimension,
        series,
        month,
        max(day) as as_of_date,
        sum(downloads) as new_downloads,
        sum(entered_models) as entered_models,
        max_by(cumulative_downloads, day) as cumulative_downloads,
        max_by(models_known, day) as models_known,
        max(models_in_scope) as models_in_scope
    from days
    group by dimension, series, month
    having sum(models_with_data) > 0
),

-- Models whose counter is known in the month itself, not only from before.
seen as (
    select distinct
        model_id,
        {{ month_of('download_date') }} as month
    from {{ ref('int_report__days') }}
    union distinct
    select
        model_id,
        {{ month_of('first_counter_date') }} as month
    from {{ ref('dim_model') }}
    where first_counter_date is not null
),

with_data as (
    select
        scope.region,
        scope.organization_id,
        scope.weight,
        seen.month
    from {{ ref('bridge_report_scope') }} as scope
    inner join seen on scope.model_id = seen.model_id
    where scope.case_id = 'default'
),

counted as (
    select
        'region' as dimension,
        region as series,
        month,
        sum(weight) as models_with_data
    from with_data
    group by region, month
    union all
    select
        'organization' as dimension,
        organization_id as series,
        month,
        sum(weight) as models_with_data
    from with_data
    group by organization_id, month
)

select
    months.dimension,
    months.series,
    months.month,
    months.as_of_date,
    cast(months.cumulative_downloads as bigint) as cumulative_downloads,
    cast(months.new_downloads as bigint) as new_downloads,
    cast(months.entered_models as bigint) as entered_models,
    cast(months.models_in_scope as bigint) as models_in_scope,
    cast(counted.models_with_data as bigint) as models_with_data,
    cast(months.models_known as bigint) as models_known,
    cast(sum(months.cumulative_downloads) over of_month as bigint) as cumulative_downloads_of_all,
    cast(sum(months.new_downloads) over of_month as bigint) as new_downloads_of_all,
    months.cumulative_downloads / nullif(sum(months.cumulative_downloads) over of_month, 0) as cumulative_share,
    months.new_downloads / nullif(sum(months.new_downloads) over of_month, 0) as new_share
from months
inner join counted
    on
        months.dimension = counted.dimension
        and months.series = counted.series
        and months.month = counted.month
window of_month as (partition by months.dimension, months.month)
