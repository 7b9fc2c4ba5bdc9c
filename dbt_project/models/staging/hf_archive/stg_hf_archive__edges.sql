-- Grain: one row per table, snapshot date, derivative, base and relation word, as an origin of the archive lists them.
with records as (
    select * from {{ raw_records('hf_archive', 'edges') }}
)

select
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as snapshot_date,
    cast(derivative_model_id as varchar) as derivative_model_id,
    cast(base_model_id as varchar) as base_model_id,
    cast(lower(relation) as varchar) as relation_word,
    cast(created_at as timestamp) as created_at
from records
