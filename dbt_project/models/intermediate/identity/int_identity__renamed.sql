-- Grain: one row per pair of model ids where one vanished for good while the other appeared with the same counter.
-- A wrong merge is worse than none: only large counters, only lists that otherwise stayed the same, only if one old id
-- meets exactly one new id and nothing known of both contradicts it.
with seen as (
    select * from {{ ref('int_models__seen') }}
),

snapshots as (
    select
        source,
        table_name,
        snapshot_date,
        rows,
        is_complete,
        next_date as next_snapshot_date
    from {{ ref('int_snapshots__calendar') }}
    where not is_partial
),

spans as (
    select
        source,
        table_name,
        model_id,
        first_total_date as first_date,
        last_downloads_total_date as last_date,
        first_total,
        last_downloads_total as last_total
    from {{ ref('int_readings__series') }}
    where first_total_date is not null
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
    inner join losses
        on
            snapshots.source = losses.source
            and snapshots.table_name = losses.table_name
            and snapshots.snapshot_date = losses.snapshot_date
    where
        snapshots.next_snapshot_date is not null
        and (
            snapshots.is_complete is not null
            or losses.vanished <= {{ var('rename_max_vanished_share') }} * snapshots.rows
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

-- One that began with less than what vanished had is not it; so nearly all that appear are left out here already.
appeared as (
    select spans.*
    from spans
    inner join seen on spans.model_id = seen.model_id and spans.first_date = seen.first_seen_date
    where spans.first_total >= (1 - {{ var('rename_tolerance') }}) * {{ var('rename_min_downloads') }}
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
