-- Grain: one row per pair of model ids that carry the same immutable hub id.
with seen as (
    select * from {{ ref('int_models__seen') }}
),

-- A provider that writes one id into many rows says nothing about identity.
groups as (
    select
        hub_id,
        min(model_id) as first_model_id
    from seen
    where hub_id is not null
    group by hub_id
    having count(*) between 2 and {{ var('hub_id_max_models') }}
)

select
    groups.first_model_id as model_id,
    seen.model_id as other_model_id,
    seen.first_seen_date as since_date
from groups
inner join seen on groups.hub_id = seen.hub_id and groups.first_model_id <> seen.model_id
