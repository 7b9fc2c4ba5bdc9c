-- Grain: one row per definition of the baseline, tracked model and checkpoint that it has reached (figure 10 of the
-- report, RAM): downloads so many days after the release over the baseline of the size class.
with adoption as (
    select * from {{ ref('fct_report_adoption') }}
),

cohorts as (
    select * from {{ ref('report_adoption_cohorts') }}
),

-- A baseline that needs ten models is unknown with fewer.
baselines_at_checkpoint as (
    select
        definition,
        size_bucket,
        checkpoint_days,
        count(*) as baseline_models,
        case
            when count(*) < 10 then null
            when definition = 'median_of_top_10' then median(downloads)
            else min(downloads)
        end as baseline
    from cohorts
    group by definition, size_bucket, checkpoint_days
),

-- Fewer models are old enough for a later checkpoint; the tenth of them must not fall for that reason alone.
baselines as (
    select
        definition,
        size_bucket,
        checkpoint_days,
        baseline_models,
        case
            when baseline is null or definition = 'median_of_top_10' then baseline
            else max(baseline) over (
                partition by definition, size_bucket
                order by checkpoint_days
                rows between unbounded preceding and current row
            )
        end as baseline
    from baselines_at_checkpoint
),

definitions as (
    select 'median_of_top_10' as definition
    union all
    select 'tenth_at_checkpoint' as definition
),

in_scope as (
    select
        size_bucket,
        checkpoint_days,
        count(*) as models_in_scope,
        count(downloads) as models_with_data
    from adoption
    group by size_bucket, checkpoint_days
)

select
    definitions.definition,
    adoption.model_id,
    adoption.checkpoint_days,
    adoption.checkpoint_date,
    adoption.organization_id,
    adoption.region,
    adoption.size_bucket,
    adoption.release_date,
    adoption.downloads,
    baselines.baseline,
    adoption.downloads / nullif(baselines.baseline, 0) as relative_adoption,
    cast(coalesce(baselines.baseline_models, 0) as integer) as baseline_models,
    case
        when adoption.downloads is null then adoption.reason
        when adoption.size_bucket = 'unknown' then 'the size of the model is unknown'
        when baselines.baseline is null then 'fewer than ten models of the size class are known at this checkpoint'
        when baselines.baseline = 0 then 'the baseline is zero'
    end as reason,
    in_scope.models_in_scope,
    in_scope.models_with_data
from adoption
cross join definitions
inner join in_scope
    on adoption.size_bucket = in_scope.size_bucket and adoption.checkpoint_days = in_scope.checkpoint_days
-- Models of unknown size are no class.
left join baselines
    on
        definitions.definition = baselines.definition
        and adoption.size_bucket = baselines.size_bucket
        and adoption.checkpoint_days = baselines.checkpoint_days
        and adoption.size_bucket <> 'unknown'
