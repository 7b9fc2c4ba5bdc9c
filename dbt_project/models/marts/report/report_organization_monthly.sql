-- Grain: one row per month and organisation with tracked models (figure 6 of the report): downloads of the month alone.
with months as (
    select * from {{ ref('fct_report_model_months') }}
    where downloads is not null
),

in_scope as (
    select
        organization_id,
        sum(weight) as models_in_scope
    from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
    group by organization_id
),

summed as (
    select
        month,
        organization_id,
        region,
        sum(downloads) as downloads,
        count(*) as models_with_data,
        cast(count_if(method = 'observed') as bigint) as models_observed,
        cast(count_if(method = 'rolling_30d') as bigint) as models_by_30_day_figure
    from months
    group by month, organization_id, region
),

figure as (
    select * from {{ ref('figure_series') }}
    where figure = 'organization_monthly'
)

select
    summed.month,
    summed.organization_id,
    summed.region,
    figure.series_role,
    cast(summed.downloads as bigint) as downloads,
    cast(row_number() over (
        partition by summed.month order by summed.downloads desc, summed.organization_id
    ) as integer) as rank,
    summed.downloads / nullif(sum(summed.downloads) over (partition by summed.month), 0) as share,
    cast(sum(summed.downloads) over (partition by summed.month) as bigint) as downloads_of_all,
    cast(in_scope.models_in_scope as bigint) as models_in_scope,
    summed.models_with_data,
    summed.models_observed,
    summed.models_by_30_day_figure
from summed
inner join in_scope on summed.organization_id = in_scope.organization_id
left join figure on summed.organization_id = figure.organization_id
