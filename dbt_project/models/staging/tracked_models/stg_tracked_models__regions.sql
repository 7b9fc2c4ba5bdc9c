-- Grain: one row per list date and organisation: its reviewed region.
with records as (
    select * from {{ raw_records('tracked_models', 'registry_regions') }}
)

select
    cast(snapshot_date as date) as list_date,
    cast(organization_id as varchar) as organization_id,
    cast(lower(region) as varchar) as region,
    cast(notes as varchar) as notes
from records
