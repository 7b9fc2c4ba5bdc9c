-- Grain: one row per source, table, model id (as received) and date: what each provider read, and why it may not count.
with received as (
    select
        source,
        table_name,
        revision,
        snapshot_date as reading_date,
        model_id,
        hub_id,
        status,
        created_at,
        downloads_total,
        downloads_30d,
        likes
    from {{ ref('stg_hf_hub__readings') }}
    union all
    select
        source,
        table_name,
        revision,
        snapshot_date as reading_date,
        model_id,
        hub_id,
        status,
        created_at,
        downloads_total,
        downloads_30d,
        likes
    from {{ ref('stg_hf_archive__readings') }}
),

snapshots as (
    select * from {{ ref('int_snapshots__judged') }}
),

compared as (
    select
        received.*,
        snapshots.priority,
        snapshots.is_partial,
        count(received.downloads_30d) over series as series_readings,
        min(received.downloads_30d) over series as series_low,
        max(received.downloads_30d) over series as series_high,
        min(case when received.downloads_30d is not null then received.reading_date end) over series as series_start,
        max(case when received.downloads_30d is not null then received.reading_date end) over series as series_end,
        -- Counters grow, so equal values of one series stand side by side: the first of them says since when.
        min(received.reading_date) over (
            partition by received.source, received.table_name, received.model_id, received.downloads_total
        ) as total_unmoved_since
    from received
    inner join snapshots
        on
            received.source = snapshots.source
            and received.table_name = snapshots.table_name
            and received.reading_date = snapshots.snapshot_date
    window series as (partition by received.source, received.table_name, received.model_id)
),

judged as (
    select
        *,
        case
            when lower(status) = 'removed' then 'removed'
            when is_partial then 'partial_snapshot'
        end as rejection_reason,
        coalesce(
            series_low = series_high
            and series_low >= {{ var('flat_series_min_downloads') }}
            and series_readings >= {{ var('flat_series_min_readings') }}
            and {{ days_between('series_start', 'series_end') }} >= {{ var('flat_series_min_days') }},
            false
        ) as is_typed_in,
        coalesce(
            downloads_total is not null
            and downloads_30d > 0
            and {{ days_between('total_unmoved_since', 'reading_date') }} >= {{ var('stale_after_days') }},
            false
        ) as is_stale
    from compared
)

select
    source,
    table_name,
    revision,
    reading_date,
    model_id,
    hub_id,
    created_at,
    priority,
    likes,
    downloads_total,
    downloads_30d as downloads_30d_received,
    case when is_stale then 0 else downloads_30d end as downloads_30d,
    rejection_reason as total_rejection_reason,
    coalesce(rejection_reason, case when is_typed_in and not is_stale then 'typed_in' end) as rolling_rejection_reason,
    is_stale and rejection_reason is null as is_stale_30d
from judged
