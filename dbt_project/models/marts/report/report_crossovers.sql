-- Grain: one row per crossover and case: when the challenger passed the incumbent for good, and the earliest and latest
-- such date over all cases.
with races as (
    select
        *,
        challenger_value > incumbent_value as is_ahead
    from {{ ref('fct_report_races') }}
    -- Where nobody knows how much is known, the coverage is null and says so.
    where coalesce(coverage, 1) >= {{ var('report_crossover_min_coverage') }}
),

-- Every case is a row, also one for which nothing can be said.
cases as (
    select
        definitions.crossover_id,
        cases.case_id
    from {{ ref('crossovers') }} as definitions
    inner join {{ ref('dim_report_case') }} as cases on cases.topic in ('default', definitions.topic)
    where definitions.topic <> 'performance'
    union distinct
    select
        definitions.crossover_id,
        coalesce(races.case_id, 'default') as case_id
    from {{ ref('crossovers') }} as definitions
    left join {{ ref('fct_report_races') }} as races on definitions.crossover_id = races.crossover_id
    where definitions.topic = 'performance'
),

described as (
    select
        crossover_id,
        case_id,
        min(race_date) as first_measured_date,
        max(race_date) as last_measured_date,
        count(*) as measured_dates,
        min(race_date) filter (where is_ahead) as first_ahead_date,
        max(race_date) filter (where not is_ahead) as last_behind_date
    from races
    group by crossover_id, case_id
),

passed as (
    select
        races.crossover_id,
        races.case_id,
        min(races.race_date) as crossing_date,
        min_by(races.coverage, races.race_date) as coverage
    from races
    inner join described
        on races.crossover_id = described.crossover_id and races.case_id = described.case_id
    where races.race_date > described.last_behind_date
    group by races.crossover_id, races.case_id
),

judged as (
    select
        cases.crossover_id,
        cases.case_id,
        definitions.challenger,
        definitions.incumbent,
        definitions.measure,
        passed.crossing_date,
        passed.coverage,
        -- Being ahead on the first date is no passing.
        case when described.first_ahead_date > described.first_measured_date then described.first_ahead_date end
            as first_ahead_date,
        described.last_behind_date,
        described.first_measured_date,
        described.last_measured_date,
        cast(coalesce(described.measured_dates, 0) as integer) as measured_dates,
        case
            when described.case_id is null then 'not_measurable'
            when passed.crossing_date is not null then 'crossed'
            when described.last_behind_date is null then 'ahead_throughout'
            when described.first_ahead_date is null then 'behind_throughout'
            else 'behind_again'
        end as status
    from cases
    inner join {{ ref('crossovers') }} as definitions on cases.crossover_id = definitions.crossover_id
    left join described on cases.crossover_id = described.crossover_id and cases.case_id = described.case_id
    left join passed on cases.crossover_id = passed.crossover_id and cases.case_id = passed.case_id
),

-- For performance each metric and index version is a case; the newest version of the metric named by the var leads.
defaults as (
    select
        'performance_china_us' as crossover_id,
        coalesce(
            max(case_id) filter (where case_id like '{{ var("report_performance_metric") }}/%'), 'default'
        ) as case_id
    from cases
    where crossover_id = 'performance_china_us'
    union all
    select distinct
        crossover_id,
        'default' as case_id
    from cases
    where crossover_id <> 'performance_china_us'
)

select
    judged.crossover_id,
    judged.case_id,
    coalesce(defaults.case_id is not null, false) as is_default,
    judged.challenger,
    judged.incumbent,
    judged.measure,
    judged.status,
    judged.crossing_date,
    judged.first_ahead_date,
    judged.last_behind_date,
    min(judged.crossing_date) over of_crossover as earliest_date,
    max(judged.crossing_date) over of_crossover as latest_date,
    cast(count(*) over of_crossover as integer) as cases,
    cast(count(judged.crossing_date) over of_crossover as integer) as cases_crossed,
    judged.first_measured_date,
    judged.last_measured_date,
    judged.measured_dates,
    judged.coverage,
    case
        when judged.status = 'crossed' and judged.coverage is null
            then 'the inputs do not tell how much of what is counted is known'
    end as coverage_reason,
    case judged.status
        when 'not_measurable' then 'on no date is enough of both sides known'
        when 'ahead_throughout' then 'the challenger is ahead on the first date on which enough of both sides is known'
        when 'behind_throughout' then 'the challenger is behind on every date on which enough of both sides is known'
        when 'behind_again' then 'the challenger was ahead at times but is behind on the last date'
    end as reason
from judged
left join defaults on judged.crossover_id = defaults.crossover_id and judged.case_id = defaults.case_id
window of_crossover as (partition by judged.crossover_id)
