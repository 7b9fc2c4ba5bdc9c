-- Grain: one row per list, list date and model id: who was on which dated list.
with records as (
    select * from {{ raw_records('tracked_models', 'registry_models') }}
)

select
    cast(case table_name when 'models' then 'primary' when 'extra_models' then 'extra' end as varchar) as list,
    cast(snapshot_date as date) as list_date,
    cast(model_id as varchar) as model_id,
    cast(organization_id as varchar) as organization_id,
    cast(model_name as varchar) as model_name
from records
where table_name in ('models', 'extra_models')
