-- For every model, downloads and corrections sum to the change of its counter: from the first counter that was read to
-- the last one, of the reading that counts on that day. One row per model that breaks this.
with readings as (
    select
        models.canonical_model_id,
        series.*,
        series.model_id <> models.canonical_model_id as is_mirror
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_models__canonical') }} as models on series.model_id = models.model_id
    semi join {{ ref('int_counters__tested') }} as tested on models.canonical_model_id = tested.model_id
    where series.first_total_date is not null
),

ranked as (
    select
        *,
    {% for day in ['first_total_date', 'last_downloads_total_date desc'] %}
        row_number() over (
            partition by canonical_model_id
            order by {{ day }}, priority, source, table_name, is_mirror, model_id
            ) as {{ 'last' if loop.last else 'first' }}_rank{{ ',' if not loop.last }}
    {% endfor %}
    from readings
),

counters as (
    select
        canonical_model_id,
        max(case when first_rank = 1 then first_total end) as first_total,
        max(case when last_rank = 1 then last_downloads_total end) as last_total
    from ranked
    group by canonical_model_id
),

-- What the daily fact shares over days.
changes as (
    select
        tested.model_id as canonical_model_id,
        sum(intervals.to_total - intervals.from_total) as change
    from {{ ref('int_downloads__intervals') }} as intervals
    inner join {{ ref('int_counters__tested') }} as tested on intervals.canonical_key = tested.canonical_key
    group by tested.model_id
)

select
    counters.canonical_model_id,
    counters.first_total,
    counters.last_total,
    changes.change
from counters
full outer join changes on counters.canonical_model_id = changes.canonical_model_id
where changes.change is distinct from counters.last_total - counters.first_total
