-- Grain: one row per model id ever seen; the id under which the same model is counted, and why.
with recursive seen as (
    select * from {{ ref('int_models__seen') }}
),

renamed_organizations as (
    select distinct alias_organization_id as organization_id
    from {{ ref('organization_aliases') }}
    where kind = 'renamed'
),

-- In the order in which a reason is preferred.
pairs as (
    select
        *,
        1 as reason_rank,
        'same_hub_id' as reason
    from {{ ref('int_identity__same_hub_id') }}
    union all
    select
        *,
        2 as reason_rank,
        'declared_alias' as reason
    from {{ ref('int_identity__declared_alias') }}
    union all
    select
        *,
        3 as reason_rank,
        'same_id_ignoring_case' as reason
    from {{ ref('int_identity__same_id_ignoring_case') }}
    union all
    select
        *,
        4 as reason_rank,
        'identical_counters' as reason
    from {{ ref('int_identity__identical_counters') }}
    union all
    select
        *,
        5 as reason_rank,
        'renamed' as reason
    from {{ ref('int_identity__renamed') }}
),

links as (
    select
        model_id,
        other_model_id,
        reason_rank,
        reason,
        since_date
    from pairs
    union all
    select
        other_model_id as model_id,
        model_id as other_model_id,
        reason_rank,
        reason,
        since_date
    from pairs
),

-- Chains (A became B, B became C) are one model: everything that can be reached.
reached as (
    select
        model_id,
        model_id as reached_id
    from links
    union
    select
        reached.model_id,
        links.other_model_id as reached_id
    from reached
    inner join links on reached.reached_id = links.model_id
),

groups as (
    select
        model_id,
        min(reached_id) as group_id
    from reached
    group by model_id
),

ranked as (
    select
        seen.model_id,
        groups.group_id,
        row_number() over (
            partition by groups.group_id
            order by
                renamed_organizations.organization_id is not null,
                seen.last_seen_date desc nulls last,
                seen.model_id
        ) as canonical_rank
    from seen
    inner join groups on seen.model_id = groups.model_id
    left join renamed_organizations on seen.organization_id = renamed_organizations.organization_id
),

reasons as (
    select
        model_id,
        reason,
        since_date,
        row_number() over (partition by model_id order by reason_rank, since_date, other_model_id) as preference
    from links
)

select
    seen.model_id,
    coalesce(winner.model_id, seen.model_id) as canonical_model_id,
    coalesce(winner.model_id = seen.model_id, true) as is_canonical,
    case when winner.model_id <> seen.model_id then reasons.reason end as identity_reason,
    case when winner.model_id <> seen.model_id then reasons.since_date end as identity_since,
    seen.organization_id,
    seen.model_name,
    seen.hub_id,
    seen.first_seen_date,
    seen.last_seen_date
from seen
left join ranked on seen.model_id = ranked.model_id
left join ranked as winner on ranked.group_id = winner.group_id and winner.canonical_rank = 1
left join reasons on seen.model_id = reasons.model_id and reasons.preference = 1
