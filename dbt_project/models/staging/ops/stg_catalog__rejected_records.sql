-- Grain: one row per record that was received and not accepted.
with source as (
    select * from {{ catalog('rejected_records') }}
)

select
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as snapshot_date,
    cast(revision as integer) as revision,
    cast(record_number as bigint) as record_number,
    cast(record as varchar) as record,
    cast(reason as varchar) as reason
from source
