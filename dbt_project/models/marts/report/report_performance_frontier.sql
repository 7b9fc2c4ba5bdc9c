-- Grain: one row per source, metric, index version, basis, dimension (openness, or region of open models), series and
-- month (figure 9 of the report): the best model, and how far it is behind the best closed one.
with frontier as (
    select * from {{ ref('fct_report_frontier') }}
),

closed as (
    select * from frontier
    where dimension = 'openness' and series = 'closed'
),

in_scope as (
    select
        source,
        metric,
        index_version,
        count(distinct source_model_name) as models_in_scope
    from {{ ref('fct_report_scores') }}
    group by source, metric, index_version
),

-- The month in which the closed frontier first stood where this series stands now.
reached as (
    select
        frontier.source,
        frontier.metric,
        frontier.index_version,
        frontier.basis,
        frontier.dimension,
        frontier.series,
        frontier.month,
        min(closed.month) as reached_month
    from frontier
    inner join closed
        on
            frontier.source = closed.source
            and frontier.metric = closed.metric
            and frontier.index_version = closed.index_version
            and frontier.basis = closed.basis
            and frontier.month >= closed.month
            and frontier.score <= closed.score
    group by
        frontier.source, frontier.metric, frontier.index_version, frontier.basis, frontier.dimension, frontier.series,
        frontier.month
)

select
    frontier.source,
    frontier.metric,
    frontier.index_version,
    frontier.basis,
    frontier.dimension,
    frontier.series,
    frontier.month,
    frontier.score,
    frontier.source_model_name,
    closed.score as closed_score,
    closed.score - frontier.score as gap_points,
    -- Null while the series is ahead of every closed model, and within the frontier of closed models itself.
    case
        when frontier.series <> 'closed' then {{ months_between('reached.reached_month', 'frontier.month') }}
    end as gap_months,
    in_scope.models_in_scope,
    frontier.models_with_data
from frontier
inner join in_scope
    on
        frontier.source = in_scope.source
        and frontier.metric = in_scope.metric
        and frontier.index_version = in_scope.index_version
left join closed
    on
        frontier.source = closed.source
        and frontier.metric = closed.metric
        and frontier.index_version = closed.index_version
        and frontier.basis = closed.basis
        and frontier.month = closed.month
left join reached
    on
        frontier.source = reached.source
        and frontier.metric = reached.metric
        and frontier.index_version = reached.index_version
        and frontier.basis = reached.basis
        and frontier.dimension = reached.dimension
        and frontier.series = reached.series
        and frontier.month = reached.month
