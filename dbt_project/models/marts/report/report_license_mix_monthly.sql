-- Grain: one row per month and class of licence: downloads of the tracked models under it.
with months as (
    select * from {{ ref('fct_report_model_months') }}
    where downloads is not null
),

models as (
    select
        model_id,
        license_class
    from {{ ref('dim_model') }}
),

in_scope as (
    select
        models.license_class,
        sum(scope.weight) as models_in_scope
    from {{ ref('bridge_report_scope') }} as scope
    inner join models on scope.model_id = models.model_id
    where scope.case_id = 'default'
    group by models.license_class
),

summed as (
    select
        months.month,
        models.license_class,
        sum(months.downloads) as downloads,
        count(*) as models_with_data
    from months
    inner join models on months.model_id = models.model_id
    group by months.month, models.license_class
)

select
    summed.month,
    summed.license_class,
    cast(summed.downloads as bigint) as downloads,
    summed.downloads / nullif(sum(summed.downloads) over (partition by summed.month), 0) as share,
    cast(sum(summed.downloads) over (partition by summed.month) as bigint) as downloads_of_all,
    cast(in_scope.models_in_scope as bigint) as models_in_scope,
    summed.models_with_data
from summed
inner join in_scope on summed.license_class = in_scope.license_class
