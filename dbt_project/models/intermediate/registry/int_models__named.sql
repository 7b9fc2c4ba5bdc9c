-- Grain: one row per model id that a list of tracked models, a declared edge or a provider of scores or tokens names,
-- whether or not anybody read it.
with named as (
    select model_id from {{ ref('stg_tracked_models__models') }}
    union distinct
    select derivative_model_id as model_id from {{ ref('int_lineage__declared') }}
    union distinct
    select base_model_id as model_id from {{ ref('int_lineage__declared') }}
),

-- Ids of the Hub differ in more than case; a provider that writes one in lower case means the id that others write.
known_ids as (
    select lower(model_id) as lower_id from named
    union distinct
    select lower(model_id) as lower_id from {{ ref('int_readings__seen') }}
),

linked as (
    select min(links.linked_id) as model_id
    from {{ ref('int_names__links') }} as links
    left join known_ids on lower(links.linked_id) = known_ids.lower_id
    where known_ids.lower_id is null
    group by lower(links.linked_id)
)

select model_id
from named
-- Bases are typed by hand in model cards: paths and sentences are no repository ids.
where {{ is_repository_id('model_id') }}
union distinct
select model_id from linked
