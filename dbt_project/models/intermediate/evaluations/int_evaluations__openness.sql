-- Grain: one row per source, model (the source's own name) and snapshot date on which the source says whether the
-- model's weights are open: a model can be opened later than it is scored.
select
    source,
    source_model_name,
    snapshot_date as as_of_date,
    bool_or(is_open_weights) as is_open_weights
from {{ ref('int_names__descriptions') }}
where is_open_weights is not null
group by source, source_model_name, snapshot_date
