-- Grain: one row per source, table, model id (as received) and date, with its rank among the readings of the same model
-- and day. The counter and the 30-day figure are ranked apart: a source without totals must not hide one that has them.
with readings as (
    select
        *,
        downloads_total is not null and total_rejection_reason is null as has_total,
        downloads_30d is not null and rolling_rejection_reason is null as has_rolling
    from {{ ref('int_readings__unioned') }}
)

select
    source,
    table_name,
    revision,
    reading_date,
    model_id,
    canonical_model_id,
    priority,
    is_witness,
    downloads_total,
    downloads_30d,
    downloads_30d_received,
    is_stale_30d,
    total_rejection_reason,
    rolling_rejection_reason,
    case
        when has_total then row_number() over (
            partition by canonical_model_id, reading_date, has_total
            order by priority, source, table_name, model_id <> canonical_model_id, model_id
        )
    end as total_rank,
    case
        when has_rolling then row_number() over (
            partition by canonical_model_id, reading_date, has_rolling
            order by priority, source, table_name, model_id <> canonical_model_id, model_id
        )
    end as rolling_rank
from readings
