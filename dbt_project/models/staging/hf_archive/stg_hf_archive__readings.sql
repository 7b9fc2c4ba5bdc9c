-- Grain: one row per table, model and snapshot date, as an origin of the archive saw it.
with records as (
    select * from {{ raw_records('hf_archive', 'readings') }}
)

select {{ readings_columns('records') }}
from records
