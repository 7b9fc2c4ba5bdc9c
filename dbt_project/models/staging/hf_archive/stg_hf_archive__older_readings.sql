-- Grain: one row per table, model, snapshot date and revision that a later answer replaced, as an origin saw it.
with records as (
    select * from {{ raw_records('hf_archive', 'readings', revisions='older') }}
)

select {{ readings_columns('records') }}
from records
