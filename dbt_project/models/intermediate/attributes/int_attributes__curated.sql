-- Grain: one row per canonical model id that the registry's newest lists describe: parameters and release date.
with identities as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

parameters as (
    select *
    from {{ ref('stg_tracked_models__parameters') }}
    qualify list_date = max(list_date) over ()
),

release_dates as (
    select *
    from {{ ref('stg_tracked_models__release_dates') }}
    qualify list_date = max(list_date) over ()
),

-- Of several ids of one model its own canonical id speaks first.
described as (
    select
        identities.canonical_model_id,
        parameters.total_parameters,
        parameters.active_parameters,
        parameters.is_moe,
        release_dates.release_date,
        row_number() over (
            partition by identities.canonical_model_id
            order by identities.model_id <> identities.canonical_model_id, identities.model_id
        ) as preference
    from identities
    left join parameters on identities.model_id = parameters.model_id
    left join release_dates on identities.model_id = release_dates.model_id
    where parameters.model_id is not null or release_dates.model_id is not null
)

select
    canonical_model_id as model_id,
{% for attribute in ['total_parameters', 'active_parameters', 'is_moe', 'release_date'] %}
    {{ first_known(attribute, 'preference') }} as {{ attribute }}{{ ',' if not loop.last }}
{% endfor %}
from described
group by canonical_model_id
