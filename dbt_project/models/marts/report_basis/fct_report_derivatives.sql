-- Grain: one row per case about derivatives, derivative and organisation of a base, for bases of tracked organisations.
-- A derivative of bases of two organisations (a merge) is one of each.
with cases as (
    select * from {{ ref('dim_report_case') }}
    where topic in ('default', 'derivatives')
),

tracked as (
    select distinct organization_id from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

edges as (
    select
        cases.case_id,
        cast(cases.derivative_min_downloads as bigint) as min_downloads,
        edges.derivative_model_id,
        edges.created_date,
        case cases.derivative_downloads
            when 'last_30_days' then edges.downloads_30d
            when 'total' then edges.downloads_total
            else coalesce(edges.downloads_total, edges.downloads_30d)
        end as downloads,
        case when cases.derivative_parent = 'root' then edges.root_organization_id else edges.base_organization_id end
            as organization_id,
        case when cases.derivative_parent = 'root' then edges.root_region else edges.base_region end as region,
        edges.derivative_organization_id
    from {{ ref('fct_model_derivatives') }} as edges
    inner join cases
        on
            (cases.derivative_relations = 'all')
            or (cases.derivative_relations = 'not_quantized' and edges.relation <> 'quantized')
            or (edges.relation = cases.derivative_relations)
),

-- Left out under `derivative_own`, whatever the relation.
foreign_edges as (
    select edges.*
    from edges
    inner join cases on edges.case_id = cases.case_id
    where cases.derivative_own = 'included' or edges.derivative_organization_id <> edges.organization_id
)

select
    foreign_edges.case_id,
    foreign_edges.derivative_model_id,
    foreign_edges.organization_id,
    min(foreign_edges.region) as region,
    {{ month_of('min(foreign_edges.created_date)') }} as month,
    max(foreign_edges.downloads) as downloads,
    coalesce(max(foreign_edges.downloads) > min(foreign_edges.min_downloads), false) as is_kept
from foreign_edges
inner join tracked on foreign_edges.organization_id = tracked.organization_id
group by foreign_edges.case_id, foreign_edges.derivative_model_id, foreign_edges.organization_id
