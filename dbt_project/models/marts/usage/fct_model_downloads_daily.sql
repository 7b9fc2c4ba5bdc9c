-- Grain: one row per canonical model and UTC day after its first reading up to its last one.
with intervals as (
    select * from {{ ref('int_counters__intervals') }}
),

spikes as (
    select * from {{ ref('int_sources__spikes_judged') }}
    where is_spike
),

days as (
    select
        *,
        {{ each_number_to('interval_days') }} as day_number
    from intervals
),

-- A whole number of downloads a day and what is left over: growth times days could pass the largest whole number.
divided as (
    select
        *,
        {{ add_days('from_date', 'day_number') }} as download_date,
        {{ whole_quotient('greatest(growth, 0)', 'interval_days') }} as whole_share,
        greatest(growth, 0) % interval_days as left_over
    from days
),

-- The whole part of each day's share of the growth so far: the differences are whole numbers and sum to the growth.
shared as (
    select
        *,
        whole_share * day_number + {{ whole_quotient('left_over * day_number', 'interval_days') }}
            as downloads_so_far,
        whole_share * (day_number - 1) + {{ whole_quotient('left_over * (day_number - 1)', 'interval_days') }}
            as downloads_before
    from divided
)

select
    cast(shared.canonical_model_id as varchar) as model_id,
    cast(shared.download_date as date) as download_date,
    cast(shared.downloads_so_far - shared.downloads_before as bigint) as downloads,
    cast(case when shared.day_number = shared.interval_days then least(shared.growth, 0) else 0 end as bigint)
        as counter_correction,
    cast(
        case
            when shared.day_number = shared.interval_days then shared.to_total
            else shared.from_total + shared.downloads_so_far
        end as bigint
    ) as downloads_total,
    cast(shared.method as varchar) as method,
    cast(spikes.reading_date is not null as boolean) as is_outlier,
    cast(shared.day_number = shared.interval_days as boolean) as is_read,
    cast(shared.source as varchar) as source,
    cast(shared.table_name as varchar) as source_table,
    cast(shared.to_date as date) as reading_date,
    cast(shared.from_date as date) as previous_reading_date,
    cast(shared.from_source as varchar) as previous_source,
    cast(shared.from_table_name as varchar) as previous_source_table
from shared
left join spikes
    on
        shared.source = spikes.source
        and shared.table_name = spikes.table_name
        and shared.to_date = spikes.reading_date
