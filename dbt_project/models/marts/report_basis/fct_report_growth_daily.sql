-- Grain: one row per case, organisation, region and day on which a counter of theirs is known: by how much the sum of
-- counters moved. A model enters with its first reading, as the level that it had reached; a running sum is thus the
-- sum of the newest known counters.
-- depends_on: {{ ref('fct_model_downloads_daily') }}
with scope as (
    select * from {{ ref('bridge_report_scope') }}
),

days as (
    select
        model_id,
        download_date as day,
        downloads,
        downloads + counter_correction as growth,
        is_outlier,
        0 as entered_models
    from {{ ref('int_report__days') }}
    union all
    select
        model_id,
        first_counter_date as day,
        0 as downloads,
        first_counter_total as growth,
        false as is_outlier,
        1 as entered_models
    from {{ ref('dim_model') }}
    where first_counter_date is not null
),

-- Since the start of the window: the level of a model that existed before is no download of the window.
counted as (
    select
        scope.case_id,
        scope.organization_id,
        scope.region,
        days.day,
        scope.weight,
        days.entered_models,
        case when days.is_outlier and not scope.counts_spikes then 0 else days.downloads end as downloads,
        case
            when scope.starts_at_zero and days.day < scope.window_start then 0
            when scope.starts_at_zero and days.entered_models = 1 and scope.is_older_than_window then 0
            when days.is_outlier and not scope.counts_spikes then 0
            else days.growth
        end as growth
    from days
    inner join scope on days.model_id = scope.model_id
)

select
    case_id,
    organization_id,
    region,
    day,
    cast(sum(weight * downloads) as bigint) as downloads,
    cast(sum(weight * growth) as bigint) as growth,
    cast(sum(weight * entered_models) as bigint) as entered_models,
    -- The day of a first reading has no other row of that model.
    cast(sum(weight) as bigint) as models_with_data
from counted
group by case_id, organization_id, region, day
