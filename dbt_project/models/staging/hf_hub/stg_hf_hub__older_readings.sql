-- Grain: one row per table, model, snapshot date and revision that a later answer replaced, as the Hub's API listed it.
with records as (
    select * from {{ raw_records('hf_hub', 'readings', revisions='older') }}
)

select {{ readings_columns('records') }}
from records
