-- Grain: one row per model id on the newest dated lists. An id on both counts as primary.
with lists as (
    select
        *,
        max(list_date) over (partition by list) as newest_date
    from {{ ref('int_registry__lists') }}
)

select
    model_id,
    canonical_model_id,
    -- 'primary' sorts after 'extra'
    max(list) as list
from lists
where list_date = newest_date
group by model_id, canonical_model_id
