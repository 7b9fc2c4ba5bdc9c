-- Grain: one row per source, table and reading date: did most big models jump at once. One model that jumps is a
-- launch; nearly all of them on the same day are an artefact of the source.
{{ config(
    schema='basis',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_after_kept(this, 'reading_date') }}",
) }}

with rates as (
    select
        canonical_model_id,
        source,
        table_name,
        to_date,
        growth / interval_days as daily_rate
    from {{ ref('int_counters__intervals') }}
    where method <> 'reset' and is_witness
),

rolling as (
    select
        canonical_model_id,
        reading_date,
        downloads_30d
    from {{ ref('int_readings__ranked') }}
    where rolling_rank = 1
),

compared as (
    select
        *,
        median(daily_rate) over around as usual_rate,
        count(daily_rate) over around as usual_rate_intervals
    from rates
    window around as (partition by canonical_model_id order by to_date {{ days_around(var('stall_window_days')) }})
),

big_models as (
    select compared.*
    from compared
    left join rolling
        on
            compared.canonical_model_id = rolling.canonical_model_id
            and compared.to_date = rolling.reading_date
    where
        compared.usual_rate_intervals >= {{ var('stall_min_intervals') }}
        and coalesce(rolling.downloads_30d, 30 * compared.usual_rate) >= {{ var('big_model_downloads_30d') }}
),

counted as (
    select
        source,
        table_name,
        to_date as reading_date,
        count(*) as big_models,
        count_if(daily_rate > {{ var('outlier_rate') }} * usual_rate) as spiking_models
    from big_models
    group by source, table_name, to_date
)

select
    counted.source,
    counted.table_name,
    counted.reading_date,
    counted.big_models,
    counted.spiking_models / counted.big_models as spiking_share,
    counted.big_models >= {{ var('outlier_min_models') }}
    and counted.spiking_models >= {{ var('outlier_share') }} * counted.big_models as is_spike
from counted
cross join {{ ref('int_counters__window') }} as days
where counted.reading_date > days.kept_until
