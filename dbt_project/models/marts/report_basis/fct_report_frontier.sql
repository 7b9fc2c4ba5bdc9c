-- Grain: one row per source, metric, index version, basis, dimension (openness, or region of open models), series and
-- month: the best model. By `released` a model counts from its release with its newest score in the version; by
-- `observed` the month's last snapshot counts as it was. No line crosses from one index version to the next.
with scores as (
    select
        *,
        {{ month_of('as_of_date') }} as as_of_month,
        {{ month_of('release_date') }} as release_month,
        case when is_open_weights then 'open' else 'closed' end as openness
    from {{ ref('fct_report_scores') }}
    where is_open_weights is not null
),

-- By release: from when each score counts, in its version's newest snapshot.
candidates as (
    select
        source,
        metric,
        index_version,
        'released' as basis,
        release_month as month,
        source_model_name,
        openness,
        region,
        score
    from scores
    where is_newest and release_month is not null
    union all
    select
        source,
        metric,
        index_version,
        'observed' as basis,
        as_of_month as month,
        source_model_name,
        openness,
        region,
        score
    from scores
    where is_newest_of_month
),

by_series as (
    select
        candidates.*,
        'openness' as dimension,
        candidates.openness as series
    from candidates
    union all
    select
        candidates.*,
        'region_of_open_models' as dimension,
        coalesce(candidates.region, 'unknown') as series
    from candidates
    where candidates.openness = 'open'
),

compared as (
    select
        *,
        max(score) over (partition by source, metric, index_version, basis, dimension, series, month) as best_score
    from by_series
),

best_of_month as (
    select
        source,
        metric,
        index_version,
        basis,
        dimension,
        series,
        month,
        max(score) as score,
        min(source_model_name) filter (where score = best_score) as source_model_name,
        count(*) as models
    from compared
    group by source, metric, index_version, basis, dimension, series, month
),

versions as (
    select
        source,
        metric,
        index_version,
        max(as_of_month) as last_month
    from scores
    group by source, metric, index_version
),

series_in_scope as (
    select
        source,
        metric,
        index_version,
        basis,
        dimension,
        series,
        min(month) as first_month
    from best_of_month
    group by source, metric, index_version, basis, dimension, series
),

numbers as (
    {{ numbers_below(600) }}
),

months as (
    select distinct
        version.source,
        version.metric,
        version.index_version,
        series_in_scope.basis,
        series_in_scope.dimension,
        series_in_scope.series,
        {{ add_months('series_in_scope.first_month', 'numbers.number') }} as month
    from series_in_scope
    inner join versions as version
        on
            series_in_scope.source = version.source
            and series_in_scope.metric = version.metric
            and series_in_scope.index_version = version.index_version
    inner join numbers
        on {{ add_months('series_in_scope.first_month', 'numbers.number') }} <= version.last_month
    where series_in_scope.basis = 'released'
    union all
    select
        source,
        metric,
        index_version,
        basis,
        dimension,
        series,
        month
    from best_of_month
    where basis = 'observed'
),

-- A frontier by release never falls: the best so far.
standing as (
    select
        months.*,
        best_of_month.models,
        case months.basis
            when 'observed' then best_of_month.score
            else max(best_of_month.score) over so_far
        end as score,
        case months.basis
            when 'observed' then best_of_month.source_model_name
            else arg_max(best_of_month.source_model_name, best_of_month.score) over so_far
        end as source_model_name,
        sum(best_of_month.models) over so_far as models_so_far
    from months
    left join best_of_month
        on
            months.source = best_of_month.source
            and months.metric = best_of_month.metric
            and months.index_version = best_of_month.index_version
            and months.basis = best_of_month.basis
            and months.dimension = best_of_month.dimension
            and months.series = best_of_month.series
            and months.month = best_of_month.month
    window so_far as (
        partition by
            months.source, months.metric, months.index_version, months.basis, months.dimension, months.series
        order by months.month
        rows between unbounded preceding and current row
    )
)

select
    source,
    metric,
    index_version,
    basis,
    dimension,
    series,
    month,
    score,
    source_model_name,
    cast(case basis when 'observed' then models else models_so_far end as bigint) as models_with_data
from standing
