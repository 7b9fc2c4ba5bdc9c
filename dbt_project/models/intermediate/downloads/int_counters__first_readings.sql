-- Grain: one row per canonical model with a counter: its first reading, where a sum over days begins.
-- A table, because the engine knows how many rows one has: it would put the whole dimension aside to join it with this.
select
    names.canonical_model_id as model_id,
    intervals.to_date as first_counter_date,
    intervals.to_total as first_counter_total,
    intervals.source as first_counter_source,
    intervals.table_name as first_counter_source_table
from {{ ref('int_downloads__intervals') }} as intervals
inner join {{ ref('int_counters__names') }} as names on intervals.canonical_key = names.canonical_key
where intervals.method = 'first'
