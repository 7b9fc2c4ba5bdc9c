-- Grain: one row per source, table and day on which readings were taken (newest revision): whether they count, and the
-- days of counting readings before and after.
with judged as (
    select * from {{ ref('int_snapshots__judged') }}
    where kind = 'readings'
),

counting as (
    select
        source,
        table_name,
        snapshot_date,
        lag(snapshot_date) over (partition by source, table_name order by snapshot_date) as previous_date,
        lead(snapshot_date) over (partition by source, table_name order by snapshot_date) as next_date
    from judged
    where not is_partial
)

select
    judged.source,
    judged.table_name,
    judged.snapshot_date,
    judged.revision,
    judged.priority,
    judged.rows,
    judged.is_complete,
    judged.is_partial,
    max(judged.rows) over (partition by judged.source, judged.table_name) > {{ var('long_listing_rows') }} as is_long,
    judged.content_sha256,
    counting.previous_date,
    counting.next_date
from judged
left join counting
    on
        judged.source = counting.source
        and judged.table_name = counting.table_name
        and judged.snapshot_date = counting.snapshot_date
-- What is new is found by comparing with what the last build left here, so that comes first.
-- depends_on: {{ ref('int_snapshots__news') }}
