-- Grain: one row per record that was received and not accepted.
select
    source,
    table_name,
    snapshot_date,
    revision,
    record_number,
    record,
    reason
from {{ ref('stg_catalog__rejected_records') }}
