-- Grain: one row per canonical model id: its attributes, each from the source that is preferred among those that say.
{%- set attributes = [
    'created_at', 'release_date', 'pipeline_tag', 'library_name', 'license', 'gated', 'safetensors_parameters',
    'stated_parameters', 'active_parameters', 'is_moe'
] %}

with identities as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

reported as (
    select
        reported.*,
        identities.canonical_model_id
    from {{ ref('int_attributes__reported') }} as reported
    inner join identities on reported.model_id = identities.model_id
),

-- Of the whole Hub nearly every model is reported once: only of the others one is preferred.
reported_again as (
    select canonical_model_id
    from reported
    group by canonical_model_id
    having count(*) > 1
),

ranked as (
    select
        reported.*,
        row_number() over (
            partition by reported.canonical_model_id
            order by
                reported.priority,
                reported.model_id <> reported.canonical_model_id,
                reported.newest_date desc,
                reported.source,
                reported.table_name,
                reported.model_id
        ) as preference
    from reported
    semi join reported_again on reported.canonical_model_id = reported_again.canonical_model_id
),

preferred as (
    select
        reported.canonical_model_id as model_id,
    {% for attribute in attributes %}
        reported.{{ attribute }}{{ ',' if not loop.last }}
    {% endfor %}
    from reported
    anti join reported_again on reported.canonical_model_id = reported_again.canonical_model_id
    union all
    select
        canonical_model_id as model_id,
    {% for attribute in attributes %}
        {{ first_known(attribute, 'preference') }} as {{ attribute }}{{ ',' if not loop.last }}
    {% endfor %}
    from ranked
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
),

-- A dense model is active as a whole.
counted as (
    select
        *,
        coalesce(active_parameters, case when not is_moe then total_parameters end) as parameters_in_use
    from resolved
),

-- Many models have one size: each number is put into its class once.
numbers as (
    select total_parameters as parameters from counted
    union distinct
    select parameters_in_use as parameters from counted
),

classed as (
    select
        numbers.parameters,
        buckets.size_bucket
    from numbers
    inner join buckets on numbers.parameters >= buckets.low_parameters and numbers.parameters < buckets.high_parameters
)

select
    counted.* exclude (parameters_in_use),  -- noqa: RF02
    coalesce(sizes.size_bucket, 'unknown') as size_bucket,
    coalesce(active_sizes.size_bucket, 'unknown') as active_size_bucket
from counted
left join classed as sizes on counted.total_parameters = sizes.parameters
left join classed as active_sizes on counted.parameters_in_use = active_sizes.parameters
