-- Grain: one row per source, metric and snapshot date: the version of the metric's scale that the snapshot is on.
-- Where the provider names no version, one begins when most models that two snapshots have in common change at once and
-- by more than votes or repeated runs move them; it is called after its first snapshot.
with scores as (
    select * from {{ ref('int_evaluations__unioned') }}
    where stated_version is null
),

snapshots as (
    select
        source,
        metric,
        as_of_date,
        lag(as_of_date) over (partition by source, metric order by as_of_date) as previous_date
    from scores
    group by source, metric, as_of_date
),

changes as (
    select
        snapshots.source,
        snapshots.metric,
        snapshots.as_of_date,
        count(*) as common_models,
        avg(case when scores.score <> previous.score then 1 else 0 end) as changed_share,
        median(abs(scores.score - previous.score)) as median_change,
        stddev_pop(previous.score) as spread
    from snapshots
    inner join scores
        on
            snapshots.source = scores.source
            and snapshots.metric = scores.metric
            and snapshots.as_of_date = scores.as_of_date
    inner join scores as previous
        on
            scores.source = previous.source
            and scores.metric = previous.metric
            and scores.category = previous.category
            and scores.source_model_name = previous.source_model_name
            and snapshots.previous_date = previous.as_of_date
    group by snapshots.source, snapshots.metric, snapshots.as_of_date
),

judged as (
    select
        snapshots.source,
        snapshots.metric,
        snapshots.as_of_date,
        changes.common_models,
        changes.changed_share,
        changes.median_change / nullif(changes.spread, 0) as relative_change,
        snapshots.previous_date is null
        or coalesce(
            changes.common_models >= {{ var('scale_break_min_models') }}
            and changes.changed_share >= {{ var('scale_break_changed_share') }}
            and changes.median_change >= {{ var('scale_break_relative_change') }} * changes.spread,
            false
        ) as is_first_of_version
    from snapshots
    left join changes
        on
            snapshots.source = changes.source
            and snapshots.metric = changes.metric
            and snapshots.as_of_date = changes.as_of_date
)

select
    source,
    metric,
    as_of_date,
    common_models,
    changed_share,
    relative_change,
    is_first_of_version,
    strftime(
        max(case when is_first_of_version then as_of_date end) over (
            partition by source, metric order by as_of_date rows between unbounded preceding and current row
        ),
        '%Y-%m-%d'
    ) as index_version
from judged
