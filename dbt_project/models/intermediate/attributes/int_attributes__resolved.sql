-- Grain: one row per canonical model id: its attributes, each from the source that is preferred among those that say.
with identities as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

reported as (
    select
        reported.*,
        identities.canonical_model_id,
        row_number() over (
            partition by identities.canonical_model_id
            order by
                reported.priority,
                identities.model_id <> identities.canonical_model_id,
                reported.newest_date desc,
                reported.source,
                reported.table_name,
                identities.model_id
        ) as preference
    from {{ ref('int_attributes__reported') }} as reported
    inner join identities on reported.model_id = identities.model_id
),

preferred as (
    select
        canonical_model_id as model_id,
    {% for attribute in [
        'created_at', 'release_date', 'pipeline_tag', 'library_name', 'license', 'gated', 'safetensors_parameters',
        'stated_parameters', 'active_parameters', 'is_moe'
    ] %}
        {{ first_known(attribute, 'preference') }} as {{ attribute }}{{ ',' if not loop.last }}
    {% endfor %}
    from reported
    group by canonical_model_id
),

tracked as (
    select distinct canonical_model_id as model_id from {{ ref('int_registry__newest_lists') }}
),

-- A name without a size, date or variant is a family of its own for tracked models; elsewhere it may be anything.
named as (
    select
        identities.model_id,
        told.total_parameters as name_parameters,
        coalesce(told.family, case when tracked.model_id is not null then told.model_name end) as family
    from identities
    left join {{ ref('int_attributes__told_by_name') }} as told on identities.model_id = told.model_id
    left join tracked on identities.model_id = tracked.model_id
    where identities.model_id = identities.canonical_model_id
),

resolved as (
    select
        named.model_id,
        preferred.created_at,
        coalesce(curated.release_date, cast(preferred.created_at as date), preferred.release_date) as release_date,
        case
            when curated.release_date is not null then 'correction'
            when preferred.created_at is not null then 'created_at'
            when preferred.release_date is not null then 'declared'
        end as release_date_source,
        coalesce(
            curated.total_parameters,
            preferred.safetensors_parameters,
            named.name_parameters,
            preferred.stated_parameters
        ) as total_parameters,
        case
            when curated.total_parameters is not null then 'curated'
            when preferred.safetensors_parameters is not null then 'safetensors'
            when named.name_parameters is not null then 'name'
            when preferred.stated_parameters is not null then 'stated'
            else 'unknown'
        end as parameters_source,
        curated.total_parameters as curated_parameters,
        preferred.safetensors_parameters,
        preferred.stated_parameters,
        named.name_parameters,
        coalesce(curated.active_parameters, preferred.active_parameters) as active_parameters,
        coalesce(curated.is_moe, preferred.is_moe) as is_moe,
        named.family,
        preferred.license,
        preferred.pipeline_tag,
        preferred.library_name,
        preferred.gated
    from named
    left join preferred on named.model_id = preferred.model_id
    left join {{ ref('int_attributes__curated') }} as curated on named.model_id = curated.model_id
),

-- Half-open: a class ends where the next begins.
buckets as (
    select
        size_bucket,
        low_parameters,
        coalesce(lead(low_parameters) over (order by low_parameters), 9223372036854775807) as high_parameters
    from {{ ref('size_buckets') }}
)

select
    resolved.*,
    coalesce(buckets.size_bucket, 'unknown') as size_bucket,
    coalesce(active_buckets.size_bucket, 'unknown') as active_size_bucket
from resolved
left join buckets
    on resolved.total_parameters >= buckets.low_parameters and resolved.total_parameters < buckets.high_parameters
-- A dense model is active as a whole.
left join buckets as active_buckets
    on
        coalesce(resolved.active_parameters, case when not resolved.is_moe then resolved.total_parameters end)
        >= active_buckets.low_parameters
        and coalesce(resolved.active_parameters, case when not resolved.is_moe then resolved.total_parameters end)
        < active_buckets.high_parameters
