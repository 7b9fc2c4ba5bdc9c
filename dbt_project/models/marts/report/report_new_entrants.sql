-- Grain: one row per month from the entrants' start on and organisation with tracked models (figure 3 of the report):
-- downloads counted from that start alone.
with months as (
    select * from {{ ref('report_cumulative_downloads_by_organization') }}
    where month >= cast('{{ var("report_new_entrants_start") }}' as date)
),

figure as (
    select * from {{ ref('figure_series') }}
    where figure = 'new_entrants'
)

select
    months.month,
    months.organization_id,
    months.region,
    figure.series_role,
    months.as_of_date,
    months.new_downloads,
    cast(
        sum(months.new_downloads) over (partition by months.organization_id order by months.month) as bigint
    ) as downloads_since_start,
    months.models_in_scope,
    months.models_with_data
from months
left join figure on months.organization_id = figure.organization_id
