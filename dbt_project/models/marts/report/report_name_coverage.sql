-- Grain: one row per source, measure (names, scores or tokens) and openness of the models' weights: how much of it is
-- matched to a Hub repository.
with names as (
    select
        *,
        case is_open_weights when true then 'open' when false then 'closed' else 'unknown' end as openness
    from {{ ref('map_model_names') }}
),

-- Open models for which the source itself links to a repository: what is not matched of them is a fault.
grouped as (
    select
        source,
        openness,
        scores,
        tokens,
        model_id
    from names
    union all
    select
        source,
        'linked_open' as openness,
        scores,
        tokens,
        model_id
    from names
    where openness = 'open' and is_linked
),

measured as (
    {% for measure, amount in [('names', '1'), ('scores', 'scores'), ('tokens', 'tokens')] %}
        select
            source,
            '{{ measure }}' as measure,
            openness,
            cast(sum({{ amount }}) as bigint) as measured_total,
            cast(coalesce(sum({{ amount }}) filter (where model_id is not null), 0) as bigint) as matched
        from grouped
        group by source, openness
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    source,
    measure,
    openness,
    measured_total,
    matched,
    matched / measured_total as matched_share
from measured
where measured_total > 0
