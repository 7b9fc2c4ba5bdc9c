-- Grain: one row per source, table and day whose snapshot (newest revision) is kept in the history alone.
select
    cast(snapshots.source as varchar) as source,
    cast(snapshots.table_name as varchar) as table_name,
    cast(snapshots.snapshot_date as date) as snapshot_date
from {{ catalog_file('history_snapshots') }} as snapshots
where snapshots.is_compacted and snapshots.is_newest_revision
