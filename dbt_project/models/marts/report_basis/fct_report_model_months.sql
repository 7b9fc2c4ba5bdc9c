-- Grain: one row per tracked model and month in which its downloads or its counter are known, default choices.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

-- The counter as it was last known at the end of the month.
levels as (
    select
        model_id,
        {{ month_of('download_date') }} as month,
        max(download_date) as counter_date,
        max_by(downloads_total, download_date) as downloads_total
    from {{ ref('int_report__days') }}
    group by model_id, {{ month_of('download_date') }}
),

monthly as (
    select monthly.*
    from {{ ref('fct_model_downloads_monthly') }} as monthly
    semi join scope on monthly.model_id = scope.model_id
),

entered as (
    select
        models.model_id,
        {{ month_of('models.first_counter_date') }} as month,
        models.first_counter_date as counter_date,
        models.first_counter_total as downloads_total
    from {{ ref('dim_model') }} as models
    semi join scope on models.model_id = scope.model_id
    where models.first_counter_date is not null
),

known as (
    select
        model_id,
        month
    from levels
    union distinct
    select
        model_id,
        month
    from entered
    union distinct
    select
        model_id,
        month
    from monthly
)

select
    known.model_id,
    known.month,
    scope.organization_id,
    scope.region,
    scope.size_bucket,
    scope.active_size_bucket,
    scope.weight,
    scope.weight * monthly.downloads as downloads,
    monthly.method,
    scope.weight * coalesce(levels.downloads_total, entered.downloads_total) as downloads_total,
    coalesce(levels.counter_date, entered.counter_date) as counter_date
from known
inner join scope on known.model_id = scope.model_id
left join levels on known.model_id = levels.model_id and known.month = levels.month
left join entered on known.model_id = entered.model_id and known.month = entered.month
left join monthly on known.model_id = monthly.model_id and known.month = monthly.month
where known.month >= cast('{{ var("report_window_start") }}' as date)
