-- Grain: one row per report mart, part of it (a region, a metric, a checkpoint, ...) and month that it should describe:
-- how much of what it is about is known, and why a month is thin or absent.
with parts as (
    select
        'report_cumulative_downloads_by_region' as report,
        region as part,
        month,
        models_in_scope as in_scope,
        models_with_data as with_data
    from {{ ref('report_cumulative_downloads_by_region') }}
    union all
    select
        'report_cumulative_downloads_by_organization' as report,
        organization_id as part,
        month,
        models_in_scope as in_scope,
        models_with_data as with_data
    from {{ ref('report_cumulative_downloads_by_organization') }}
    union all
    select
        'report_new_entrants' as report,
        organization_id as part,
        month,
        models_in_scope as in_scope,
        models_with_data as with_data
    from {{ ref('report_new_entrants') }}
    where series_role is not null
    union all
    select
        'report_downloads_by_size' as report,
        size_basis || ' ' || size_bucket as part,
        month,
        cast(sum(models_in_scope) as bigint) as in_scope,
        cast(sum(models_with_data) as bigint) as with_data
    from {{ ref('report_downloads_by_size') }}
    group by size_basis, size_bucket, month
    union all
    select
        'report_top_models_monthly' as report,
        'all' as part,
        month,
        max(models_in_scope) as in_scope,
        max(models_with_data) as with_data
    from {{ ref('report_top_models_monthly') }}
    group by month
    union all
    select
        'report_organization_monthly' as report,
        organization_id as part,
        month,
        models_in_scope as in_scope,
        models_with_data as with_data
    from {{ ref('report_organization_monthly') }}
    union all
    select
        'report_derivative_share_monthly' as report,
        'all' as part,
        month,
        -- Unknown without a complete list.
        case when bool_and(is_list_complete) then cast(sum(models_in_scope) as bigint) end as in_scope,
        cast(sum(models_with_data) as bigint) as with_data
    from {{ ref('report_derivative_share_monthly') }}
    where dimension = 'region'
    group by month
    union all
    select
        'report_inference_share_monthly' as report,
        'all' as part,
        month,
        max(tokens_of_all) as in_scope,
        max(tokens_known) as with_data
    from {{ ref('report_inference_share_monthly') }}
    group by month
),

numbers as (
    {{ numbers_below(600) }}
),

-- Without any month of any measure there is nothing to be covered.
newest as (
    select max(month) as newest_month from parts
    having max(month) is not null
),

-- The months that the report is about: from the start of its window to the newest month of any measure.
months as (
    select {{ add_months("cast('" ~ var("report_window_start") ~ "' as date)", 'numbers.number') }} as month
    from newest
    inner join numbers
        on
            {{ add_months("cast('" ~ var("report_window_start") ~ "' as date)", 'numbers.number') }}
            <= newest.newest_month
),

-- A part that no month has is absent as a whole; the regions and the reports themselves are always expected.
expected_parts as (
    select distinct
        report,
        part
    from parts
    union distinct
    select
        'report_cumulative_downloads_by_region' as report,
        region as part
    from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
    {% for report in [
        'report_derivative_share_monthly', 'report_inference_share_monthly', 'report_top_models_monthly'
    ] %}
        union distinct
        select
            '{{ report }}' as report,
            'all' as part
    {% endfor %}
),

expected as (
    select
        expected_parts.report,
        expected_parts.part,
        months.month
    from expected_parts
    cross join months
    where
        expected_parts.report <> 'report_new_entrants'
        or months.month >= cast('{{ var("report_new_entrants_start") }}' as date)
),

monthly as (
    select
        expected.report,
        expected.part,
        expected.month,
        parts.in_scope,
        parts.with_data
    from expected
    left join parts
        on
            expected.report = parts.report
            and expected.part = parts.part
            and expected.month = parts.month
),

-- What has no months of its own is as of the newest one.
timeless as (
    select
        'report_relative_adoption' as report,
        size_bucket || ' after ' || checkpoint_days || ' days' as part,
        max(models_in_scope) as in_scope,
        max(models_with_data) as with_data
    from {{ ref('report_relative_adoption') }}
    group by size_bucket, checkpoint_days
    union all
    select
        'report_performance_frontier' as report,
        metrics.source || ' ' || metrics.metric as part,
        max(frontier.models_in_scope) as in_scope,
        max(frontier.models_with_data) as with_data
    from {{ ref('dim_metric') }} as metrics
    left join {{ ref('report_performance_frontier') }} as frontier
        on metrics.source = frontier.source and metrics.metric = frontier.metric and frontier.dimension = 'openness'
    where metrics.is_frontier
    group by metrics.source, metrics.metric
    union all
    select
        'report_crossovers' as report,
        definitions.crossover_id as part,
        count(*) as in_scope,
        count_if(crossovers.status <> 'not_measurable') as with_data
    from {{ ref('crossovers') }} as definitions
    left join {{ ref('report_crossovers') }} as crossovers on definitions.crossover_id = crossovers.crossover_id
    group by definitions.crossover_id
),

unioned as (
    select
        report,
        part,
        month,
        in_scope,
        with_data
    from monthly
    union all
    select
        timeless.report,
        timeless.part,
        newest.newest_month as month,
        timeless.in_scope,
        timeless.with_data
    from timeless
    cross join newest
),

judged as (
    select
        *,
        coalesce(with_data, 0) / nullif(in_scope, 0) as share_with_data
    from unioned
)

select
    report,
    part,
    month,
    cast(in_scope as bigint) as in_scope,
    cast(coalesce(with_data, 0) as bigint) as with_data,
    share_with_data,
    case
        when coalesce(with_data, 0) = 0 then 'absent'
        when share_with_data >= {{ var('report_coverage_measured') }} then 'measured'
        else 'partial'
    end as status,
    case
        when coalesce(with_data, 0) > 0 and share_with_data >= {{ var('report_coverage_measured') }} then null
        when report in ('report_top_models_monthly', 'report_organization_monthly', 'report_downloads_by_size')
            then 'neither a daily series nor a 30-day figure near the end of the month is known for the other models'
        when report = 'report_derivative_share_monthly'
            then 'no complete list of derivatives, no dated edge to a tracked organisation or no counter is known'
        when report = 'report_inference_share_monthly'
            then 'no daily tokens are known for the month, or not whose they are and whether the model is open'
        when report = 'report_performance_frontier'
            then 'no score is known, or not when the model was released and whether it is open'
        when report = 'report_relative_adoption'
            then 'the counter of the other models is not known so many days after their release'
        when report = 'report_crossovers'
            then 'in the missing cases enough of both sides is known on no date'
        else 'no all-time counter of the other models is known in the month'
    end as reason
from judged
