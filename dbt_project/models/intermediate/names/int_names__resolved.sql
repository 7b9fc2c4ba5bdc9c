-- Grain: one row per source and model (the source's own name): its repository, maker, region and whether its weights
-- are open. A repository is open; without one the source's own word counts, then that of a source that links to it.
with matched as (
    select * from {{ ref('int_names__matched') }}
),

seen as (
    select * from {{ ref('int_names__seen') }}
),

models as (
    select
        model_id,
        canonical_model_id,
        organization_id
    from {{ ref('int_models__canonical') }}
),

organizations as (
    select * from {{ ref('int_organizations__described') }}
),

other_words as (
    select
        source,
        source_model_name,
        bool_or(is_open_weights) as is_open_weights
    from {{ ref('int_names__bridges') }}
    where bridge = 'other'
    group by source, source_model_name
),

-- OpenRouter lists a model without a repository when it is closed; its own cloaked models (`openrouter/`) it does not
-- tell about at all.
listed as (
    select distinct split_part(names.listed_name, ':', 1) as base_name
    from {{ ref('int_names__described') }} as described
    cross join unnest([described.source_model_name, described.canonical_name]) as names (listed_name)
    where described.source = 'openrouter' and names.listed_name not like 'openrouter/%'
)

select
    seen.source,
    seen.source_model_name,
    seen.organization_word,
    seen.scores,
    seen.tokens,
    seen.last_table,
    seen.last_snapshot_date,
    seen.release_date as stated_release_date,
    links.linked_id is not null as is_linked,
    matched.model_id,
    matched.match_method,
    matched.match_confidence,
    matched.match_evidence,
    -- A repository that somebody else uploaded does not tell whose model it is; the source does.
    case
        when own.region <> 'unknown' or seen.organization_id is null then own.canonical_organization_id
        else coalesce(makers.canonical_organization_id, seen.organization_id)
    end as organization_id,
    coalesce(nullif(own.region, 'unknown'), makers.region, 'unknown') as region,
    coalesce(
        case when matched.model_id is not null then true end,
        -- A reviewer found that it has no repository; of cloaked models nobody knows.
        case
            when decisions.source is not null and seen.source_model_name not like 'openrouter/%'
                then decisions.model_id is not null
        end,
        seen.is_open_weights,
        licences.is_open_weights,
        other_words.is_open_weights,
        case when listed.base_name is not null then false end
    ) as is_open_weights
from seen
inner join matched on seen.source = matched.source and seen.source_model_name = matched.source_model_name
left join {{ ref('model_name_decisions') }} as decisions
    on seen.source = decisions.source and seen.source_model_name = decisions.source_model_name
left join {{ ref('int_names__links') }} as links
    on seen.source = links.source and seen.source_model_name = links.source_model_name
left join models on matched.model_id = models.model_id
left join organizations as own on models.organization_id = own.organization_id
left join organizations as makers on seen.organization_id = makers.organization_id
left join {{ ref('licence_openness') }} as licences on lower(trim(seen.license)) = licences.license_words
left join other_words
    on seen.source = other_words.source and seen.source_model_name = other_words.source_model_name
left join listed on seen.source = 'openrouter' and seen.base_name = listed.base_name
