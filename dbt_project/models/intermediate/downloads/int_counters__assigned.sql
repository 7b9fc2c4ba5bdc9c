-- Grain: one row per model id with counting readings, as a whole number: the canonical model under which it is counted.
with series as (
    select
        model_id,
        min(model_key) as model_key
    from {{ ref('int_readings__series') }}
    group by model_id
),

named as (
    select
        series.model_key,
        models.canonical_model_id
    from series
    inner join {{ ref('int_models__canonical') }} as models on series.model_id = models.model_id
)

-- An id that nobody read may be the canonical one: the smallest of its models' keys then stands for it, below 0.
select
    named.model_key,
    named.canonical_model_id,
    coalesce(keys.model_key, -min(named.model_key) over (partition by named.canonical_model_id)) as canonical_key
from named
left join {{ ref('int_models__keys') }} as keys on named.canonical_model_id = keys.model_id
