-- Every day after a model's first reading up to its last one has exactly one row. One row per model that breaks this.
with readings as (
    select
        canonical_model_id as model_id,
        min(reading_date) as first_date,
        max(reading_date) as last_date
    from {{ ref('int_readings__ranked') }}
    where total_rank = 1
    group by canonical_model_id
    having count(*) > 1
),

daily as (
    select
        model_id,
        min(download_date) as first_day,
        max(download_date) as last_day,
        count(*) as days,
        count(distinct download_date) as different_days
    from {{ ref('fct_model_downloads_daily') }}
    group by model_id
)

select
    readings.model_id,
    readings.first_date,
    readings.last_date,
    daily.days
from readings
full outer join daily on readings.model_id = daily.model_id
where
    daily.first_day is distinct from {{ add_days('readings.first_date', 1) }}
    or daily.last_day is distinct from readings.last_date
    or daily.days is distinct from {{ days_between('readings.first_date', 'readings.last_date') }}
    or daily.different_days is distinct from daily.days
