-- Grain: one row per build: the newest day of the daily fact, over all models.
with ends as (
    select max(to_date) as download_date
    from {{ ref('int_downloads__intervals') }}
    where method <> 'first'
    union all
    select max(names.last_counter_date) as download_date
    from {{ ref('int_downloads__last') }} as last_intervals
    inner join {{ ref('int_counters__names') }} as names on last_intervals.canonical_key = names.canonical_key
    where last_intervals.to_date < names.last_counter_date
)

select max(download_date) as newest_date
from ends
