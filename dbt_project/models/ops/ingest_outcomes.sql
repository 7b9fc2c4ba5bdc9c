-- Grain: one row per attempt to land a snapshot.
select
    source,
    table_name,
    snapshot_date,
    attempted_at,
    outcome,
    reason,
    rows,
    rejected_rows,
    bytes,
    seconds,
    revision
from {{ ref('stg_catalog__ingest_outcomes') }}
