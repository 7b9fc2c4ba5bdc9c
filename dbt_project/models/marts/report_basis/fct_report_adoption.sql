-- Grain: one row per tracked model and checkpoint that it has reached: its counter so many days after its release.
-- Where the fact has no such day, the reason says which part of the series is missing.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

checkpoints as (
    {% for days in var('report_adoption_checkpoints') %}
        select {{ days | int }} as checkpoint_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

released as (
    select
        scope.model_id,
        scope.organization_id,
        scope.region,
        scope.size_bucket,
        {% if var('report_release_date') == 'corrected' %}
            models.release_date,
        {% else %}
            cast(models.created_at as date) as release_date,
        {% endif %}
        models.downloads_total as newest_total,
        models.first_counter_date,
        models.first_counter_total
    from scope
    inner join {{ ref('dim_model') }} as models on scope.model_id = models.model_id
),

newest as (
    select newest_date from {{ ref('int_downloads__newest') }}
),

reached as (
    select
        released.*,
        checkpoints.checkpoint_days,
        {{ add_days('released.release_date', 'checkpoints.checkpoint_days') }} as checkpoint_date
    from released
    cross join checkpoints
    inner join newest
        on {{ add_days('released.release_date', 'checkpoints.checkpoint_days') }} <= newest.newest_date
    where released.release_date >= cast('{{ var("report_window_start") }}' as date)
)

select
    reached.model_id,
    reached.organization_id,
    reached.region,
    reached.size_bucket,
    reached.release_date,
    reached.checkpoint_days,
    reached.checkpoint_date,
    reached.newest_total,
    case
        when reached.checkpoint_date = reached.first_counter_date then reached.first_counter_total
        else daily.downloads_total
    end as downloads,
    case
        when reached.checkpoint_date = reached.first_counter_date or daily.model_id is not null then null
        when reached.first_counter_date is null then 'no all-time counter of the model is known'
        when reached.checkpoint_date < reached.first_counter_date then 'the first counter was read after the checkpoint'
        else 'the last counter was read before the checkpoint'
    end as reason
from reached
left join {{ ref('int_report__days') }} as daily
    on reached.model_id = daily.model_id and reached.checkpoint_date = daily.download_date
