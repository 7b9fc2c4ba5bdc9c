-- Grain: one row per source and model (the source's own name) for which the source itself names a Hub repository.
with described as (
    select
        source,
        source_model_name,
        described_date,
        {{ linked_repository('hub_model_id') }} as linked_id
    from {{ ref('int_names__described') }}
)

select
    source,
    source_model_name,
    described_date,
    linked_id
from described
where {{ is_repository_id('linked_id') }}
