-- Grain: one row per table, model and snapshot date, as the Hub's API listed it.
with records as (
    select * from {{ raw_records('hf_hub', 'readings') }}
)

select {{ readings_columns('records') }}
from records
