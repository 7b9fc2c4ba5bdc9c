-- Grain: one row per model id that a list of tracked models or a declared edge names, whether or not anybody read it.
with named as (
    select
        model_id,
        list_date as named_date
    from {{ ref('stg_tracked_models__models') }}
    union all
    select
        derivative_model_id as model_id,
        first_seen_date as named_date
    from {{ ref('int_lineage__declared') }}
    union all
    select
        derivative_model_id as model_id,
        last_seen_date as named_date
    from {{ ref('int_lineage__declared') }}
    union all
    select
        base_model_id as model_id,
        first_seen_date as named_date
    from {{ ref('int_lineage__declared') }}
    union all
    select
        base_model_id as model_id,
        last_seen_date as named_date
    from {{ ref('int_lineage__declared') }}
)

select
    model_id,
    min(named_date) as first_named_date,
    max(named_date) as last_named_date
from named
-- Bases are typed by hand in model cards: paths and sentences are no repository ids.
where {{ is_repository_id('model_id') }}
group by model_id
