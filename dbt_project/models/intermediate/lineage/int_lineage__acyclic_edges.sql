-- Grain: one row per derivative, base and relation that is left when self-edges, wrong ids and cycles are taken out.
with edges as (
    select * from {{ ref('int_lineage__edges') }}
    where exclusion_reason is null
),

cycles as (
    select * from {{ ref('int_lineage__cycles') }}
)

select
    edges.derivative_model_id,
    edges.base_model_id,
    edges.relation,
    edges.source,
    edges.table_name,
    edges.source_seen_date,
    edges.created_date,
    edges.first_seen_date,
    edges.last_seen_date,
    edges.is_current
from edges
left join cycles
    on edges.derivative_model_id = cycles.derivative_model_id and edges.base_model_id = cycles.base_model_id
where cycles.base_model_id is null
