-- Grain: one row per table, snapshot date and organisation name: totals as an origin summed them, a check and no fact.
with records as (
    select * from {{ raw_records('hf_archive', 'organization_totals') }}
)

select
    cast(table_name as varchar) as table_name,
    cast(snapshot_date as date) as snapshot_date,
    cast(organization_name as varchar) as organization_name,
    cast(models as bigint) as models,
    cast(downloads_30d as bigint) as downloads_30d,
    cast(likes as bigint) as likes,
    cast(variant as varchar) as variant
from records
