-- Grain: one row per model id, dated list and list of tracked models, with the id under which the model is counted.
select
    lists.model_id,
    identities.canonical_model_id,
    lists.list_date,
    lists.list
from {{ ref('stg_tracked_models__models') }} as lists
inner join {{ ref('int_models__canonical') }} as identities on lists.model_id = identities.model_id
