-- Grain: one row per table, day that names the week and slug (as received), of the newest snapshot that holds the week.
with weeks as (
    select
        *,
        row_number() over (
            partition by table_name, token_date, model_slug order by source_as_of desc
        ) as recency
    from {{ ref('stg_openrouter__tokens') }}
    where period_days = 7
),

names as (
    select * from {{ ref('map_model_names') }}
    where source = 'openrouter'
)

select
    weeks.token_date as week_date,
    weeks.model_slug,
    weeks.tokens,
    split_part(weeks.model_slug, ':', 1) as base_slug,
    split_part(weeks.model_slug, ':', 2) = 'free' as is_free,
    names.model_id,
    names.organization_id,
    names.region,
    names.is_open_weights,
    weeks.source_as_of,
    weeks.source,
    weeks.table_name as source_table
from weeks
left join names on weeks.model_slug = names.source_model_name
where weeks.recency = 1
