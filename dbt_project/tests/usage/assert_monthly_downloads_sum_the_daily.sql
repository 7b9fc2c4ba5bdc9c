-- The monthly fact neither loses nor adds what the daily fact holds. One row per model and month that breaks this.
with days as (
    {{ daily_downloads(ref('int_counters__tested')) | indent }}
),

daily as (
    select
        model_id,
        {{ month_of('download_date') }} as month,
        sum(downloads) as downloads,
        count(*) as days
    from days
    group by model_id, {{ month_of('download_date') }}
),

monthly as (
    select monthly.*
    from {{ ref('fct_model_downloads_monthly') }} as monthly
    semi join {{ ref('int_counters__tested') }} as tested on monthly.model_id = tested.model_id
    where monthly.method <> 'rolling_30d'
)

select
    coalesce(daily.model_id, monthly.model_id) as model_id,
    coalesce(daily.month, monthly.month) as month,
    daily.downloads as daily_downloads,
    monthly.downloads as monthly_downloads
from daily
full outer join monthly on daily.model_id = monthly.model_id and daily.month = monthly.month
where
    daily.downloads is distinct from monthly.downloads
    or daily.days is distinct from monthly.days_observed
