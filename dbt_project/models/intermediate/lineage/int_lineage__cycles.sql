-- Grain: one row per derivative and base whose edge is cut because it closes a cycle.
-- Within a cycle the model that was created first cannot come from a later one: an edge is cut where the base is the
-- later of the two (unknown creation counts as latest, then the greater id). Every cycle has at least one such edge.
{% set rounds = var('lineage_rounds') | int %}

with edges as (
    select distinct
        derivative_model_id,
        base_model_id
    from {{ ref('int_lineage__edges') }}
    where exclusion_reason is null
),

-- Almost no model lies on a cycle. Each round drops edges that cannot: the base is a root, or the derivative has no
-- derivative of its own.
core_0 as (
    select * from edges
),

{% for round in range(1, rounds + 1) %}
    core_{{ round }} as (
        select nearer.*
        from core_{{ round - 1 }} as nearer
        where
            nearer.base_model_id in (select others.derivative_model_id from core_{{ round - 1 }} as others)
            and nearer.derivative_model_id in (select others.base_model_id from core_{{ round - 1 }} as others)
    ),

{% endfor %}
-- What can be reached from where; each round doubles the number of steps.
reached_0 as (
    select
        derivative_model_id as model_id,
        base_model_id as reached_id
    from core_{{ rounds }}
),

{% for round in range(1, rounds + 1) %}
    reached_{{ round }} as (
        select
            model_id,
            reached_id
        from reached_{{ round - 1 }}
        union
        select
            nearer.model_id,
            farther.reached_id
        from reached_{{ round - 1 }} as nearer
        inner join reached_{{ round - 1 }} as farther on nearer.reached_id = farther.model_id
    ),

{% endfor %}
on_cycle as (
    select
        core.derivative_model_id,
        core.base_model_id
    from core_{{ rounds }} as core
    inner join reached_{{ rounds }} as reached
        on core.base_model_id = reached.model_id and core.derivative_model_id = reached.reached_id
),

created as (
    select
        model_id,
        coalesce(cast(created_at as date), date '9999-12-31') as created_date
    from {{ ref('int_attributes__resolved') }}
)

select
    on_cycle.derivative_model_id,
    on_cycle.base_model_id
from on_cycle
inner join created as derivatives on on_cycle.derivative_model_id = derivatives.model_id
inner join created as bases on on_cycle.base_model_id = bases.model_id
where
    bases.created_date > derivatives.created_date
    or (bases.created_date = derivatives.created_date and on_cycle.base_model_id > on_cycle.derivative_model_id)
