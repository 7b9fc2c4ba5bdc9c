-- Grain: one row per canonical model and reading that is kept after falls: the interval since the kept reading before
-- it, and the model's own usual rate around that day.
with readings as (
    select * from {{ ref('int_counters__falls_marked') }}
    where not is_skipped
),

-- What tells a big model, where the 30-day figure of that day is known.
rolling as (
    select
        canonical_model_id,
        reading_date,
        downloads_30d
    from {{ ref('int_readings__ranked') }}
    where rolling_rank = 1
),

intervals as (
    select
        *,
        lag(reading_date) over series as previous_date,
        lag(downloads_total) over series as previous_total,
        lag(source) over series as previous_source,
        lag(table_name) over series as previous_table_name,
        reading_number - lag(reading_number) over series - 1 as skipped_readings,
        lead(downloads_total) over series as next_total
    from readings
    window series as (partition by canonical_model_id order by reading_date)
),

rates as (
    select
        *,
        downloads_total - previous_total as growth,
        {{ days_between('previous_date', 'reading_date') }} as interval_days,
        coalesce(downloads_total < previous_total, false) as is_reset,
        -- A correction is no rate.
        case
            when downloads_total >= previous_total
                then (downloads_total - previous_total) / {{ days_between('previous_date', 'reading_date') }}
        end as daily_rate
    from intervals
),

compared as (
    select
        *,
        median(daily_rate) over around as usual_rate,
        count(daily_rate) over around as usual_rate_intervals
    from rates
    window around as (
        partition by canonical_model_id order by reading_date {{ days_around(var('stall_window_days')) }}
    )
)

select
    compared.canonical_model_id,
    compared.reading_date,
    compared.downloads_total,
    compared.is_witness,
    compared.source,
    compared.table_name,
    compared.previous_date,
    compared.previous_total,
    compared.previous_source,
    compared.previous_table_name,
    compared.skipped_readings,
    compared.growth,
    compared.interval_days,
    compared.is_reset,
    compared.previous_date is null as is_first,
    compared.next_total is null as is_last,
    coalesce(compared.next_total < compared.downloads_total, false) as is_before_reset,
    compared.daily_rate,
    case
        when compared.usual_rate_intervals >= {{ var('stall_min_intervals') }} then compared.usual_rate
    end as usual_rate,
    coalesce(rolling.downloads_30d, 30 * compared.usual_rate) >= {{ var('big_model_downloads_30d') }} as is_big
from compared
left join rolling
    on
        compared.canonical_model_id = rolling.canonical_model_id
        and compared.reading_date = rolling.reading_date
