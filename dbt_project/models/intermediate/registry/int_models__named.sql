-- Grain: one row per model id that a list of tracked models or a declared edge names, whether or not anybody read it.
with named as (
    select model_id from {{ ref('stg_tracked_models__models') }}
    union distinct
    select derivative_model_id as model_id from {{ ref('int_lineage__declared') }}
    union distinct
    select base_model_id as model_id from {{ ref('int_lineage__declared') }}
)

select model_id
from named
-- Bases are typed by hand in model cards: paths and sentences are no repository ids.
where {{ is_repository_id('model_id') }}
