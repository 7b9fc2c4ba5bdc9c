-- Grain: one row per tracked model: how much its downloads look like those of machines. People rest, vary and choose
-- large models too; test runs and mirrors do not.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

-- The newest days of the whole warehouse.
window_start as (
    select {{ add_days('newest_date', '-' ~ var('report_automation_days')) }} as after_date
    from {{ ref('int_downloads__newest') }}
),

days as (
    select
        daily.model_id,
        daily.downloads,
        {{ weekday_of('daily.download_date') }} as weekday
    from {{ ref('int_report__days') }} as daily
    inner join scope on daily.model_id = scope.model_id
    cross join window_start
    where daily.method = 'observed' and daily.download_date > window_start.after_date
),

-- The Hub's days are quietest on Sundays and Mondays and busiest from Wednesday to Friday.
shaped as (
    select
        model_id,
        count(*) as days_with_data,
        avg(downloads) as mean_downloads,
        avg(downloads * downloads) as mean_square,
        avg(case when weekday in (1, 7) then downloads end) as quiet_day_downloads,
        avg(case when weekday in (3, 4, 5) then downloads end) as busy_day_downloads
    from days
    group by model_id
),

measured as (
    select
        scope.model_id,
        scope.organization_id,
        window_start.after_date,
        models.total_parameters,
        coalesce(shaped.days_with_data, 0) as days_with_data,
        case
            when shaped.days_with_data >= {{ var('report_automation_min_days') }} and shaped.mean_downloads > 0
                then shaped.mean_downloads
        end as mean_downloads,
        shaped.quiet_day_downloads / nullif(shaped.busy_day_downloads, 0) as quiet_day_ratio,
        sqrt(greatest(shaped.mean_square - shaped.mean_downloads * shaped.mean_downloads, 0))
        / nullif(shaped.mean_downloads, 0) as variation
    from scope
    cross join window_start
    inner join {{ ref('dim_model') }} as models on scope.model_id = models.model_id
    left join shaped on scope.model_id = shaped.model_id
),

-- Each sign from 0 (like people) to 1 (like machines).
signed as (
    select
        *,
        {{ clamped(
            '(quiet_day_ratio - ' ~ var('report_automation_usual_ratio') ~ ') / (1 - '
            ~ var('report_automation_usual_ratio') ~ ')'
        ) }} as flatness,
        {{ clamped('1 - variation / ' ~ var('report_automation_usual_variation')) }} as regularity,
        {{ clamped('1 - total_parameters / ' ~ var('report_automation_large_parameters')) }} as smallness
    from measured
    where mean_downloads is not null
),

scored as (
    select
        measured.*,
        signed.flatness,
        signed.regularity,
        signed.smallness,
        (signed.flatness + signed.regularity + signed.smallness) / 3 as suspicion
    from measured
    left join signed on measured.model_id = signed.model_id
)

select
    model_id,
    organization_id,
    after_date,
    total_parameters,
    cast(days_with_data as bigint) as observed_days,
    mean_downloads,
    quiet_day_ratio,
    variation,
    flatness,
    regularity,
    smallness,
    suspicion,
    coalesce(suspicion >= {{ var('report_automation_threshold') }}, false) as is_suspected,
    case
        when mean_downloads is null
            then 'fewer than {{ var("report_automation_min_days") }} days were observed, or nothing was downloaded'
        when total_parameters is null then 'the size is unknown'
        when quiet_day_ratio is null then 'nothing was downloaded on the busy days of the week'
    end as reason
from scored
