-- Grain: one row per source, metric, category, index version, model (the source's own name) and snapshot date.
with evaluations as (
    select * from {{ ref('int_evaluations__unioned') }}
),

versions as (
    select * from {{ ref('int_evaluations__versions') }}
),

names as (
    select * from {{ ref('int_names__resolved') }}
),

models as (
    select
        model_id,
        release_date
    from {{ ref('dim_model') }}
)

select
    evaluations.source,
    evaluations.metric,
    evaluations.category,
    coalesce(evaluations.stated_version, versions.index_version) as index_version,
    evaluations.source_model_name,
    evaluations.as_of_date,
    evaluations.score,
    evaluations.score_low,
    evaluations.score_high,
    evaluations.is_estimated,
    evaluations.votes,
    evaluations.published_date,
    names.model_id,
    names.organization_id,
    names.region,
    coalesce(openness.is_open_weights, names.is_open_weights) as is_open_weights,
    -- The maker's day for this very variant, where its source tells it.
    coalesce(names.stated_release_date, models.release_date) as release_date,
    evaluations.table_name as source_table
from evaluations
-- Only metrics of the documented list; what else sources give is counted in ops.
inner join {{ ref('metrics') }} as metrics
    on evaluations.source = metrics.source and evaluations.metric = metrics.metric
inner join names
    on evaluations.source = names.source and evaluations.source_model_name = names.source_model_name
left join {{ ref('int_evaluations__openness') }} as openness
    on
        evaluations.source = openness.source
        and evaluations.source_model_name = openness.source_model_name
        and evaluations.as_of_date = openness.as_of_date
left join versions
    on
        evaluations.source = versions.source
        and evaluations.metric = versions.metric
        and evaluations.as_of_date = versions.as_of_date
left join models on names.model_id = models.model_id
