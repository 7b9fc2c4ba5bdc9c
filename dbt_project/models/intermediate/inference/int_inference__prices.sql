-- Grain: one row per day and slug (as received): prices of the newest snapshots that hold the day.
with prices as (
    select * from {{ ref('stg_openrouter__prices') }}
),

ranked as (
    select
        *,
        row_number() over (partition by price_date, model_slug order by snapshot_date, table_name) as recency
    from prices
)

select
    price_date,
    model_slug,
    {{ last_known('blended_usd_per_token', 'recency') }} as blended_usd_per_token,
    {{ last_known('prompt_usd_per_token', 'recency') }} as prompt_usd_per_token,
    {{ last_known('completion_usd_per_token', 'recency') }} as completion_usd_per_token,
    max(snapshot_date) as source_as_of
from ranked
group by price_date, model_slug
