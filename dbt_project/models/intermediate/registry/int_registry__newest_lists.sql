-- Grain: one row per model id on the newest dated lists. An id on both counts as primary.
with lists as (
    select
        list,
        list_date,
        model_id,
        max(list_date) over (partition by list) as newest_date
    from {{ ref('stg_tracked_models__models') }}
)

select
    lists.model_id,
    identities.canonical_model_id,
    -- 'primary' sorts after 'extra'
    max(lists.list) as list
from lists
inner join {{ ref('int_models__canonical') }} as identities on lists.model_id = identities.model_id
where lists.list_date = lists.newest_date
group by lists.model_id, identities.canonical_model_id
