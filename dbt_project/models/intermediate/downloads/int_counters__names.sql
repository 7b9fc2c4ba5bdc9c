-- Grain: one row per canonical model with counting readings: its id, its number, and the day of its last counter.
{{ config(schema='basis') }}

select
    models.canonical_key,
    models.canonical_model_id,
    max(series.last_downloads_total_date) as last_counter_date
from {{ ref('int_counters__models') }} as models
inner join {{ ref('int_readings__series') }} as series on models.model_key = series.model_key
group by models.canonical_key, models.canonical_model_id
