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
        edges.derivative_organization_id,
        edges.derivative_edge_count
    from {{ ref('fct_model_derivatives') }} as edges
    inner join cases
        on
            (cases.derivative_relations = 'all')
            or (cases.derivative_relations = 'not_quantized' and edges.relation <> 'quantized')
            or (edges.relation = cases.derivative_relations)
),

-- Those of tracked organisations, without derivatives of their own where `derivative_own` leaves these out.
counted_edges as (
    select edges.*
    from edges
    inner join cases on edges.case_id = cases.case_id
    inner join tracked on edges.organization_id = tracked.organization_id
    where cases.derivative_own = 'included' or edges.derivative_organization_id <> edges.organization_id
),

-- Nearly every derivative has one edge: only those of the others are put together.
derivatives as (
    select
        case_id,
        derivative_model_id,
        organization_id,
        region,
        created_date,
        downloads,
        min_downloads
    from counted_edges
    where derivative_edge_count = 1
    union all
    select
        case_id,
        derivative_model_id,
        organization_id,
        min(region) as region,
        min(created_date) as created_date,
        max(downloads) as downloads,
        min(min_downloads) as min_downloads
    from counted_edges
    where derivative_edge_count > 1
    group by case_id, derivative_model_id, organization_id
)

select
    case_id,
    derivative_model_id,
    organization_id,
    region,
    {{ month_of('created_date') }} as month,
    downloads,
    coalesce(downloads > min_downloads, false) as is_kept
from derivatives
