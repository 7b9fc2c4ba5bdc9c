-- Grain: one row per derivative, base and relation, all by canonical ids.
with edges as (
    select * from {{ ref('int_lineage__acyclic_edges') }}
),

models as (
    select * from {{ ref('dim_model') }}
),

chains as (
    select * from {{ ref('int_lineage__roots') }}
)

select
    edges.derivative_model_id,
    edges.base_model_id,
    edges.relation,
    roots.model_id as root_model_id,
    cast(1 + coalesce(base_chains.depth, 0) as integer) as depth,
    coalesce(base_chains.is_root_chosen, false) as is_root_chosen,
    coalesce(cast(derivatives.created_at as date), edges.created_date) as created_date,
    edges.first_seen_date,
    edges.last_seen_date,
    edges.is_current,
    own_chains.edge_count as derivative_edge_count,
    derivatives.organization_id as derivative_organization_id,
    bases.organization_id as base_organization_id,
    bases.region as base_region,
    roots.organization_id as root_organization_id,
    roots.region as root_region,
    derivatives.downloads_total,
    derivatives.downloads_30d,
    edges.source,
    edges.table_name as source_table,
    edges.source_seen_date
from edges
inner join models as derivatives on edges.derivative_model_id = derivatives.model_id
inner join models as bases on edges.base_model_id = bases.model_id
inner join chains as own_chains on edges.derivative_model_id = own_chains.model_id
left join chains as base_chains on edges.base_model_id = base_chains.model_id
inner join models as roots on coalesce(base_chains.root_model_id, edges.base_model_id) = roots.model_id
