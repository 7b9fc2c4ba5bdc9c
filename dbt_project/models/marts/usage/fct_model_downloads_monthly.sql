-- Grain: one row per canonical model and month: the sum of its daily rows, or, where it has none, a 30-day reading.
-- Fast, because of most models only the open month is summed anew, and because what was shared over days is summed by
-- the month without a row for each day.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_months(this) }}",
) }}
{%- set rolling_days = var('rolling_30d_max_days') | int %}

with names as (
    select
        names.*,
        scope.canonical_key is not null as is_day_by_day,
        months.first_month
    from {{ ref('int_counters__names') }} as names
    inner join {{ ref('int_downloads__months') }} as months on names.canonical_key = months.canonical_key
    left join {{ ref('int_counters__scope') }} as scope on names.canonical_key = scope.canonical_key
),

-- All of them are read again where they are asked for: to keep them would take longer, and more memory than there is.
intervals as {{ 'not materialized' if not is_incremental() }} (
    select
        intervals.*,
        names.first_month
    from {{ ref('int_downloads__intervals') }} as intervals
    inner join names on intervals.canonical_key = names.canonical_key and intervals.to_date >= names.first_month
),

-- Days on which the counter stood still, before an interval and after the last one; and the intervals. Of a long
-- standstill only the months that are summed are taken apart.
stretches as {{ 'not materialized' if not is_incremental() }} (
    select
        canonical_key,
        first_month,
        greatest(stood_from, {{ add_days('first_month', -1) }}) as from_date,
        from_date as to_date,
        from_source as source,
        'observed' as method,
        0 as growth
    from intervals
    where stood_from < from_date and first_month <= from_date
    union all
    select
        names.canonical_key,
        names.first_month,
        greatest(last_intervals.to_date, {{ add_days('names.first_month', -1) }}) as from_date,
        names.last_counter_date as to_date,
        last_intervals.source,
        'observed' as method,
        0 as growth
    from {{ ref('int_downloads__last') }} as last_intervals
    inner join names on last_intervals.canonical_key = names.canonical_key
    where last_intervals.to_date < names.last_counter_date and names.last_counter_date >= names.first_month
    union all
    select
        canonical_key,
        first_month,
        from_date,
        to_date,
        source,
        method,
        greatest(to_total - from_total, 0) as growth
    from intervals
    where from_date < to_date
),

-- Nearly all lie in one month, which has all of their downloads.
parts_of_one_month as (
    select
        canonical_key,
        {{ month_of('to_date') }} as month,
        source,
        growth as downloads,
        {{ days_between('from_date', 'to_date') }} as days,
        method
    from stretches
    where {{ month_of('to_date') }} between first_month and {{ add_days('from_date', 1) }}
),

-- Only the others are taken apart.
months_of_stretches as (
    select
        *,
        {{ add_months(
            month_of(add_days('from_date', 1)),
            each_number_to(
                months_between(month_of(add_days('from_date', 1)), month_of('to_date')) ~ ' + 1'
            ) ~ ' - 1'
        ) }} as month
    from stretches
    where {{ month_of('to_date') }} > {{ add_days('from_date', 1) }}
),

-- Which of a stretch's days lie in the month: after the first so many, up to the last of so many.
days_of_stretches as (
    select
        *,
        greatest({{ days_between('from_date', 'month') }} - 1, 0) as days_before,
        least({{ days_between('from_date', month_end_of('month')) }}, {{ days_between('from_date', 'to_date') }})
            as days_until,
        {{ whole_quotient('growth', days_between('from_date', 'to_date')) }} as whole_share,
        growth % {{ days_between('from_date', 'to_date') }} as left_over
    from months_of_stretches
    where month >= first_month
),

parts as (
    select * from parts_of_one_month
    union all
    select
        canonical_key,
        month,
        source,
        whole_share * (days_until - days_before)
        + {{ whole_quotient('left_over * days_until', days_between('from_date', 'to_date')) }}
        - {{ whole_quotient('left_over * days_before', days_between('from_date', 'to_date')) }} as downloads,
        days_until - days_before as days,
        method
    from days_of_stretches
),

by_source as (
    select
        canonical_key,
        month,
        source,
        sum(downloads) as downloads,
        sum(days) as days,
        sum(case when method <> 'observed' then days else 0 end) as days_estimated
    from parts
    group by canonical_key, month, source
),

ranked_sources as (
    select
        *,
        row_number() over (partition by canonical_key, month order by days desc, source) as source_rank
    from by_source
),

