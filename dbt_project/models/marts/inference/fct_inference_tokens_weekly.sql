-- Grain: one row per table, day that names the week and slug (as received).
with weeks as (
    select * from {{ ref('int_inference__weeks') }}
),

names as (
    select * from {{ ref('map_model_names') }}
    where source = 'openrouter'
)

select
    weeks.week_date,
    weeks.model_slug,
    weeks.tokens,
    weeks.base_slug,
    weeks.is_free,
    names.model_id,
    names.organization_id,
    names.region,
    names.is_open_weights,
    weeks.source_as_of,
    weeks.source,
    weeks.table_name as source_table
from weeks
left join names on weeks.model_slug = names.source_model_name
