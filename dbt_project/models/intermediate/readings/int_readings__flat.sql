-- Grain: one row per source, table and model whose 30-day figure never moved, over so many readings and days, and
-- is so large that standing still is impossible: somebody typed it in.
with suspects as (
    select * from {{ ref('int_readings__series') }}
    where
        lowest_30d = highest_30d
        and lowest_30d >= {{ var('flat_series_min_downloads') }}
        and {{ days_between('first_30d_date', 'last_downloads_30d_date') }} >= {{ var('flat_series_min_days') }}
),

counted as (
    select
        source,
        table_name,
        model_key,
        sum({{ days_between('first_day', 'last_day') }} + 1) as readings
    from {{ reading_spans('suspects') }} as spans
    where is_listed and downloads_30d is not null
    group by source, table_name, model_key
)

select
    source,
    table_name,
    model_key
from counted
where readings >= {{ var('flat_series_min_readings') }}
