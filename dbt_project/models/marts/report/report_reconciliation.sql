-- Grain: one row per target: what the report published and what these inputs show.
with targets as (
    select * from {{ ref('published_targets') }}
),

measured as (
    select * from {{ ref('fct_report_targets') }}
),

inputs as (
    select coalesce(bool_or(synthetic), false) as is_synthetic from {{ ref('int_snapshots__judged') }}
),

compared as (
    select
        targets.*,
        measured.measured_value,
        measured.measured_date,
        measured.status,
        measured.coverage,
        inputs.is_synthetic,
        100 * (measured.measured_value - targets.published_value) / targets.published_value as difference_pct,
        targets.note is not null and targets.note like '%not used as a target%' as is_unused
    from targets
    left join measured on targets.target_id = measured.target_id
    cross join inputs
),

judged as (
    select
        *,
        case
            when is_synthetic then 'synthetic'
            when is_unused or (measured_value is null and measured_date is null) then 'not_measurable'
            when coalesce(coverage, 0) < {{ var('report_coverage_measured') }} then 'partial_coverage'
            when unit = 'date' and measured_date between published_date and latest_published_date then 'reproduced'
            when unit <> 'date' and abs(difference_pct) <= tolerance_pct then 'reproduced'
            else 'differs'
        end as verdict
    from compared
)

select
    target_id,
    quantity,
    unit,
    published_in,
    published_value,
    published_date,
    latest_published_date,
    confidence,
    measured_value,
    measured_date,
    difference_pct,
    cast(tolerance_pct as double) as tolerance_pct,
    coverage,
    verdict,
    case
        when verdict = 'synthetic'
            then 'the inputs are synthetic and were calibrated to the report: agreement proves nothing'
        when is_unused then note
        when verdict = 'not_measurable' and status = 'ahead_throughout'
            then 'the challenger is ahead on the first date on which enough of both sides is known'
        when verdict = 'not_measurable' and status in ('behind_throughout', 'behind_again')
            then 'the challenger is behind on the last date'
        when verdict = 'not_measurable' then 'no input describes this quantity at that time'
        when verdict = 'partial_coverage' and coverage is null
            then 'the inputs do not tell how much of what is counted is known'
        when verdict = 'partial_coverage'
            then 'only ' || cast(round(100 * coverage) as integer) || ' % of what the figure counts is known'
        when verdict = 'differs' then 'enough is known, and it is outside the tolerance'
        else 'within the tolerance'
    end as reason,
    note
from judged
