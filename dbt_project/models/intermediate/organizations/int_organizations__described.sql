-- Grain: one row per organisation: every namespace that a model id names, every organisation of registry and seeds.
with namespaces as (
    select distinct coalesce(organization_id, 'no-namespace') as organization_id
    from {{ ref('int_models__canonical') }}
),

aliases as (
    select * from {{ ref('organization_aliases') }}
),

regions as (
    select * from {{ ref('int_organizations__regions') }}
),

seeded as (
    select * from {{ ref('organizations') }}
),

organizations as (
    select organization_id from namespaces
    union
    select organization_id from regions
    union
    select organization_id from seeded
    union
    select alias_organization_id as organization_id from aliases
    union
    select canonical_organization_id as organization_id from aliases
),

-- A slug is another provider's word; a namespace of that name on the Hub is somebody else.
renamed as (
    select
        organizations.organization_id,
        aliases.canonical_organization_id
    from organizations
    inner join aliases on organizations.organization_id = aliases.alias_organization_id
    left join namespaces on organizations.organization_id = namespaces.organization_id
    where aliases.kind = 'renamed' or namespaces.organization_id is null
),

-- A name that moved twice leads to the last one.
canonical as (
    select
        organizations.organization_id,
        coalesce(again.canonical_organization_id, renamed.canonical_organization_id, organizations.organization_id)
            as canonical_organization_id
    from organizations
    left join renamed on organizations.organization_id = renamed.organization_id
    left join renamed as again on renamed.canonical_organization_id = again.organization_id
)

select
    canonical.organization_id,
    canonical.canonical_organization_id,
    coalesce(own.display_name, target.display_name, canonical.organization_id) as display_name,
    coalesce(own.country_code, target.country_code) as country_code,
    coalesce(own_region.region, own.region, target_region.region, target.region, 'unknown') as region,
    coalesce(own.organization_type, target.organization_type, 'unknown') as organization_type
from canonical
left join seeded as own on canonical.organization_id = own.organization_id
left join seeded as target on canonical.canonical_organization_id = target.organization_id
left join regions as own_region on canonical.organization_id = own_region.organization_id
left join regions as target_region on canonical.canonical_organization_id = target_region.organization_id
