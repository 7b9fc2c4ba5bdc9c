-- Grain: one row per organisation that the registry's newest list has reviewed.
with regions as (
    select
        *,
        max(list_date) over () as newest_date
    from {{ ref('stg_tracked_models__regions') }}
)

select
    organization_id,
    region
from regions
where
    list_date = newest_date
    and region in ('us', 'china', 'eu', 'other', 'unknown')
