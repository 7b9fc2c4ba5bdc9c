-- Grain: one row per day and slug (as received) for which a price is known.
select
    price_date,
    model_slug,
    blended_usd_per_token,
    prompt_usd_per_token,
    completion_usd_per_token,
    source_as_of
from {{ ref('int_inference__prices') }}