-- The source that decided most days stands for the month.
summed as (
    select
        canonical_key,
        month,
        sum(downloads) as downloads,
        sum(days) as days_observed,
        sum(days_estimated) as days_estimated,
        max(case when source_rank = 1 then source end) as source
    from ranked_sources
    group by canonical_key, month
),

-- A reading up to three days after a month's end may stand for that month, one before its end for its own: so of these
-- months of each table one may be known by a 30-day figure.
months_with_readings as (
    select distinct
        source,
        table_name,
        {{ month_of(add_days('snapshot_date', -1 * rolling_days)) }} as month
    from {{ ref('int_snapshots__calendar') }}
    where not is_partial
),

-- Each with the months that are summed: kept apart, or else the months of all series would be put together first.
series_from_month as materialized (
    select
        series.source,
        series.table_name,
        series.model_key,
        series.last_date,
        series.first_30d_date,
        series.last_downloads_30d_date,
        names.canonical_key,
        names.first_month
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
    inner join names on models.canonical_key = names.canonical_key
    where not names.is_day_by_day
),

-- Only for months without days are 30-day figures looked at.
months_without_days as (
    select
        series.source,
        series.table_name,
        series.model_key,
        series.last_date,
        series.canonical_key,
        months.month,
        {{ month_end_of('months.month') }} as month_end
    from series_from_month as series
    inner join months_with_readings as months
        on
            series.source = months.source
            and series.table_name = months.table_name
            and series.first_month <= months.month
            and series.first_30d_date <= {{ add_days(month_end_of('months.month'), rolling_days) }}
            and series.last_downloads_30d_date >= {{ add_days(month_end_of('months.month'), -1 * rolling_days) }}
    anti join summed on series.canonical_key = summed.canonical_key and months.month = summed.month
),

series as (
    select
        source,
        table_name,
        model_key,
        {{ add_days('max(month_end)', rolling_days) }} as until_date,
        max(last_date) as last_date
    from months_without_days
    group by source, table_name, model_key
),

spans as (
    select * from {{ reading_spans('series', until='until_date') }} as spans
    where is_listed and downloads_30d is not null and first_day <= last_day
),

rolling as (
    select
        names.canonical_key,
        ranked.reading_date,
        ranked.downloads_30d,
        ranked.source,
        ranked.table_name,
        {{ month_of(add_days('ranked.reading_date', -1 * rolling_days)) }} as month
    from {{ ref('int_readings__ranked') }} as ranked
    inner join names on ranked.canonical_model_id = names.canonical_model_id
    where ranked.rolling_rank = 1
    union all
    select
        months.canonical_key,
        least(greatest(months.month_end, spans.first_day), spans.last_day) as reading_date,
        spans.downloads_30d,
        spans.source,
        spans.table_name,
        months.month
    from months_without_days as months
    inner join spans
        on
            months.source = spans.source
            and months.table_name = spans.table_name
            and months.model_key = spans.model_key
),

distances as (
    select
        rolling.*,
        abs({{ days_between(month_end_of('rolling.month'), 'rolling.reading_date') }}) as distance_days
    from rolling
    inner join names on rolling.canonical_key = names.canonical_key and rolling.month >= names.first_month
    anti join summed on rolling.canonical_key = summed.canonical_key and rolling.month = summed.month
),

nearest as (
    select
        *,
        row_number() over (partition by canonical_key, month order by distance_days, reading_date) as nearness
    from distances
    where distance_days <= {{ rolling_days }}
)

select
    cast(names.canonical_model_id as varchar) as model_id,
    cast(summed.month as date) as month,
    cast(summed.downloads as bigint) as downloads,
    case
        when summed.days_observed = extract(day from {{ month_end_of('summed.month') }}) then 'observed'
        else 'partial'
    end as method,
    cast(summed.days_observed as integer) as days_observed,
    cast(summed.days_estimated as integer) as days_estimated,
    cast(summed.source as varchar) as source,
    cast(null as varchar) as source_table,
    cast(null as date) as reading_date
from summed
inner join names on summed.canonical_key = names.canonical_key
union all
select
    cast(names.canonical_model_id as varchar) as model_id,
    cast(nearest.month as date) as month,
    cast(nearest.downloads_30d as bigint) as downloads,
    'rolling_30d' as method,
    0 as days_observed,
    0 as days_estimated,
    cast(nearest.source as varchar) as source,
    cast(nearest.table_name as varchar) as source_table,
    cast(nearest.reading_date as date) as reading_date
from nearest
inner join names on nearest.canonical_key = names.canonical_key
where nearest.nearness = 1
