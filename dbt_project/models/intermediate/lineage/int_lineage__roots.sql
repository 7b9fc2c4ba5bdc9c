-- Grain: one row per model that has a base: the base that its chain follows, and the root and depth of that chain.
-- Where there are several bases the chain follows a tracked one first, then by relation, then by id; a chain is thus
-- one line, and root and depth are defined for every model.
{% set rounds = var('lineage_rounds') | int %}

with recursive edges as (
    select * from {{ ref('int_lineage__acyclic_edges') }}
),

tracked as (
    select distinct canonical_model_id as model_id from {{ ref('int_registry__newest_lists') }}
),

derivatives as (
    select
        derivative_model_id as model_id,
        cast(count(*) as integer) as edge_count,
        min(base_model_id) <> max(base_model_id) as has_several_bases,
        min(relation) <> max(relation) as has_several_relations
    from edges
    group by derivative_model_id
),

-- Nearly every derivative has one edge: only those of the others are ranked.
ranked as (
    select
        derivatives.*,
        edges.base_model_id,
        edges.relation,
        row_number() over (
            partition by derivatives.model_id
            order by
                tracked.model_id is null,
                case edges.relation
                    when 'finetune' then 1 when 'adapter' then 2 when 'quantized' then 3 when 'merge' then 4 else 5
                end,
                edges.base_model_id
        ) as preference
    from edges
    inner join derivatives on edges.derivative_model_id = derivatives.model_id
    left join tracked on edges.base_model_id = tracked.model_id
    where derivatives.edge_count > 1
),

chosen as (
    select
        derivatives.*,
        edges.base_model_id,
        edges.relation
    from edges
    inner join derivatives on edges.derivative_model_id = derivatives.model_id
    where derivatives.edge_count = 1
    union all
    select * exclude (preference) from ranked
    where preference = 1
),

-- Follow the chain; each round doubles the number of steps.
walked_0 as (
    select
        model_id,
        base_model_id as root_model_id,
        1 as depth
    from chosen
),

{% for round in range(1, rounds + 1) %}
    walked_{{ round }} as (
        select
            nearer.model_id,
            coalesce(farther.root_model_id, nearer.root_model_id) as root_model_id,
            nearer.depth + coalesce(farther.depth, 0) as depth
        from walked_{{ round - 1 }} as nearer
        left join walked_{{ round - 1 }} as farther on nearer.root_model_id = farther.model_id
    ),

{% endfor %}
walked as (
    select * from walked_{{ rounds }}
),

-- Bases that lead to one root all the same decide nothing.
contested as (
    select ranked.model_id
    from ranked
    left join walked on ranked.base_model_id = walked.model_id
    where ranked.has_several_bases
    group by ranked.model_id
    having
        min(coalesce(walked.root_model_id, ranked.base_model_id))
        <> max(coalesce(walked.root_model_id, ranked.base_model_id))
),

-- These, and whatever comes from them; what was reached before is not followed again, so this ends.
marked as (
    select model_id from contested
    union
    select chosen.model_id
    from marked
    inner join chosen on marked.model_id = chosen.base_model_id
)

select
    chosen.model_id,
    chosen.base_model_id,
    case when not chosen.has_several_relations then chosen.relation end as relation,
    chosen.edge_count,
    chosen.has_several_bases,
    walked.root_model_id,
    walked.depth,
    marked.model_id is not null as is_root_chosen
from chosen
inner join walked on chosen.model_id = walked.model_id
left join marked on chosen.model_id = marked.model_id
