-- Grain: one row per canonical model and reading that ends an interval: how much was downloaded in it, and how that is
-- known. Falls that were made up and stalls are merged into the interval that follows them.
with marked as (
    select * from {{ ref('int_counters__stalls_marked') }}
),

-- Each kept reading closes a stretch: itself and the merged readings before it.
stretches as (
    select
        *,
        count_if(not is_merged_onward) over (
            partition by canonical_model_id
            order by reading_date
            rows between current row and unbounded following
        ) as stretches_left
    from marked
),

merged as (
    select
        canonical_model_id,
        min(previous_date) as from_date,
        max(reading_date) as to_date,
        min_by(previous_total, reading_date) as from_total,
        min_by(previous_source, reading_date) as from_source,
        min_by(previous_table_name, reading_date) as from_table_name,
        max_by(downloads_total, reading_date) as to_total,
        max_by(is_witness, reading_date) as is_witness,
        max_by(source, reading_date) as source,
        max_by(table_name, reading_date) as table_name,
        sum(skipped_readings) as skipped_readings,
        bool_or(is_stalled) as is_stalled
    from stretches
    where not is_first
    group by canonical_model_id, stretches_left
)

select
    canonical_model_id,
    from_date,
    to_date,
    {{ days_between('from_date', 'to_date') }} as interval_days,
    from_total,
    to_total,
    to_total - from_total as growth,
    is_witness,
    source,
    table_name,
    from_source,
    from_table_name,
    case
        when to_total < from_total then 'reset'
        when skipped_readings > 0 then 'recovered_fall'
        when is_stalled then 'stalled'
        when to_date > {{ add_days('from_date', 1) }} then 'spread_over_gap'
        else 'observed'
    end as method
from merged
