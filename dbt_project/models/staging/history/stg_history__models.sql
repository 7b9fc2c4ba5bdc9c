-- Grain: one row per source, table and key under which a history keeps a model.
-- depends_on: {{ source('hf_hub', 'readings') }}
-- depends_on: {{ source('hf_archive', 'readings') }}
select
    cast(models.source as varchar) as source,
    cast(models.table_name as varchar) as table_name,
    cast(models.history_number as integer) as history_number,
    cast(models.history_key as integer) as history_key,
    cast(models.model_id as varchar) as model_id
from {{ history_models() }} as models
