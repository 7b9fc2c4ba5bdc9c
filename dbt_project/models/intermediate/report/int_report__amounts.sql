-- Grain: one row per measure, level (model or organization), month and unit: what the unit has of the measure.
with models as (
    select * from {{ ref('int_report__model_months') }}
)

select
    'new_downloads' as measure,
    'model' as level,
    month,
    model_id as unit,
    cast(downloads as double) as amount
from models
where downloads is not null
union all
select
    'new_downloads' as measure,
    'organization' as level,
    month,
    organization_id as unit,
    cast(sum(downloads) as double) as amount
from models
where downloads is not null
group by month, organization_id
union all
select
    'cumulative_downloads' as measure,
    'organization' as level,
    month,
    organization_id as unit,
    cast(cumulative_downloads as double) as amount
from {{ ref('report_cumulative_downloads_by_organization') }}
union all
select
    'new_derivatives' as measure,
    'organization' as level,
    month,
    series as unit,
    cast(new_derivatives as double) as amount
from {{ ref('report_derivative_share_monthly') }}
where dimension = 'organization'
union all
select
    'open_model_tokens' as measure,
    'organization' as level,
    month,
    coalesce(organization_id, 'unknown') as unit,
    cast(sum(tokens) as double) as amount
from {{ ref('int_report__inference_models') }}
where case_id = 'default' and coalesce(is_open_weights, false) and not is_other
group by month, coalesce(organization_id, 'unknown')
