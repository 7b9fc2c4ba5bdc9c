-- Grain: one row per source, measure (names, scores or tokens) and openness of the models' weights: how much of it is
-- matched to a Hub repository.
with names as (
    select
        *,
        case is_open_weights when true then 'open' when false then 'closed' else 'unknown' end as openness
    from {{ ref('map_model_names') }}
),

-- Open models for which the source itself links to a repository: what is not matched here is a fault.
linked as (
    select names.*
    from names
    inner join {{ ref('int_names__links') }} as links
        on names.source = links.source and names.source_model_name = links.source_model_name
    where names.openness = 'open'
),

grouped as (
    select * from names
    union all
    select * replace ('linked_open' as openness) from linked
),

measured as (
    {% for measure, amount in [('names', '1'), ('scores', 'scores'), ('tokens', 'tokens')] %}
        select
            source,
            '{{ measure }}' as measure,
            openness,
            cast(sum({{ amount }}) as bigint) as total,
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
    total,
    matched,
    matched / total as matched_share
from measured
where total > 0
