-- Grain: one row per source, model (the source's own name), step and canonical model whose name has the same key, of
-- the maker that the source names (or, where it names none, of the registry).
with keys as (
    select * from {{ ref('int_names__keys') }}
    -- Shorter keys ("chat", "yi") say too little.
    where length(name_key) >= 6 or (length(name_key) >= 3 and {{ matches('name_key', '[0-9]') }})
),

hub_keys as (
    select * from {{ ref('int_names__hub_keys') }}
),

candidates as (
    select
        keys.source,
        keys.source_model_name,
        keys.step,
        keys.step_name,
        keys.name_key,
        keys.chat_word,
        hub_keys.canonical_model_id,
        hub_keys.organization_id,
        hub_keys.chat_word as hub_chat_word,
        -- The precision that the name asks for, then the plain repository, then the same in sixteen bits.
        case
            when hub_keys.precision_word = keys.precision_word then 0
            when hub_keys.precision_word is null then 1
            when hub_keys.precision_word in ('bf16', 'fp16') then 2
            else 3
        end as precision_distance
    from keys
    inner join hub_keys
        on
            keys.name_key = hub_keys.name_key
            and (
                keys.organization_id = hub_keys.organization_id
                or (keys.organization_word is null and hub_keys.is_listed)
            )
    -- A maker that uses two words for chat means two models.
    where coalesce(keys.chat_word = hub_keys.chat_word, true)
),

compared as (
    select
        *,
        min(precision_distance) over of_step as least_distance,
        bool_or(hub_chat_word is not null) over of_step as has_chat_model,
        bool_or(hub_chat_word is null) over of_step as has_plain_model
    from candidates
    window of_step as (partition by source, source_model_name, step)
),

-- A name with a word for chat means the chat model, where there is one. So does a name without it on a site that serves
-- or compares chat models; where base models are measured too, it means the one without.
fitting as (
    select *
    from compared
    where
        precision_distance = least_distance
        and not (
            has_chat_model
            and has_plain_model
            and case
                when
                    chat_word is not null
                    or source in ('openrouter', 'artificial_analysis', 'lmarena', 'livebench', 'aider', 'models_dev')
                    then hub_chat_word is null
                else hub_chat_word is not null
            end
        )
)

select
    source,
    source_model_name,
    step,
    step_name,
    name_key,
    canonical_model_id,
    organization_id,
    coalesce(chat_word, '') <> coalesce(hub_chat_word, '') as is_of_other_kind
from fitting
