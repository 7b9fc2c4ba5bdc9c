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

-- `4bit` and `5.0bpw` are precisions, not sizes; six digits before the B are part of a hash or a date.
named as (
    select
        model_id,
        {{ without_matches(name_of('model_id'), '(?i)[0-9.]+(bit|bpw)') }} as model_name
    from identities
    where model_id = canonical_model_id
),

numbered as (
    select
        model_id,
        regexp_extract(model_name, '(?i)[-_]([0-9]{1,5}(?:\.[0-9]*)?)b', 1) as billions
    from named
),

sized as (
    select
        model_id,
        cast(round(try_cast(nullif(billions, '') as double) * 1e9) as bigint) as name_parameters
    from numbered
),

resolved as (
    select
        sized.model_id,
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
            sized.name_parameters,
            preferred.stated_parameters
        ) as total_parameters,
        case
            when curated.total_parameters is not null then 'curated'
            when preferred.safetensors_parameters is not null then 'safetensors'
            when sized.name_parameters is not null then 'name'
            when preferred.stated_parameters is not null then 'stated'
            else 'unknown'
        end as parameters_source,
        curated.total_parameters as curated_parameters,
        preferred.safetensors_parameters,
        preferred.stated_parameters,
        sized.name_parameters,
        coalesce(curated.active_parameters, preferred.active_parameters) as active_parameters,
        coalesce(curated.is_moe, preferred.is_moe) as is_moe,
        families.family,
        preferred.license,
        preferred.pipeline_tag,
        preferred.library_name,
        preferred.gated
    from sized
    left join preferred on sized.model_id = preferred.model_id
    left join {{ ref('int_attributes__curated') }} as curated on sized.model_id = curated.model_id
    left join {{ ref('int_attributes__families') }} as families on sized.model_id = families.model_id
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
