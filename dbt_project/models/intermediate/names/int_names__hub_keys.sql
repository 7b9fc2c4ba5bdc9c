-- Grain: one row per canonical model of a known organisation and key of one of its names (see macros/names.sql).
with models as (
    select * from {{ ref('int_models__canonical') }}
),

organizations as (
    select * from {{ ref('int_organizations__described') }}
),

-- Whose models a name without any maker may mean: those of the registry, but for communities, which upload copies.
listed as (
    select distinct {{ organization_of('model_id') }} as organization_id
    from {{ ref('stg_tracked_models__models') }}
),

named as (
    select
        models.canonical_model_id,
        organizations.canonical_organization_id as organization_id,
        listed.organization_id is not null and organizations.organization_type <> 'community' as is_listed,
        {{ without_maker(name_words('models.model_name')) }} as words
    from models
    inner join organizations on models.organization_id = organizations.organization_id
    left join listed on models.organization_id = listed.organization_id
    where
        organizations.organization_type in ('company', 'nonprofit', 'academic', 'government')
        or listed.organization_id is not null
),

worded as (
    select
        canonical_model_id,
        organization_id,
        is_listed,
        words,
        {{ chat_word('words') }} as chat_word,
        {{ precision_word('words') }} as precision_word
    from named
)

select
    canonical_model_id,
    organization_id,
    {{ key_of_words(without_chat_words(without_precision_words('words'))) }} as name_key,
    bool_or(is_listed) as is_listed,
    min(chat_word) as chat_word,
    case when bool_and(precision_word is not null) then min(precision_word) end as precision_word
from worded
group by canonical_model_id, organization_id, name_key
