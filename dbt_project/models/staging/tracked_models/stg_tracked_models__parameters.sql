-- Grain: one row per list date and model id: parameter counts that a person read from the model card.
with records as (
    select * from {{ raw_records('tracked_models', 'registry_parameters') }}
)

select
    cast(snapshot_date as date) as list_date,
    cast(model_id as varchar) as model_id,
    cast(total_parameters as bigint) as total_parameters,
    cast(active_parameters as bigint) as active_parameters,
    cast(is_moe as boolean) as is_moe,
    cast(notes as varchar) as notes
from records
