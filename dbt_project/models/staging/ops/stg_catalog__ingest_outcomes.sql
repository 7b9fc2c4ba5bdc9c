-- Grain: one row per attempt to land a snapshot.
with source as (
    select * from {{ catalog('ingest_outcomes') }}
)

select
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as snapshot_date,
    cast(attempted_at as timestamp) as attempted_at,
    cast(outcome as varchar) as outcome,
    cast(reason as varchar) as reason,
    cast(rows as bigint) as rows,
    cast(rejected_rows as bigint) as rejected_rows,
    cast(bytes as bigint) as bytes,
    cast(seconds as double) as seconds,
    cast(revision as integer) as revision
from source
