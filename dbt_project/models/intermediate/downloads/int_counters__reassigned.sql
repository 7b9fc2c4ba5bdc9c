-- Grain: one row per canonical model that has won or lost a model id since the last build, or whose own id is another.
{%- set models = as_built('int_counters__models') %}

with now as (
    select * from {{ ref('int_counters__assigned') }}
),

built as (
    {% if models %}
        select * from {{ models }}
    {% else %}
        select * from now
    {% endif %}
),

changed as (
    select
        now.canonical_key,
        now.canonical_model_id,
        built.canonical_key as built_key,
        built.canonical_model_id as built_id
    from now
    full outer join built on now.model_key = built.model_key
    where
        now.canonical_key is distinct from built.canonical_key
        or now.canonical_model_id is distinct from built.canonical_model_id
)

select
    built_key as canonical_key,
    built_id as canonical_model_id
from changed
where built_key is not null
union distinct
-- A model that nobody had read before is news, not a change, unless it joins one that was counted already.
select
    canonical_key,
    canonical_model_id
from changed
where
    canonical_key is not null
    and (built_key is not null or canonical_key in (select others.canonical_key from built as others))
