-- Grain: one row per token date and vintage that holds it: whether the date is told by it. The newest vintage wins the
-- whole day; a late landed old one never does. The last day of a vintage was not over when it was made.
with days as (
    select distinct
        source,
        table_name,
        source_as_of,
        token_date
    from {{ ref('stg_openrouter__tokens') }}
    where table_name = 'rankings_daily' and period_days = 1
)

select
    source,
    table_name,
    source_as_of,
    token_date,
    row_number() over (partition by token_date order by source_as_of desc) = 1 as is_newest,
    token_date = max(token_date) over (partition by source_as_of) as is_last_day
from days
