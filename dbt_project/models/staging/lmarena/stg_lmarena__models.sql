-- Grain: one row per table, snapshot date and model (the source's own name): what the source says of it.
with records as (
    select * from {{ raw_records('lmarena', 'source_models') }}
)

select {{ source_models_columns('records') }}
from records
