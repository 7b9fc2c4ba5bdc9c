-- Grain: one row per published target that a query can answer: the value measured here and how much of it is known.
-- Levels of the report are measured over the list that it used.
with cumulative as (
    select * from {{ ref('fct_report_cumulative_daily') }}
    where case_id = '{{ var("report_reconciliation_case") }}'
),

end_of_window as (
    select
        dimension,
        series,
        cumulative_downloads,
        models_known / models_in_scope as coverage
    from cumulative
    where day = date '2026-03-31'
),

before_entrants as (
    select
        series,
        cumulative_downloads
    from cumulative
    where
        dimension = 'organization'
        and day = {{ add_days("cast('" ~ var("report_new_entrants_start") ~ "' as date)", -1) }}
),

levels as (
    {% for target, dimension, series in [
        ('T1', 'region', 'china'), ('T2', 'region', 'us'), ('T3', 'region', 'eu'), ('T7', 'organization', 'Qwen'),
        ('T8', 'organization', 'meta-llama'), ('T11', 'organization', 'allenai'), ('T12', 'organization', 'ibm-granite')
    ] %}
        select
            '{{ target }}' as target_id,
            cast(cumulative_downloads as double) as measured_value,
            coverage
        from end_of_window
        where dimension = '{{ dimension }}' and series = '{{ series }}'
        union all
    {% endfor %}
    select
        'T4' as target_id,
        cast(sum(cumulative_downloads) as double) as measured_value,
        min(coverage) as coverage
    from end_of_window
    where dimension = 'region' and series in ('china', 'us', 'eu')
    having count(*) = 3
    union all
    select
        'T10' as target_id,
        cast(end_of_window.cumulative_downloads - before_entrants.cumulative_downloads as double) as measured_value,
        end_of_window.coverage
    from end_of_window
    inner join before_entrants on end_of_window.series = before_entrants.series
    where end_of_window.dimension = 'organization' and end_of_window.series = 'nvidia'
),

month_of_qwen as (
    select
        organization_id,
        series_role,
        downloads,
        models_with_data / models_in_scope as coverage
    from {{ ref('report_organization_monthly') }}
    where month = date '2026-02-01' and series_role is not null
),

months as (
    select
        'T13' as target_id,
        cast(downloads as double) as measured_value,
        coverage
    from month_of_qwen
    where series_role = 'leader'
    union all
    select
        'T14' as target_id,
        cast(sum(downloads) as double) as measured_value,
        min(coverage) as coverage
    from month_of_qwen
    where series_role = 'compared'
    having count(*) = 8
    union all
    select
        'T15' as target_id,
        max(total_share_of_bucket) filter (where organization_id = 'deepseek-ai') as measured_value,
        sum(models_with_total) / sum(models_in_scope) as coverage
    from {{ ref('report_downloads_by_size') }}
    where month = date '2026-03-01' and size_basis = 'total' and size_bucket = '250B+'
),

derivatives as (
    select
        *,
        case when is_list_complete then 1 end as coverage
    from {{ ref('report_derivative_share_monthly') }}
),

derivative_shares as (
    {% for target, dimension, series, first_month, last_month in [
        ('T16', 'region', 'china', '2026-01-01', '2026-02-01'),
        ('T16_start', 'region', 'china', '2024-01-01', '2024-02-01'),
        ('T17', 'region', 'eu', '2026-01-01', '2026-02-01'),
        ('T17_start', 'region', 'eu', '2024-01-01', '2024-02-01'),
        ('T18', 'organization', 'Qwen', '2026-02-01', '2026-02-01'),
        ('T18_start', 'organization', 'Qwen', '2024-01-01', '2024-01-01'),
    ] %}
        select
            '{{ target }}' as target_id,
            avg(share) as measured_value,
            case when count(coverage) = count(*) then min(coverage) end as coverage
        from derivatives
        where
            dimension = '{{ dimension }}'
            and series = '{{ series }}'
            and month between date '{{ first_month }}' and date '{{ last_month }}'
        union all
    {% endfor %}
    select
        'T19' as target_id,
        max(share) as measured_value,
        case when count(coverage) = count(*) then min(coverage) end as coverage
    from derivatives
    where
        dimension = 'organization'
        and series = 'meta-llama'
        and month between date '2024-01-01' and date '2024-12-01'
),

inference as (
    select
        *,
        tokens_known / tokens_of_all as coverage
    from {{ ref('report_inference_share_monthly') }}
),

inference_shares as (
    {% for target, dimension, series, month in [
        ('T20', 'region', 'china', '2026-01-01'), ('T20_start', 'region', 'china', '2024-11-01'),
        ('T21', 'organization', 'deepseek-ai', '2026-01-01')
    ] %}
        select
            '{{ target }}' as target_id,
            share as measured_value,
            coverage
        from inference
        where dimension = '{{ dimension }}' and series = '{{ series }}' and month = date '{{ month }}'
        union all
    {% endfor %}
    select
        'T22' as target_id,
        max(share) as measured_value,
        max_by(coverage, share) as coverage
    from inference
    where dimension = 'organization' and series = 'deepseek-ai'
),

adoption as (
    select
        'T23' as target_id,
        relative_adoption as measured_value,
        models_with_data / models_in_scope as coverage
    from {{ ref('report_relative_adoption') }}
    where model_id = 'openai/gpt-oss-120b' and checkpoint_days = 7 and definition = 'median_of_top_10'
)

{% for part in ['levels', 'months', 'derivative_shares', 'inference_shares', 'adoption'] %}
    select
        target_id,
        measured_value,
        cast(null as date) as measured_date,
        cast(null as varchar) as status,
        cast(coverage as double) as coverage
    from {{ part }}
    where measured_value is not null
    union all
{% endfor %}
-- A date is known where the crossing was seen; ahead from the start only says that it was not later.
select
    case crossover_id
        when 'downloads_china_us' then 'T6'
        when 'downloads_qwen_llama' then 'T9'
        else 'T24'
    end as target_id,
    cast(null as double) as measured_value,
    crossing_date as measured_date,
    status,
    coverage
from {{ ref('report_crossovers') }}
where
    (
        crossover_id in ('downloads_china_us', 'downloads_qwen_llama')
        and case_id = '{{ var("report_reconciliation_case") }}'
    )
    or (crossover_id = 'derivatives_qwen_deepseek_us_eu' and case_id = 'default')
