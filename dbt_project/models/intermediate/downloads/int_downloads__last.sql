-- Grain: one row per canonical model with a counter: the last of its intervals, from whose end on its counter stands.
{{ config(
    schema='basis',
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='canonical_key',
    pre_hook="{{ forget_last_intervals(this) }}",
) }}

with days as (
    select * from {{ ref('int_counters__window') }}
),

scope as (
    select * from {{ ref('int_counters__scope') }}
),

-- Of models that are taken as they were read only those have another last interval that have a new one.
recent as {{ 'not materialized' if not is_incremental() }} (
    select intervals.*
    from {{ ref('int_downloads__intervals') }} as intervals
    anti join scope on intervals.canonical_key = scope.canonical_key
    where intervals.to_date >= (select days.read_from from days)
    union all
    select intervals.*
    from {{ ref('int_downloads__intervals') }} as intervals
    semi join scope on intervals.canonical_key = scope.canonical_key
    where intervals.to_date >= (select days.look_from from days)
),

-- Those whose last interval may be an older one.
touched as (
    select canonical_key from scope
    {% if is_incremental() %}
        union distinct
        -- What a late day took away was forgotten here.
        select intervals.canonical_key
        from {{ ref('int_downloads__intervals') }} as intervals
        semi join {{ ref('int_snapshots__news') }} as news
            on intervals.source = news.source and intervals.table_name = news.table_name and not news.is_append
        anti join {{ this }} as known on intervals.canonical_key = known.canonical_key
    {% endif %}
),

-- Only for these all their rows must be looked through.
still as (
    select touched.canonical_key
    from touched
    anti join recent on touched.canonical_key = recent.canonical_key
),

candidates as {{ 'not materialized' if not is_incremental() }} (
    select * from recent
    union all
    select intervals.*
    from {{ ref('int_downloads__intervals') }} as intervals
    semi join still on intervals.canonical_key = still.canonical_key
),

-- To find the newest by numbering all rows would take several times as long.
ends as (
    select
        canonical_key,
        max(to_date) as to_date
    from candidates
    group by canonical_key
)

select
    candidates.canonical_key,
    candidates.to_date,
    candidates.to_total,
    candidates.source,
    candidates.table_name
from candidates
inner join ends on candidates.canonical_key = ends.canonical_key and candidates.to_date = ends.to_date
