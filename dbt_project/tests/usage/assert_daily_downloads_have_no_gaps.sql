-- Every day after a model's first reading up to its last one has exactly one row. One row per model that breaks this.
-- Each interval begins where the one before it ended or, after days without growth, stood.
with readings as (
    select
        models.canonical_model_id,
        min(series.first_total_date) as first_date,
        max(series.last_downloads_total_date) as last_date
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_models__canonical') }} as models on series.model_id = models.model_id
    semi join {{ ref('int_counters__tested') }} as tested on models.canonical_model_id = tested.model_id
    where series.first_total_date is not null
    group by models.canonical_model_id
),

linked as (
    select
        intervals.canonical_key,
        intervals.stood_from,
        intervals.from_date,
        intervals.to_date,
        lag(intervals.to_date) over (
            partition by intervals.canonical_key order by intervals.to_date, intervals.from_date
        ) as previous_end
    from {{ ref('int_downloads__intervals') }} as intervals
    semi join {{ ref('int_counters__tested') }} as tested on intervals.canonical_key = tested.canonical_key
),

covered as (
    select
        canonical_key,
        min(from_date) as first_date,
        max(to_date) as last_end,
        count_if(
            from_date > to_date
            or stood_from > from_date
            or stood_from <> coalesce(previous_end, from_date)
            -- Only a model's first reading has no days.
            or (from_date = to_date) <> (previous_end is null)
        ) as faults
    from linked
    group by canonical_key
),

-- After the last interval the counter stands still up to the last reading.
continued as (
    select
        names.canonical_model_id,
        covered.first_date,
        covered.faults,
        coalesce(covered.last_end = last_intervals.to_date, false) as is_continued,
        greatest(last_intervals.to_date, names.last_counter_date) as last_date
    from covered
    left join {{ ref('int_counters__names') }} as names on covered.canonical_key = names.canonical_key
    left join {{ ref('int_downloads__last') }} as last_intervals on covered.canonical_key = last_intervals.canonical_key
)

select
    readings.canonical_model_id,
    readings.first_date,
    readings.last_date,
    continued.faults
from readings
full outer join continued on readings.canonical_model_id = continued.canonical_model_id
where
    continued.first_date is distinct from readings.first_date
    or continued.last_date is distinct from readings.last_date
    or not continued.is_continued
    or continued.faults > 0
