-- Grain: one row per month of creation, dimension (region or organization) and series (figure 7 of the report): new
-- derivatives of tracked organisations' models, by the organisation of the base.
with undated as (
    select count(distinct derivative_model_id) as derivatives_without_date
    from {{ ref('fct_report_derivatives') }}
    where case_id = 'default' and month is null and is_kept
),

figure as (
    select * from {{ ref('figure_series') }}
    where figure = 'derivative_share'
)

select
    months.month,
    months.dimension,
    months.series,
    figure.series_role,
    months.new_derivatives,
    months.share,
    months.new_derivatives_of_all,
    months.derivatives_since_start,
    months.models_in_scope,
    months.models_with_data,
    months.is_list_complete,
    undated.derivatives_without_date
from {{ ref('fct_report_derivatives_monthly') }} as months
cross join undated
left join figure on months.dimension = 'organization' and months.series = figure.organization_id
where months.case_id = 'default'
