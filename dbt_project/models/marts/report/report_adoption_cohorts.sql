-- Grain: one row per definition of the baseline, size bucket, checkpoint and model that makes the baseline.
with known as (
    select * from {{ ref('fct_report_adoption') }}
    where downloads is not null
),

ranked as (
    select
        'median_of_top_10' as definition,
        size_bucket,
        checkpoint_days,
        model_id,
        downloads,
        row_number() over (
            partition by size_bucket, checkpoint_days order by newest_total desc nulls last, model_id
        ) as cohort_rank
    from known
    union all
    select
        'tenth_at_checkpoint' as definition,
        size_bucket,
        checkpoint_days,
        model_id,
        downloads,
        row_number() over (partition by size_bucket, checkpoint_days order by downloads desc, model_id) as cohort_rank
    from known
),

{% if var('report_adoption_cohort') == 'fixed' %}
    -- The ten most downloaded models, whether or not they are old enough for the checkpoint.
    fixed as (
        select
            model_id,
            size_bucket,
            row_number() over (
                partition by size_bucket order by max(newest_total) desc nulls last, model_id
            ) as total_rank
        from {{ ref('fct_report_adoption') }}
        group by model_id, size_bucket
    ),

    chosen as (
        select ranked.*
        from ranked
        left join fixed on ranked.model_id = fixed.model_id and ranked.size_bucket = fixed.size_bucket
        where ranked.definition = 'tenth_at_checkpoint' or fixed.total_rank <= 10
    )
{% else %}
    chosen as (
        select * from ranked
    )
{% endif %}

select
    definition,
    size_bucket,
    checkpoint_days,
    model_id,
    cast(cohort_rank as integer) as cohort_rank,
    downloads
from chosen
where cohort_rank <= 10
