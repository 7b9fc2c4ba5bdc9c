-- Grain: one row per token date and slug (as received) of the vintage that tells the date.
with tokens as (
    select * from {{ ref('stg_openrouter__tokens') }}
    where table_name = 'rankings_daily' and period_days = 1
)

select
    tokens.source,
    tokens.table_name,
    tokens.revision,
    tokens.source_as_of,
    tokens.token_date,
    tokens.model_slug,
    split_part(tokens.model_slug, ':', 1) as base_slug,
    split_part(tokens.model_slug, ':', 2) = 'free' as is_free,
    tokens.tokens,
    vintages.is_last_day as is_provisional
from tokens
inner join {{ ref('int_inference__vintages') }} as vintages
    on tokens.source_as_of = vintages.source_as_of and tokens.token_date = vintages.token_date
where vintages.is_newest
