-- Grain: one row per source, metric and snapshot date of scores that are in no fact: `dim_metric` does not list them.
select
    evaluations.source,
    evaluations.metric,
    evaluations.as_of_date as snapshot_date,
    count(*) as rows
from {{ ref('int_evaluations__unioned') }} as evaluations
left join {{ ref('metrics') }} as metrics
    on evaluations.source = metrics.source and evaluations.metric = metrics.metric
where metrics.metric is null
group by evaluations.source, evaluations.metric, evaluations.as_of_date
