-- Grain: one row per canonical model with a counter: its first reading, where a sum over days begins.
select
    canonical_model_id as model_id,
    min(reading_date) as first_counter_date,
    min_by(downloads_total, reading_date) as first_counter_total,
    min_by(source, reading_date) as first_counter_source,
    min_by(table_name, reading_date) as first_counter_source_table
from {{ ref('int_counters__falls_marked') }}
where not is_skipped
group by canonical_model_id
