-- Grain: one row per source, table, model id and compacted snapshot from which on it was described otherwise.
-- depends_on: {{ source('hf_hub', 'readings') }}
-- depends_on: {{ source('hf_archive', 'readings') }}
select
    cast(descriptions.source as varchar) as source,
    cast(descriptions.table_name as varchar) as table_name,
    cast(descriptions.model_id as varchar) as model_id,
    cast(descriptions.first_date as date) as first_date,
    cast(descriptions.hub_id as varchar) as hub_id,
    cast(descriptions.created_at as timestamp) as created_at,
    cast(descriptions.release_date as date) as release_date,
    cast(descriptions.pipeline_tag as varchar) as pipeline_tag,
    cast(descriptions.library_name as varchar) as library_name,
    cast(descriptions.license as varchar) as license,
    cast(descriptions.gated as varchar) as gated,
    cast(descriptions.total_parameters as bigint) as total_parameters,
    cast(descriptions.active_parameters as bigint) as active_parameters,
    cast(descriptions.is_moe as boolean) as is_moe,
    descriptions.tags,
    descriptions.base_models
from {{ history_descriptions() }} as descriptions
