-- The monthly fact neither loses nor adds what the daily fact holds. One row per month that breaks this, of those that
-- were worked out now.
with first_months as (
    select {{ month_of('kept_until') }} as first_month
    from {{ ref('int_counters__window') }}
),

daily as (
    select
        {{ month_of('download_date') }} as month,
        sum(downloads) as downloads,
        count(*) as days
    from {{ ref('fct_model_downloads_daily') }}
    where download_date >= (select stated.first_month from first_months as stated)
    group by {{ month_of('download_date') }}
),

monthly as (
    select
        month,
        sum(downloads) as downloads,
        sum(days_observed) as days
    from {{ ref('fct_model_downloads_monthly') }}
    where method <> 'rolling_30d' and month >= (select stated.first_month from first_months as stated)
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
