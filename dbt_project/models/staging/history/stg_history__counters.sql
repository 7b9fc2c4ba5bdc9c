-- Grain: one row per source, table, model and stretch of compacted snapshots that give it the same counters.
-- depends_on: {{ source('hf_hub', 'readings') }}
-- depends_on: {{ source('hf_archive', 'readings') }}
select
    cast(counters.source as varchar) as source,
    cast(counters.table_name as varchar) as table_name,
    cast(counters.history_number as integer) as history_number,
    cast(counters.history_key as integer) as history_key,
    cast(counters.first_date as date) as first_date,
    cast(counters.last_date as date) as last_date,
    cast(counters.status as varchar) as status,
    cast(counters.downloads_total as bigint) as downloads_total,
    cast(counters.downloads_30d as bigint) as downloads_30d,
    cast(counters.likes as bigint) as likes
from {{ history_counters() }} as counters
