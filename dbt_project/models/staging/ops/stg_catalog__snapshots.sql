-- Grain: one row per source, table, snapshot date and revision.
with source as (
    select * from {{ catalog('snapshots') }}
)

select
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(kind as varchar) as kind,
    cast(snapshot_date as date) as snapshot_date,
    cast(revision as integer) as revision,
    cast(is_newest_revision as boolean) as is_newest_revision,
    cast(requested_at as timestamp) as requested_at,
    cast(fetched_at as timestamp) as fetched_at,
    cast(seconds as double) as seconds,
    cast(rows as bigint) as rows,
    cast(rejected_rows as bigint) as rejected_rows,
    cast(bytes as bigint) as bytes,
    cast(location as varchar) as location,
    cast(source_revision as varchar) as source_revision,
    cast(licence as varchar) as licence,
    cast(citation as varchar) as citation,
    cast(code_version as varchar) as code_version,
    cast(synthetic as boolean) as synthetic,
    cast(is_complete as varchar) as is_complete,
    cast(minimum_rows_share as double) as minimum_rows_share,
    cast(priority as integer) as priority,
    cast(content_sha256 as varchar) as content_sha256,
    cast(records_sha256 as varchar) as records_sha256
from source
