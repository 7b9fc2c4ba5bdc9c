-- Grain: one row per source, model (the source's own name), bridge and repository: the Hub repositories that a declared
-- link leads to. `own`: the source's own link, of any variant of the model. `other`: the link of Artificial Analysis,
-- which names OpenRouter's ids, because OpenRouter's own list ages.
with seen as (
    select * from {{ ref('int_names__seen') }}
),

links as (
    select * from {{ ref('int_names__links') }}
),

described as (
    select
        source,
        source_model_name,
        split_part(source_model_name, ':', 1) as base_name,
        canonical_name,
        openrouter_id,
        is_open_weights,
        release_date,
        described_date
    from {{ ref('int_names__described') }}
),

-- All that the list says of a model and its variants goes by the name without the variant, one row per name.
openrouter_list as (
    select distinct
        listed_name,
        base_name
    from described
    cross join unnest([base_name, canonical_name]) as names (listed_name)
    where source = 'openrouter' and listed_name is not null
),

own as (
    select
        seen.source,
        seen.source_model_name,
        'own' as bridge,
        links.linked_id,
        links.source as linked_by,
        links.described_date
    from seen
    inner join links on seen.source = links.source and seen.source_model_name = links.source_model_name
    union distinct
    select
        seen.source,
        seen.source_model_name,
        'own' as bridge,
        links.linked_id,
        links.source as linked_by,
        links.described_date
    from seen
    inner join openrouter_list on seen.base_name = openrouter_list.listed_name
    inner join links
        on links.source = 'openrouter' and openrouter_list.base_name = split_part(links.source_model_name, ':', 1)
    where seen.source = 'openrouter'
),

-- The names under which a slug may stand in another's table: itself, its id, and itself without the day of its release.
slug_names as (
    select
        source_model_name,
        base_name as openrouter_id,
        null as slug_date
    from seen
    where source = 'openrouter'
    union distinct
    select
        seen.source_model_name,
        openrouter_list.base_name as openrouter_id,
        null as slug_date
    from seen
    inner join openrouter_list on seen.base_name = openrouter_list.listed_name
    where seen.source = 'openrouter'
    union distinct
    select
        source_model_name,
        {{ without_day('base_name') }} as openrouter_id,
        try_cast(regexp_replace(
            regexp_extract(base_name, '-(20[0-9]{2}-?[0-9]{2}-?[0-9]{2})$', 1), '^([0-9]{4})-?([0-9]{2})-?', '\1-\2-'
        ) as date) as slug_date
    from seen
    where source = 'openrouter' and base_name <> {{ without_day('base_name') }}
),

-- An id without a day may stand for several releases one after the other; the days have to agree.
other_rows as (
    select
        slug_names.source_model_name,
        analysed.source_model_name as analysed_name,
        analysed.is_open_weights
    from slug_names
    inner join described as analysed
        on analysed.source = 'artificial_analysis' and slug_names.openrouter_id = analysed.openrouter_id
    where
        slug_names.slug_date is null
        or abs(analysed.release_date - slug_names.slug_date) <= {{ var('names_release_window_days') }}
)

select
    source,
    source_model_name,
    bridge,
    linked_id,
    linked_by,
    null as is_open_weights,
    described_date
from own
union all
select distinct
    'openrouter' as source,
    other_rows.source_model_name,
    'other' as bridge,
    links.linked_id,
    'artificial_analysis' as linked_by,
    other_rows.is_open_weights,
    links.described_date
from other_rows
left join links
    on links.source = 'artificial_analysis' and other_rows.analysed_name = links.source_model_name
