-- Grain: one row per list date and model id: release dates that correct the Hub's creation date.
with records as (
    select * from {{ raw_records('tracked_models', 'registry_release_dates') }}
)

select
    cast(snapshot_date as date) as list_date,
    cast(model_id as varchar) as model_id,
    cast(hub_created_date as date) as hub_created_date,
    cast(release_date as date) as release_date,
    cast(notes as varchar) as notes
from records
