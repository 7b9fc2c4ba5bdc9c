-- Grain: one row per canonical model and kept reading, with whether a stall of its source takes it out.
with measured as (
    select * from {{ ref('int_counters__measured') }}
),

stalls as (
    select * from {{ ref('int_sources__stalls_judged') }}
    where stall_reason is not null
),

marked as (
    select
        measured.*,
        measured.is_witness and stalls.reading_date is not null as is_stalled
    from measured
    left join stalls
        on
            measured.source = stalls.source
            and measured.table_name = stalls.table_name
            and measured.reading_date = stalls.reading_date
)

-- A model's first and last reading stay, and so does what a correction starts from and ends at.
select
    canonical_model_id,
    reading_date,
    downloads_total,
    is_witness,
    source,
    table_name,
    previous_date,
    previous_total,
    previous_source,
    previous_table_name,
    skipped_readings,
    is_first,
    is_stalled,
    is_stalled and not (is_first or is_last or is_reset or is_before_reset) as is_merged_onward
from marked
