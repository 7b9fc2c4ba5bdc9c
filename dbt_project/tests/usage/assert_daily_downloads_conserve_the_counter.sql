-- For every model, downloads and corrections sum to the change of its counter. One row per model that breaks this.
with counters as (
    select
        canonical_model_id as model_id,
        min_by(downloads_total, reading_date) as first_total,
        max_by(downloads_total, reading_date) as last_total
    from {{ ref('int_readings__ranked') }}
    where total_rank = 1
    group by canonical_model_id
    having count(*) > 1
),

daily as (
    select
        model_id,
        sum(downloads) + sum(counter_correction) as change
    from {{ ref('fct_model_downloads_daily') }}
    group by model_id
)

select
    counters.model_id,
    counters.first_total,
    counters.last_total,
    daily.change
from counters
full outer join daily on counters.model_id = daily.model_id
where daily.change is distinct from counters.last_total - counters.first_total
