-- Grain: one row per derivative and base whose edge is cut because it closes a cycle.
-- Within a cycle the model that was created first cannot come from a later one: an edge is cut where the base is the
-- later of the two (unknown creation counts as latest, then the greater id). Every cycle has at least one such edge.
{% set rounds = var('lineage_rounds') | int %}

with recursive edges as (
    select distinct
        derivative_model_id,
        base_model_id
    from {{ ref('int_lineage__edges') }}
    where exclusion_reason is null
),

-- Almost no model lies on a cycle. Each round drops edges that cannot: the base has no base, or the derivative has no
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
core as (
    select * from core_{{ rounds }}
),

created as (
    select
        model_id,
        coalesce(cast(created_at as date), date '9999-12-31') as created_date
    from {{ ref('int_attributes__resolved') }}
),

-- Only these can be cut.
backward as (
    select
        core.derivative_model_id,
        core.base_model_id
    from core
    inner join created as derivatives on core.derivative_model_id = derivatives.model_id
    inner join created as bases on core.base_model_id = bases.model_id
    where
        bases.created_date > derivatives.created_date
        or (bases.created_date = derivatives.created_date and core.base_model_id > core.derivative_model_id)
),

-- What can be reached from their bases; a pair that was reached before is not followed again, so this ends.
reached as (
    select
        base_model_id as start_id,
        base_model_id as model_id
    from backward
    union
    select
        reached.start_id,
        core.base_model_id as model_id
    from reached
    inner join core on reached.model_id = core.derivative_model_id
)

select
    backward.derivative_model_id,
    backward.base_model_id
from backward
inner join reached
    on backward.base_model_id = reached.start_id and backward.derivative_model_id = reached.model_id
