-- Grain: one row per month, size basis (total or active parameters), size bucket and organisation (figure 4 of the
-- report): downloads of the month and counters at its end, with the share inside the bucket.
with months as (
    select * from {{ ref('fct_report_model_months') }}
),

scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

-- A model of unknown size stays a row; a dense model is active as a whole.
sizes as (
    select
        scope.model_id,
        'total' as size_basis,
        scope.size_bucket,
        scope.organization_id,
        scope.weight
    from scope
    union all
    select
        scope.model_id,
        'active' as size_basis,
        models.active_size_bucket as size_bucket,
        scope.organization_id,
        scope.weight
    from scope
    inner join {{ ref('dim_model') }} as models on scope.model_id = models.model_id
),

in_scope as (
    select
        size_basis,
        size_bucket,
        organization_id,
        sum(weight) as models_in_scope
    from sizes
    group by size_basis, size_bucket, organization_id
),

summed as (
    select
        months.month,
        sizes.size_basis,
        sizes.size_bucket,
        months.organization_id,
        months.region,
        sum(months.downloads) as downloads,
        sum(months.downloads_total) as downloads_total,
        count(months.downloads) as models_with_data,
        count(months.downloads_total) as models_with_total
    from months
    inner join sizes on months.model_id = sizes.model_id
    group by months.month, sizes.size_basis, sizes.size_bucket, months.organization_id, months.region
)

select
    summed.month,
    summed.size_basis,
    summed.size_bucket,
    summed.organization_id,
    summed.region,
    cast(summed.downloads as bigint) as downloads,
    summed.downloads / nullif(sum(summed.downloads) over of_bucket, 0) as share_of_bucket,
    cast(sum(summed.downloads) over of_bucket as bigint) as downloads_of_bucket,
    cast(summed.downloads_total as bigint) as downloads_total,
    summed.downloads_total / nullif(sum(summed.downloads_total) over of_bucket, 0) as total_share_of_bucket,
    cast(sum(summed.downloads_total) over of_bucket as bigint) as downloads_total_of_bucket,
    cast(in_scope.models_in_scope as bigint) as models_in_scope,
    summed.models_with_data,
    summed.models_with_total
from summed
inner join in_scope
    on
        summed.size_basis = in_scope.size_basis
        and summed.size_bucket = in_scope.size_bucket
        and summed.organization_id = in_scope.organization_id
window of_bucket as (partition by summed.month, summed.size_basis, summed.size_bucket)
