-- The monthly fact neither loses nor adds what the daily fact holds. One row per month that breaks this.
with daily as (
    select
        {{ month_of('download_date') }} as month,
        sum(downloads) as downloads,
        count(*) as days
    from {{ ref('fct_model_downloads_daily') }}
    group by {{ month_of('download_date') }}
),

monthly as (
    select
        month,
        sum(downloads) as downloads,
        sum(days_observed) as days
    from {{ ref('fct_model_downloads_monthly') }}
    where method <> 'rolling_30d'
    group by month
)

select
    coalesce(daily.month, monthly.month) as month,
    daily.downloads as daily_downloads,
    monthly.downloads as monthly_downloads
from daily
full outer join monthly on daily.month = monthly.month
where
    daily.downloads is distinct from monthly.downloads
    or daily.days is distinct from monthly.days
