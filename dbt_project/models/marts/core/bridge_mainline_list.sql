-- Grain: one row per model id, dated list and list: every list of tracked models as it was.
select
    model_id,
    canonical_model_id,
    list_date,
    list
from {{ ref('int_registry__lists') }}
