-- Grain: one row per month and organisation in which a counter of the organisation is known.
select
    months.month,
    months.series as organization_id,
    organizations.region,
    months.as_of_date,
    months.cumulative_downloads,
    months.cumulative_share,
    months.new_downloads,
    months.new_share,
    months.cumulative_downloads_of_all,
    months.new_downloads_of_all,
    months.entered_models,
    months.models_in_scope,
    months.models_with_data,
    months.models_known
from {{ ref('fct_report_cumulative_monthly') }} as months
inner join {{ ref('dim_organization') }} as organizations on months.series = organizations.organization_id
where months.dimension = 'organization'
