-- Grain: one row per table, snapshot date, metric, category and model (the source's own name): a score.
with records as (
    select * from {{ raw_records('livebench', 'evaluations') }}
)

select {{ evaluations_columns('records') }}
from records
