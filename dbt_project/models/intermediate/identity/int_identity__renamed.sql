-- Grain: one row per pair of model ids where one vanished for good while the other appeared with the same counter.
-- A wrong merge is worse than none: only large counters, only lists that otherwise stayed the same, only if one old id
-- meets exactly one new id and nothing known of both contradicts it.
with readings as (
    select
        source,
        table_name,
        reading_date,
        model_id,
        downloads_total
    from {{ ref('int_readings__unioned') }}
    where downloads_total is not null and total_rejection_reason is null
),

seen as (
    select * from {{ ref('int_models__seen') }}
),

snapshots as (
    select
        source,
        table_name,
        snapshot_date,
        is_complete,
        lead(snapshot_date) over (partition by source, table_name order by snapshot_date) as next_snapshot_date
    from {{ ref('int_snapshots__judged') }}
    where kind = 'readings' and not is_partial
),

spans as (
    select
        source,
        table_name,
        model_id,
        min(reading_date) as first_date,
        max(reading_date) as last_date,
        min_by(downloads_total, reading_date) as first_total,
        max_by(downloads_total, reading_date) as last_total
    from readings
    group by source, table_name, model_id
),

snapshot_sizes as (
    select
        source,
        table_name,
        reading_date as snapshot_date,
        count(*) as models
    from readings
    group by source, table_name, reading_date
),

losses as (
    select
        source,
        table_name,
        last_date as snapshot_date,
        count(*) as vanished
    from spans
    group by source, table_name, last_date
),

-- Dates after which so few models vanished that the list itself stayed the same.
stable as (
    select
        snapshots.source,
        snapshots.table_name,
        snapshots.snapshot_date,
        snapshots.next_snapshot_date
    from snapshots
    inner join snapshot_sizes
        on
            snapshots.source = snapshot_sizes.source
            and snapshots.table_name = snapshot_sizes.table_name
            and snapshots.snapshot_date = snapshot_sizes.snapshot_date
    inner join losses
        on
            snapshots.source = losses.source
            and snapshots.table_name = losses.table_name
            and snapshots.snapshot_date = losses.snapshot_date
    where
        snapshots.next_snapshot_date is not null
        and (
            snapshots.is_complete is not null
            or losses.vanished <= {{ var('rename_max_vanished_share') }} * snapshot_sizes.models
        )
),

vanished as (
    select
        spans.*,
        stable.next_snapshot_date
    from spans
    inner join stable
        on
            spans.source = stable.source
            and spans.table_name = stable.table_name
            and spans.last_date = stable.snapshot_date
    inner join seen on spans.model_id = seen.model_id and spans.last_date = seen.last_seen_date
    where spans.last_total >= {{ var('rename_min_downloads') }}
),

appeared as (
    select spans.*
    from spans
    inner join seen on spans.model_id = seen.model_id and spans.first_date = seen.first_seen_date
),

matches as (
    select
        appeared.model_id,
        vanished.model_id as other_model_id,
        appeared.first_date as since_date
    from vanished
    inner join appeared
        on
            vanished.source = appeared.source
            and vanished.table_name = appeared.table_name
            and vanished.next_snapshot_date <= appeared.first_date
            and {{ days_between('vanished.last_date', 'appeared.first_date') }} <= {{ var('rename_max_days') }}
            and abs(appeared.first_total - vanished.last_total) <= {{ var('rename_tolerance') }} * vanished.last_total
    inner join seen as old_seen on vanished.model_id = old_seen.model_id
    inner join seen as new_seen on appeared.model_id = new_seen.model_id
    where
        coalesce(old_seen.hub_id = new_seen.hub_id, true)
        and coalesce(
            abs({{ days_between('cast(old_seen.created_at as date)', 'cast(new_seen.created_at as date)') }}) <= 1,
            true
        )
),

-- The same pair may show in several tables.
pairs as (
    select
        model_id,
        other_model_id,
        min(since_date) as since_date
    from matches
    group by model_id, other_model_id
),

counted as (
    select
        *,
        count(*) over (partition by model_id) as old_ids,
        count(*) over (partition by other_model_id) as new_ids
    from pairs
)

select
    model_id,
    other_model_id,
    since_date
from counted
where old_ids = 1 and new_ids = 1
