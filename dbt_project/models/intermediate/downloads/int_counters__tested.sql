-- Grain: one row per canonical model whose days and intervals the tests of this build look at: all models or, of very
-- many, an equal part that is another one with each day, so that testing costs the same however long the history is.
-- The keys of a part lie together, as the intervals do: those of other models are passed over unread.
with parts as (
    select
        cast(greatest(ceil(count(*) / {{ var('work_tested_models') }}), 1) as bigint) as parts,
        max(canonical_key) + 1 as keys,
        {{ days_between("date '2000-01-01'", 'max(last_counter_date)') }} as turn
    from {{ ref('int_counters__names') }}
)

select
    names.canonical_key,
    names.canonical_model_id as model_id
from {{ ref('int_counters__names') }} as names
cross join parts
where {{ whole_quotient('names.canonical_key * parts.parts', 'parts.keys') }} = parts.turn % parts.parts
