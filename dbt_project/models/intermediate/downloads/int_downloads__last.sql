-- Grain: one row per canonical model with a counter: the last of its intervals, from whose end on its counter stands.
{{ config(
    schema='basis',
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='canonical_key',
    pre_hook="{{ forget_last_intervals(this) }}",
) }}

with touched as (
    select canonical_key from {{ ref('int_counters__scope') }}
    union distinct
    select models.canonical_key
    from {{ ref('int_readings__changes') }} as changes
    inner join {{ ref('int_counters__models') }} as models on changes.model_key = models.model_key
    inner join {{ ref('int_snapshots__news') }} as news
        on
            changes.source = news.source
            and changes.table_name = news.table_name
            and changes.change_date >= news.read_from
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

recent as (
    select intervals.*
    from {{ ref('int_downloads__intervals') }} as intervals
    semi join touched on intervals.canonical_key = touched.canonical_key
    cross join {{ ref('int_counters__window') }} as days
    where intervals.to_date >= days.look_from
),

-- Only for these all their rows must be looked through.
still as (
    select touched.canonical_key
    from touched
    anti join recent on touched.canonical_key = recent.canonical_key
),

candidates as (
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
