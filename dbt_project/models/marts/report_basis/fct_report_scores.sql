-- Grain: one row per source, metric, index version, snapshot and model (a source's own name): scores of the metrics
-- that the frontier is drawn by, and whether a row is the model's newest in the version and belongs to the month's
-- last snapshot.
with metrics as (
    select * from {{ ref('dim_metric') }}
    where is_frontier
)

select
    evaluations.source,
    evaluations.metric,
    evaluations.index_version,
    evaluations.as_of_date,
    evaluations.source_model_name,
    evaluations.model_id,
    evaluations.organization_id,
    evaluations.region,
    evaluations.is_open_weights,
    evaluations.release_date,
    evaluations.score,
    row_number() over (
        partition by evaluations.source, evaluations.metric, evaluations.index_version, evaluations.source_model_name
        order by evaluations.as_of_date desc
    ) = 1 as is_newest,
    evaluations.as_of_date = max(evaluations.as_of_date) over (
        partition by
            evaluations.source,
            evaluations.metric,
            evaluations.index_version,
            {{ month_of('evaluations.as_of_date') }}
    ) as is_newest_of_month
from {{ ref('fct_model_evaluations') }} as evaluations
inner join metrics
    on
        evaluations.source = metrics.source
        and evaluations.metric = metrics.metric
        and evaluations.category = metrics.frontier_category
where not evaluations.is_estimated or '{{ var("report_performance_estimates") }}' = 'included'
