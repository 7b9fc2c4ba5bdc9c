-- Grain: one row per day from the earliest reading to the newest.
with bounds as (
    select
        min(snapshot_date) as first_date,
        max(snapshot_date) as last_date
    from {{ ref('int_snapshots__calendar') }}
),

numbered as (
    select
        first_date,
        {{ each_number_to(days_between('first_date', 'last_date') ~ ' + 1') }} as day_number
    from bounds
    where first_date is not null
),

days as (
    select {{ add_days('first_date', 'day_number - 1') }} as date_day
    from numbered
)

select
    date_day,
    {{ month_of('date_day') }} as month,
    cast(extract(year from date_day) as integer) as year,
    cast(extract(quarter from date_day) as integer) as quarter,
    cast(extract(month from date_day) as integer) as month_of_year,
    cast(extract(day from date_day) as integer) as day_of_month,
    cast(extract(isoyear from date_day) as integer) as iso_year,
    cast(extract(week from date_day) as integer) as iso_week,
    cast(extract(isodow from date_day) as integer) as iso_weekday,
    extract(isodow from date_day) >= 6 as is_weekend,
    date_day = {{ month_end_of('date_day') }} as is_month_end
from days
