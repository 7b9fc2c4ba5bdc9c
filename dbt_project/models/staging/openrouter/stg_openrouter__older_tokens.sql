-- Grain: one row per table, snapshot date (the vintage), revision that a later answer replaced, period and slug.
with records as (
    select * from {{ raw_records('openrouter', 'inference_tokens', revisions='older') }}
)

select
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as source_as_of,
    cast(revision as integer) as revision,
    cast(token_date as date) as token_date,
    cast(period_days as integer) as period_days,
    cast(model_slug as varchar) as model_slug,
    cast(tokens as bigint) as tokens,
    cast(requests as bigint) as requests
from records
