-- Grain: one row per pair of model ids that are declared to be one: of the same name in two namespaces of one
-- organisation, or renamed inside it.
with recursive seen as (
    select * from {{ ref('int_models__seen') }}
),

renamed as (
    select
        alias_organization_id,
        canonical_organization_id,
        since
    from {{ ref('organization_aliases') }}
    where kind = 'renamed'
),

-- An organisation that was renamed twice: the first name leads to the last, whether or not the middle one was seen.
renamed_to as (
    select
        alias_organization_id,
        canonical_organization_id,
        since
    from renamed
    union
    select
        renamed_to.alias_organization_id,
        renamed.canonical_organization_id,
        greatest(renamed_to.since, renamed.since) as since
    from renamed_to
    inner join renamed on renamed_to.canonical_organization_id = renamed.alias_organization_id
)

select
    canonical.model_id,
    alias.model_id as other_model_id,
    min(renamed_to.since) as since_date
from renamed_to
inner join seen as alias on renamed_to.alias_organization_id = alias.organization_id
inner join seen as canonical
    on
        renamed_to.canonical_organization_id = canonical.organization_id
        and alias.model_name = canonical.model_name
-- Two immutable ids are proof of two repositories.
where coalesce(alias.hub_id = canonical.hub_id, true) and alias.model_id <> canonical.model_id
group by canonical.model_id, alias.model_id
union
select
    canonical.model_id,
    alias.model_id as other_model_id,
    declared.since as since_date
from {{ ref('model_aliases') }} as declared
inner join seen as alias on declared.alias_model_id = alias.model_id
inner join seen as canonical on declared.canonical_model_id = canonical.model_id
where coalesce(alias.hub_id = canonical.hub_id, true)
