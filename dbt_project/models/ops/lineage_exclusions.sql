-- Grain: one row per derivative, base and relation that was declared and is not in fct_model_derivatives.
with edges as (
    select * from {{ ref('int_lineage__edges') }}
)

select
    edges.derivative_model_id,
    edges.base_model_id,
    edges.relation,
    coalesce(edges.exclusion_reason, 'cycle') as reason,
    edges.source,
    edges.first_seen_date,
    edges.last_seen_date
from edges
left join {{ ref('int_lineage__cycles') }} as cycles
    on edges.derivative_model_id = cycles.derivative_model_id and edges.base_model_id = cycles.base_model_id
where edges.exclusion_reason is not null or cycles.base_model_id is not null
