{#-
    The daily downloads of canonical models, one row per model and UTC day after its first reading up to its last one, from
    the intervals between readings. `models`: a relation with `model_id`, if not of all: only their intervals are shared
    over days, so a report on few models does not wait for the days of all.
-#}
{% macro daily_downloads(models=none) -%}
-- Whoever asks the view for one model has his answer sooner if its name and its intervals are looked up twice than if
-- those of all models are put aside.
with names as {{ 'not materialized ' if not models }}(
    select * from {{ ref('int_counters__names') }}
    {%- if models %}
    where canonical_model_id in (select wanted.model_id from {{ models }} as wanted)
    {%- endif %}
),

intervals as {{ 'not materialized ' if not models }}(
    select
        names.canonical_model_id,
        intervals.*,
        {{ days_between('intervals.from_date', 'intervals.to_date') }} as interval_days,
        intervals.to_total - intervals.from_total as growth
    from {{ ref('int_downloads__intervals') }} as intervals
    inner join names on intervals.canonical_key = names.canonical_key
),

spikes as (
    select * from {{ ref('int_sources__spikes_judged') }}
    where is_spike
),

-- A whole number of downloads a day and what is left over: growth times days could pass the largest whole number. The
-- first reading ends an interval without days. To filter it out would be to look at every interval of all models.
days as (
    select
        *,
        {{ each_number_to('interval_days') }} as day_number,
        {{ whole_quotient('greatest(growth, 0)', 'interval_days') }} as whole_share,
        greatest(growth, 0) % interval_days as left_over
    from intervals
),

-- The whole part of each day's share of the growth so far: the differences are whole numbers and sum to the growth.
shared as (
    select
        *,
        {{ add_days('from_date', 'day_number') }} as download_date,
        whole_share * day_number + {{ whole_quotient('left_over * day_number', 'interval_days') }}
            as downloads_so_far,
        whole_share * (day_number - 1) + {{ whole_quotient('left_over * (day_number - 1)', 'interval_days') }}
            as downloads_before
    from days
),

moved as (
    select
        canonical_model_id,
        download_date,
        downloads_so_far - downloads_before as downloads,
        case when day_number = interval_days then least(growth, 0) else 0 end as counter_correction,
        case when day_number = interval_days then to_total else from_total + downloads_so_far end as downloads_total,
        method,
        day_number = interval_days as is_read,
        source,
        table_name,
        to_date as reading_date,
        from_date as previous_reading_date,
        from_source as previous_source,
        from_table_name as previous_table_name
    from shared
),

-- Days on which a model was read and its counter stood still: before an interval, and after the last one.
stood as (
    select
        canonical_model_id,
        {{ each_day(add_days('stood_from', 1), 'from_date') }} as download_date,
        from_total as downloads_total,
        from_source as source,
        from_table_name as table_name
    from intervals
    union all
    select
        names.canonical_model_id,
        {{ each_day(add_days('last_intervals.to_date', 1), 'names.last_counter_date') }} as download_date,
        last_intervals.to_total as downloads_total,
        last_intervals.source,
        last_intervals.table_name
    from {{ ref('int_downloads__last') }} as last_intervals
    inner join names on last_intervals.canonical_key = names.canonical_key
    where last_intervals.to_date < names.last_counter_date
),

daily as (
    select * from moved
    union all
    select
        canonical_model_id,
        download_date,
        0 as downloads,
        0 as counter_correction,
        downloads_total,
        'observed' as method,
        true as is_read,
        source,
        table_name,
        download_date as reading_date,
        {{ add_days('download_date', -1) }} as previous_reading_date,
        source as previous_source,
        table_name as previous_table_name
    from stood
)

select
    cast(daily.canonical_model_id as varchar) as model_id,
    cast(daily.download_date as date) as download_date,
    cast(daily.downloads as bigint) as downloads,
    cast(daily.counter_correction as bigint) as counter_correction,
    cast(daily.downloads_total as bigint) as downloads_total,
    cast(daily.method as varchar) as method,
    cast(spikes.reading_date is not null as boolean) as is_outlier,
    cast(daily.is_read as boolean) as is_read,
    cast(daily.source as varchar) as source,
    cast(daily.table_name as varchar) as source_table,
    cast(daily.reading_date as date) as reading_date,
    cast(daily.previous_reading_date as date) as previous_reading_date,
    cast(daily.previous_source as varchar) as previous_source,
    cast(daily.previous_table_name as varchar) as previous_source_table
from daily
left join spikes
    on
        daily.source = spikes.source
        and daily.table_name = spikes.table_name
        and daily.reading_date = spikes.reading_date
{%- endmacro %}
