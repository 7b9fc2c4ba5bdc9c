-- Grain: one row per table, snapshot date, price date and slug: US dollars for one token.
with records as (
    select * from {{ raw_records('openrouter', 'model_prices') }}
)

select
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as snapshot_date,
    cast(price_date as date) as price_date,
    cast(model_slug as varchar) as model_slug,
    cast(blended_usd_per_token as double) as blended_usd_per_token,
    cast(prompt_usd_per_token as double) as prompt_usd_per_token,
    cast(completion_usd_per_token as double) as completion_usd_per_token
from records
