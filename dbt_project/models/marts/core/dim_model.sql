-- Grain: one row per model id ever seen, in a reading, a list of tracked models or a declared edge.
with identities as (
    select * from {{ ref('int_models__canonical') }}
),

attributes as (
    select * from {{ ref('int_attributes__resolved') }}
),

counters as (
    select * from {{ ref('int_attributes__counters') }}
),

-- Every id speaks for itself, and every other id of the model for the canonical one.
listed as (
    select
        model_id,
        max(list) as list
    from (
        select
            model_id,
            list
        from {{ ref('int_registry__newest_lists') }}
        union all
        select
            canonical_model_id as model_id,
            list
        from {{ ref('int_registry__newest_lists') }}
    ) as both_scopes
    group by model_id
),

organizations as (
    select * from {{ ref('int_organizations__described') }}
)

select
    identities.model_id,
    organizations.organization_id,
    organizations.region,
    identities.model_name,
    attributes.family,
    attributes.release_date,
    attributes.release_date_source,
    attributes.created_at,
    attributes.total_parameters,
    attributes.active_parameters,
    attributes.parameters_source,
    attributes.is_moe,
    attributes.size_bucket,
    attributes.license,
    attributes.pipeline_tag,
    attributes.library_name,
    attributes.gated,
    coalesce(listed.list = 'primary', false) as is_mainline,
    listed.list as mainline_list,
    case when not lineage.has_several_bases then lineage.base_model_id end as base_model_id,
    case
        when lineage.model_id is null then identities.canonical_model_id
        when not lineage.has_several_bases then lineage.root_model_id
    end as root_model_id,
    case when not lineage.has_several_bases then lineage.relation end as relation,
    identities.canonical_model_id,
    identities.is_canonical,
    identities.identity_reason,
    identities.hub_id,
    counters.first_date as first_seen_date,
    counters.last_date as last_seen_date,
    deletions.is_deleted,
    counters.downloads_30d,
    counters.downloads_total,
    counters.likes,
    first_readings.first_counter_date,
    first_readings.first_counter_total,
    attributes.active_size_bucket,
    first_readings.first_counter_source,
    first_readings.first_counter_source_table,
    case
        when attributes.license is null then 'unknown'
        else coalesce(classes.license_class, 'unclassified')
    end as license_class
from identities
inner join attributes on identities.canonical_model_id = attributes.model_id
inner join organizations on coalesce(identities.organization_id, 'no-namespace') = organizations.organization_id
left join counters on identities.model_id = counters.model_id
left join listed on identities.model_id = listed.model_id
left join {{ ref('int_lineage__roots') }} as lineage on identities.canonical_model_id = lineage.model_id
left join {{ ref('int_attributes__deletions') }} as deletions on identities.model_id = deletions.model_id
-- Only a canonical id has one: its daily rows begin there.
left join {{ ref('int_counters__first_readings') }} as first_readings on identities.model_id = first_readings.model_id
left join {{ ref('licence_classes') }} as classes on lower(attributes.license) = classes.license
