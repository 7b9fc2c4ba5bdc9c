-- Grain: one row per source, table, model id (as received) and date: what each provider read of the models that are
-- worked out day by day, and why it may not count.
with days as (
    select * from {{ ref('int_counters__window') }}
),

scope as (
    select
        models.model_key,
        scope.canonical_model_id,
        case when scope.is_whole then date '0001-01-01' else days.look_from end as look_from
    from {{ ref('int_counters__scope') }} as scope
    inner join {{ ref('int_counters__models') }} as models on scope.canonical_key = models.canonical_key
    cross join days
),

series as (
    select
        series.*,
        scope.canonical_model_id,
        scope.look_from
    from {{ ref('int_readings__series') }} as series
    inner join scope on series.model_key = scope.model_key
),

spans as (
    select * from {{ reading_spans('series', since='look_from') }} as spans
    where is_listed
),

daily as (
    select
        spans.source,
        spans.table_name,
        series.model_id,
        series.canonical_model_id,
        series.priority,
        series.is_long,
        {{ each_day('spans.first_day', 'spans.last_day') }} as reading_date,
        spans.downloads_total,
        spans.downloads_30d,
        spans.likes,
        spans.total_since,
        typed_in.model_key is not null as is_typed_in
    from spans
    inner join series
        on
            spans.source = series.source
            and spans.table_name = series.table_name
            and spans.model_key = series.model_key
    left join {{ ref('int_readings__typed_in') }} as typed_in
        on
            spans.source = typed_in.source
            and spans.table_name = typed_in.table_name
            and spans.model_key = typed_in.model_key
),

judged as (
    select
        *,
        {{ is_stale_30d(
            'downloads_total', 'downloads_30d', 'total_since', 'reading_date', after_days=var('stale_after_days')
        ) }} as is_stale
    from daily
),

read as (
    select
        source,
        table_name,
        reading_date,
        model_id,
        canonical_model_id,
        priority,
        not is_long or {{ is_big_reading('downloads_30d', 'downloads_total') }} as is_witness,
        downloads_total,
        downloads_30d as downloads_30d_received,
        case when is_stale then 0 else downloads_30d end as downloads_30d,
        cast(null as varchar) as total_rejection_reason,
        case when is_typed_in and not is_stale then 'typed_in' end as rolling_rejection_reason,
        is_stale as is_stale_30d
    from judged
    union all
    select
        rejected.source,
        rejected.table_name,
        rejected.snapshot_date as reading_date,
        rejected.model_id,
        scope.canonical_model_id,
        rejected.priority,
        false as is_witness,
        rejected.downloads_total,
        rejected.downloads_30d as downloads_30d_received,
        rejected.downloads_30d,
        rejected.rejection_reason as total_rejection_reason,
        rejected.rejection_reason as rolling_rejection_reason,
        false as is_stale_30d
    from {{ ref('int_readings__rejected') }} as rejected
    inner join {{ ref('int_models__keys') }} as keys on rejected.model_id = keys.model_id
    inner join scope on keys.model_key = scope.model_key and rejected.snapshot_date >= scope.look_from
)

select
    read.*,
    calendar.revision
from read
inner join {{ ref('int_snapshots__calendar') }} as calendar
    on
        read.source = calendar.source
        and read.table_name = calendar.table_name
        and read.reading_date = calendar.snapshot_date
