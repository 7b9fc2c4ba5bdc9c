-- Grain: one row per organisation and family of tracked models: how soon and how much others built on it.
with members as (
    select * from {{ ref('bridge_report_family') }}
),

counted as (
    select
        organization_id,
        family,
        min(region) as region,
        min(created_date) filter (where is_tracked) as release_date,
        count(*) filter (where is_tracked) as models_in_scope,
        count(*) filter (where not is_tracked) as derivatives,
        count(derivative_rank) as derivatives_with_date,
        count(downloads) as models_with_data,
        count(*) filter (where downloads > 5) as survivors_over_5,
        count(*) filter (where downloads > 1000) as survivors_over_1000,
        min(created_date) filter (where derivative_rank = 10) as tenth_derivative_date,
        min(created_date) filter (where derivative_rank = 100) as hundredth_derivative_date,
        count(*) filter (where relation = 'finetune') as finetune_derivatives,
        count(*) filter (where relation = 'adapter') as adapter_derivatives,
        count(*) filter (where relation = 'quantized') as quantized_derivatives,
        count(*) filter (where relation = 'merge') as merge_derivatives,
        count(*) filter (where relation = 'unspecified') as unspecified_derivatives
    from members
    group by organization_id, family
)

select
    organization_id,
    family,
    region,
    release_date,
    models_in_scope,
    derivatives,
    derivatives_with_date,
    models_with_data,
    tenth_derivative_date,
    {{ days_between('release_date', 'tenth_derivative_date') }} as days_to_10_derivatives,
    hundredth_derivative_date,
    {{ days_between('release_date', 'hundredth_derivative_date') }} as days_to_100_derivatives,
    survivors_over_5,
    survivors_over_1000,
    survivors_over_1000 / nullif(models_with_data, 0) as survival_over_1000,
    finetune_derivatives,
    adapter_derivatives,
    quantized_derivatives,
    merge_derivatives,
    unspecified_derivatives,
    case
        when derivatives = 0 then 'no derivative of the family is known'
        when derivatives_with_date = 0 then 'of no derivative it is known when it was created'
        when release_date is null then 'the release of the family is unknown'
        when tenth_derivative_date is null then 'fewer than ten derivatives with a date are known'
        when hundredth_derivative_date is null then 'fewer than a hundred derivatives with a date are known'
    end as reason
from counted
