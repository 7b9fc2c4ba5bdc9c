-- Grain: one row per derivative, base and relation, with canonical ids; what every source says of the edge, merged.
with identities as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

tables as (
    select
        source,
        table_name,
        priority
    from {{ ref('int_sources__priorities') }}
),

declared as (
    select
        edges.source,
        edges.table_name,
        tables.priority,
        derivatives.canonical_model_id as derivative_model_id,
        coalesce(bases.canonical_model_id, edges.base_model_id) as base_model_id,
        edges.relation,
        edges.created_at,
        edges.first_seen_date,
        edges.last_seen_date,
        edges.newest_date,
        bases.model_id is null as is_invalid_base
    from {{ ref('int_lineage__declared') }} as edges
    inner join tables on edges.source = tables.source and edges.table_name = tables.table_name
    inner join identities as derivatives on edges.derivative_model_id = derivatives.model_id
    left join identities as bases on edges.base_model_id = bases.model_id
),

ranked as (
    select
        *,
        bool_or(relation <> 'unspecified') over (partition by derivative_model_id, base_model_id) as is_pair_typed,
        row_number() over (
            partition by derivative_model_id, base_model_id, relation
            order by priority, last_seen_date desc, source, table_name
        ) as preference
    from declared
)

select
    derivative_model_id,
    base_model_id,
    relation,
    max(case when preference = 1 then source end) as source,
    max(case when preference = 1 then table_name end) as table_name,
    max(case when preference = 1 then last_seen_date end) as source_seen_date,
    cast(min(created_at) as date) as created_date,
    min(first_seen_date) as first_seen_date,
    max(last_seen_date) as last_seen_date,
    max(last_seen_date) >= max(newest_date) as is_current,
    case
        when bool_or(is_invalid_base) then 'invalid_base'
        when derivative_model_id = base_model_id then 'self_edge'
    end as exclusion_reason
from ranked
-- How the model was made is said somewhere: the mere mention of the base adds nothing.
where relation <> 'unspecified' or not is_pair_typed
group by derivative_model_id, base_model_id, relation
