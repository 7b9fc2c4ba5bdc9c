-- Grain: one row per month and region in which a counter of the region is known (figure 1 of the report).
select
    month,
    series as region,
    as_of_date,
    cumulative_downloads,
    cumulative_share,
    new_downloads,
    new_share,
    cumulative_downloads_of_all,
    new_downloads_of_all,
    entered_models,
    models_in_scope,
    models_with_data,
    models_known
from {{ ref('fct_report_cumulative_monthly') }}
where dimension = 'region'
