-- Grain: one row per model id with counting readings, as a whole number: the canonical model under which it is counted.
-- What changed is found by comparing with what the last build left here, so that comes first.
-- depends_on: {{ ref('int_counters__reassigned') }}
select
    model_key,
    canonical_model_id,
    canonical_key
from {{ ref('int_counters__assigned') }}
