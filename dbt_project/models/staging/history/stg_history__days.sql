-- Grain: one row per source, table and day whose snapshot (newest revision) is kept in the history alone.
select
    cast(snapshots.source as varchar) as source,
    cast(snapshots.table_name as varchar) as table_name,
    cast(snapshots.snapshot_date as date) as snapshot_date,
    cast(snapshots.history_number as integer) as history_number
from {{ history_days('newest') }} as snapshots
where snapshots.is_wanted
