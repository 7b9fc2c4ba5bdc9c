-- Grain: one row per day and slug (as received), of the newest vintage that holds the day.
with tokens as (
    select * from {{ ref('int_inference__tokens') }}
),

names as (
    select * from {{ ref('map_model_names') }}
    where source = 'openrouter'
)

select
    tokens.token_date,
    tokens.model_slug,
    tokens.tokens,
    tokens.base_slug,
    tokens.is_free,
    names.model_id,
    names.organization_id,
    names.region,
    names.is_open_weights,
    tokens.source_as_of,
    tokens.is_provisional,
    tokens.source,
    tokens.table_name as source_table
from tokens
-- The reserved row `other` is no model.
left join names on tokens.model_slug = names.source_model_name and tokens.base_slug <> 'other'
