-- Grain: one row per source, table, snapshot date and revision.
with snapshots as (
    select * from {{ ref('stg_catalog__snapshots') }}
),

judged as (
    select * from {{ ref('int_snapshots__judged') }}
)

select
    snapshots.source,
    snapshots.table_name,
    snapshots.kind,
    snapshots.snapshot_date,
    snapshots.revision,
    snapshots.is_newest_revision,
    snapshots.is_newest_revision and not coalesce(judged.is_partial, false) as is_usable,
    case
        when not snapshots.is_newest_revision then 'a newer revision of this day exists'
        when judged.is_partial
            then
                'partial: ' || snapshots.rows || ' rows are less than '
                || cast(round(100 * snapshots.minimum_rows_share) as integer)
                || ' % of the usual ' || cast(round(judged.usual_rows) as bigint)
    end as unusable_reason,
    judged.share_of_usual_rows,
    coalesce(judged.is_shifted, false) as is_shifted,
    snapshots.requested_at,
    snapshots.fetched_at,
    snapshots.seconds,
    snapshots.rows,
    snapshots.rejected_rows,
    snapshots.bytes,
    snapshots.location,
    snapshots.source_revision,
    snapshots.licence,
    snapshots.citation,
    snapshots.code_version,
    snapshots.synthetic,
    snapshots.is_complete,
    snapshots.minimum_rows_share,
    snapshots.priority,
    snapshots.content_sha256,
    snapshots.records_sha256
from snapshots
left join judged
    on
        snapshots.source = judged.source
        and snapshots.table_name = judged.table_name
        and snapshots.snapshot_date = judged.snapshot_date
        and snapshots.revision = judged.revision
