-- Grain: one row per model id that a reading, a list or an edge names; what is known of its identity.
with described as (
    select * from {{ ref('int_readings__described') }}
),

-- A name that was deleted and created again has several hub ids; the newest one is what the name means now.
newest_hub_ids as (
    select
        model_id,
        hub_id,
        row_number() over (partition by model_id order by max(described_until) desc, hub_id) as newest_rank
    from described
    where hub_id is not null
    group by model_id, hub_id
),

spans as (
    select
        model_id,
        min(first_date) as first_seen_date,
        max(last_date) as last_seen_date
    from {{ ref('int_readings__seen') }}
    group by model_id
),

creations as (
    select
        model_id,
        max(created_at) as created_at
    from described
    group by model_id
),

seen as (
    select model_id from spans
    union distinct
    select model_id from {{ ref('int_models__named') }}
)

select
    seen.model_id,
    {{ organization_of('seen.model_id') }} as organization_id,
    {{ name_of('seen.model_id') }} as model_name,
    newest_hub_ids.hub_id,
    creations.created_at,
    -- Null for an id that was only named and never read.
    spans.first_seen_date,
    spans.last_seen_date
from seen
left join spans on seen.model_id = spans.model_id
left join creations on seen.model_id = creations.model_id
left join newest_hub_ids
    on seen.model_id = newest_hub_ids.model_id and newest_hub_ids.newest_rank = 1
