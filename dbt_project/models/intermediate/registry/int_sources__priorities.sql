-- Grain: one row per source and table: its rank where several tables say something about a model; lower wins.
with newest_snapshots as (
    select
        source,
        table_name,
        priority,
        row_number() over (partition by source, table_name order by snapshot_date desc) as newest_rank
    from {{ ref('stg_catalog__snapshots') }}
    where is_newest_revision
)

select
    source,
    table_name,
    priority
from newest_snapshots
where newest_rank = 1
