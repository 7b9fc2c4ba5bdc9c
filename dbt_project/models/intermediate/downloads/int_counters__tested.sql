-- Grain: one row per canonical model whose days and intervals the tests of this build look at: all models or, of very
-- many, an equal part that is another one with each day, so that testing costs the same however long the history is.
with parts as (
    select
        greatest(ceil(count(*) / {{ var('work_tested_models') }}), 1) as parts,
        {{ days_between("date '2000-01-01'", 'max(last_counter_date)') }} as turn
    from {{ ref('int_counters__names') }}
)

select
    names.canonical_key,
    names.canonical_model_id as model_id
from {{ ref('int_counters__names') }} as names
cross join parts
where (names.canonical_key - parts.turn) % parts.parts = 0
