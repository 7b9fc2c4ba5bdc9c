-- Grain: one row per measure, level (model or organization), month and unit: what the unit has of the measure, and its
-- rank among the units of the month.
with models as (
    select * from {{ ref('fct_report_model_months') }}
),

amounts as (
    select
        'new_downloads' as measure,
        'model' as level,
        month,
        model_id as unit_id,
        cast(downloads as double) as amount
    from models
    where downloads is not null
    union all
    select
        'new_downloads' as measure,
        'organization' as level,
        month,
        organization_id as unit_id,
        cast(sum(downloads) as double) as amount
    from models
    where downloads is not null
    group by month, organization_id
    union all
    select
        'cumulative_downloads' as measure,
        'organization' as level,
        month,
        organization_id as unit_id,
        cast(cumulative_downloads as double) as amount
    from {{ ref('report_cumulative_downloads_by_organization') }}
    union all
    select
        'new_derivatives' as measure,
        'organization' as level,
        month,
        series as unit_id,
        cast(new_derivatives as double) as amount
    from {{ ref('report_derivative_share_monthly') }}
    where dimension = 'organization'
    union all
    select
        'open_model_tokens' as measure,
        'organization' as level,
        month,
        coalesce(organization_id, 'unknown') as unit_id,
        cast(sum(tokens) as double) as amount
    from {{ ref('fct_report_inference_models') }}
    where case_id = 'default' and coalesce(is_open_weights, false) and not is_other
    group by month, coalesce(organization_id, 'unknown')
)

select
    measure,
    level,
    month,
    unit_id,
    amount,
    row_number() over (partition by measure, level, month order by amount, unit_id) as rank_from_below,
    row_number() over (partition by measure, level, month order by amount desc, unit_id) as rank_from_above
from amounts
