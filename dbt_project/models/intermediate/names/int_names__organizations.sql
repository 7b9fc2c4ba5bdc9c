-- Grain: one row per word, in lower case, that some provider uses for an organisation: the organisation that it means.
with described as (
    select * from {{ ref('int_organizations__described') }}
),

words as (
    select
        1 as word_rank,
        word,
        organization_id
    from {{ ref('organization_words') }}
    union all
    select
        2 as word_rank,
        lower(alias_organization_id) as word,
        canonical_organization_id as organization_id
    from {{ ref('organization_aliases') }}
    union all
    select
        3 as word_rank,
        lower(seeded.organization_id) as word,
        seeded.organization_id
    from {{ ref('organizations') }} as seeded
    union all
    select
        4 as word_rank,
        lower(regions.organization_id) as word,
        regions.organization_id
    from {{ ref('int_organizations__regions') }} as regions
),

ranked as (
    select
        word,
        organization_id,
        row_number() over (partition by word order by word_rank, organization_id) as preference
    from words
)

select
    ranked.word,
    coalesce(described.canonical_organization_id, ranked.organization_id) as organization_id
from ranked
left join described on ranked.organization_id = described.organization_id
where ranked.preference = 1
