-- Grain: one row per source and model (the source's own name): the Hub repository that it means.
select
    source,
    source_model_name,
    model_id,
    match_method,
    match_confidence,
    match_evidence,
    organization_id,
    region,
    is_open_weights,
    is_linked,
    cast(scores as bigint) as scores,
    cast(tokens as bigint) as tokens,
    last_table,
    last_snapshot_date
from {{ ref('int_names__resolved') }}
