-- Grain: one row per table, day that names the week and slug (as received), of the newest snapshot that holds the week.
select
    source,
    table_name,
    source_as_of,
    token_date as week_date,
    model_slug,
    split_part(model_slug, ':', 1) as base_slug,
    split_part(model_slug, ':', 2) = 'free' as is_free,
    tokens
from {{ ref('stg_openrouter__tokens') }}
where period_days = 7
qualify row_number() over (partition by table_name, token_date, model_slug order by source_as_of desc) = 1
