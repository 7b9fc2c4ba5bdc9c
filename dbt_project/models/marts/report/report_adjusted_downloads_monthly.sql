-- Grain: one row per month and tracked model: its downloads as they are and without the part that looks like machines.
with months as (
    select * from {{ ref('fct_report_model_months') }}
    where downloads is not null
),

suspicion as (
    select * from {{ ref('report_automation_suspicion') }}
)

select
    months.month,
    months.model_id,
    months.organization_id,
    months.region,
    cast(months.downloads as bigint) as downloads,
    suspicion.suspicion,
    -- Only where the suspicion is strong, and in its measure.
    cast(
        round(case when suspicion.is_suspected then (1 - suspicion.suspicion) else 1 end * months.downloads) as bigint
    ) as adjusted_downloads
from months
inner join suspicion on months.model_id = suspicion.model_id
