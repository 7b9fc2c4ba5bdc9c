-- Grain: one row per canonical model whose chosen number of parameters is far from what another origin says.
with sizes as (
    select
        model_id,
        total_parameters,
        parameters_source,
        curated_parameters,
        safetensors_parameters,
        stated_parameters,
        name_parameters
    from {{ ref('int_attributes__resolved') }}
    where total_parameters > 0
),

-- The highest and the lowest of what is known; the chosen number is one of them or between them.
ranged as (
    select
        *,
        greatest(curated_parameters, safetensors_parameters, stated_parameters, name_parameters) as high_parameters,
        least(curated_parameters, safetensors_parameters, stated_parameters, name_parameters) as low_parameters
    from sizes
)

select
    model_id,
    total_parameters,
    parameters_source,
    curated_parameters,
    safetensors_parameters,
    stated_parameters,
    name_parameters
from ranged
where
    high_parameters > (1 + {{ var('size_tolerance') }}) * total_parameters
    or low_parameters < (1 - {{ var('size_tolerance') }}) * total_parameters
