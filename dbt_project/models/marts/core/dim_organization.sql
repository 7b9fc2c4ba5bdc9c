-- Grain: one row per organisation, by Hub namespace where there is one.
select
    organization_id,
    display_name,
    country_code,
    region,
    organization_type,
    canonical_organization_id
from {{ ref('int_organizations__described') }}
