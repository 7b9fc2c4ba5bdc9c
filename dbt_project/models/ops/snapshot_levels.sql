-- Grain: one row per source, table, snapshot date and region: counters of tracked models as the snapshot holds them.
with scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

in_scope as (
    select
        region,
        sum(weight) as models_in_scope
    from scope
    group by region
),

series as (
    select
        series.*,
        models.canonical_model_id
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
    semi join scope on models.canonical_model_id = scope.model_id
),

spans as (
    select * from {{ reading_spans('series') }} as spans
    where is_listed and downloads_total is not null
),

readings as (
    select
        spans.source,
        spans.table_name,
        {{ each_day('spans.first_day', 'spans.last_day') }} as reading_date,
        series.canonical_model_id,
        spans.downloads_total
    from spans
    inner join series
        on
            spans.source = series.source
            and spans.table_name = series.table_name
            and spans.model_key = series.model_key
),

-- A snapshot can hold a model under two of its names.
counters as (
    select
        source,
        table_name,
        reading_date,
        canonical_model_id,
        max(downloads_total) as downloads_total
    from readings
    group by source, table_name, reading_date, canonical_model_id
)

select
    counters.source,
    counters.table_name,
    counters.reading_date as as_of_date,
    scope.region,
    cast(sum(counters.downloads_total) as bigint) as downloads_total,
    count(*) as models_with_data,
    cast(min(in_scope.models_in_scope) as bigint) as models_in_scope
from counters
inner join scope on counters.canonical_model_id = scope.model_id
inner join in_scope on scope.region = in_scope.region
group by counters.source, counters.table_name, counters.reading_date, scope.region
