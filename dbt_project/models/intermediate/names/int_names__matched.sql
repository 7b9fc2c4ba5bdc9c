-- Grain: one row per source and model (the source's own name): the Hub repository that it means, or why none is named.
with seen as (
    select * from {{ ref('int_names__seen') }}
),

models as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

-- Ids on the Hub do not differ in case alone: whoever writes one in another case means the same repository.
ids as (
    select
        lower(model_id) as lower_id,
        min(canonical_model_id) as model_id
    from models
    group by lower(model_id)
),

-- A decision for a repository that no data names stands all the same: the name is not matched to another one.
reviewed as (
    select
        decisions.source,
        decisions.source_model_name,
        ids.model_id,
        1 as candidates,
        1 as method_rank,
        'reviewed' as match_method,
        1.0 as match_confidence,
        'decided on ' || strftime(decisions.decided_on, '%Y-%m-%d') || ': ' || decisions.reason as evidence
    from {{ ref('model_name_decisions') }} as decisions
    left join ids on lower(decisions.model_id) = ids.lower_id
),

exact as (
    select
        seen.source,
        seen.source_model_name,
        ids.model_id,
        1 as candidates,
        2 as method_rank,
        'exact_id' as match_method,
        0.99 as match_confidence,
        'the name is the id of the repository' as evidence
    from seen
    inner join ids on lower(seen.base_name) = ids.lower_id
),

bridged as (
    select
        bridges.source,
        bridges.source_model_name,
        min(ids.model_id) as model_id,
        count(distinct ids.model_id) as candidates,
        case bridges.bridge when 'own' then 3 else 4 end as method_rank,
        case bridges.bridge when 'own' then 'declared_by_source' else 'declared_by_other_source' end as match_method,
        case bridges.bridge when 'own' then 0.97 else 0.95 end as match_confidence,
        'link in the list of ' || max(bridges.linked_by) || ' of '
        || strftime(max(bridges.described_date), '%Y-%m-%d') as evidence
    from {{ ref('int_names__bridges') }} as bridges
    inner join ids on lower(bridges.linked_id) = ids.lower_id
    group by bridges.source, bridges.source_model_name, bridges.bridge
),

-- The first step that finds anything decides.
first_candidates as (
    select *
    from {{ ref('int_names__candidates') }}
    qualify step = min(step) over (partition by source, source_model_name)
),

named as (
    select
        source,
        source_model_name,
        min(canonical_model_id) as model_id,
        count(distinct canonical_model_id) as candidates,
        5 as method_rank,
        'normalised_name' as match_method,
        0.95 - 0.05 * (step - 1) - case when bool_or(is_of_other_kind) then 0.03 else 0 end as match_confidence,
        'same key ' || min(name_key) || ', ' || min(step_name) as evidence
    from first_candidates
    group by source, source_model_name, step
),

unioned as (
    {% for method in ['reviewed', 'exact', 'bridged', 'named'] %}
        select
            source,
            source_model_name,
            model_id,
            candidates,
            method_rank,
            match_method,
            cast(match_confidence as double) as match_confidence,
            evidence
        from {{ method }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The first method that says anything decides, also when it says that the name could mean several.
decided as (
    select *
    from unioned
    qualify row_number() over (partition by source, source_model_name order by method_rank) = 1
)

select
    seen.source,
    seen.source_model_name,
    case when decided.candidates = 1 then decided.model_id end as model_id,
    case
        when decided.method_rank is null then 'unmatched'
        when decided.candidates > 1 then 'ambiguous'
        else decided.match_method
    end as match_method,
    case when decided.candidates = 1 then decided.match_confidence end as match_confidence,
    case
        when decided.candidates > 1
            then decided.candidates || ' repositories fit (' || decided.match_method || ': ' || decided.evidence || ')'
        else decided.evidence
    end as match_evidence
from seen
left join decided on seen.source = decided.source and seen.source_model_name = decided.source_model_name
