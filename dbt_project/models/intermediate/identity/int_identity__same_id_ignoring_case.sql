-- Grain: one row per pair of model ids that differ in case alone: names on the Hub are unique whatever their case, so
-- one of them was typed by hand.
with seen as (
    select
        *,
        lower(model_id) as lower_id,
        row_number() over (
            partition by lower(model_id) order by last_seen_date desc nulls last, model_id
        ) as preference
    from {{ ref('int_models__seen') }}
)

select
    preferred.model_id,
    seen.model_id as other_model_id,
    coalesce(seen.first_seen_date, preferred.first_seen_date) as since_date
from seen
inner join seen as preferred on seen.lower_id = preferred.lower_id and preferred.preference = 1
-- Two immutable ids are proof of two repositories.
where seen.preference > 1 and coalesce(seen.hub_id = preferred.hub_id, true)
