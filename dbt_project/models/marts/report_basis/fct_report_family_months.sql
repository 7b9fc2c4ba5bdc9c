-- Grain: one row per organisation, family, model of it and month in which its downloads are known.
-- A view: it only puts two tables together, one of which grows with every model and month.
{{ config(materialized='view') }}

select
    members.organization_id,
    members.family,
    members.region,
    members.model_id,
    members.family_part,
    monthly.month,
    monthly.downloads
from {{ ref('bridge_report_family') }} as members
inner join {{ ref('fct_model_downloads_monthly') }} as monthly on members.model_id = monthly.model_id
where monthly.month >= cast('{{ var("report_window_start") }}' as date)
