-- Grain: one row per table, model and run of days of the news on each of which the same counting reading was
-- given. Days are put together before anything is concluded from them, because of many days of a whole listing most say
-- what the day before said, and what follows would take ten times the memory.
{{ config(materialized='view') }}
{%- set values = ['downloads_total', 'downloads_30d', 'likes'] %}

with received as (
    select
        received.table_number,
        keys.model_key,
        received.snapshot_date,
        received.downloads_total,
        received.downloads_30d,
        received.likes
    from {{ ref('int_readings__new') }} as received
    inner join {{ ref('int_models__keys') }} as keys on received.model_id = keys.model_id
    where received.rejection_reason is null
),

compared as (
    select
        *,
        lag(snapshot_date) over series as previous_date,
        lead(snapshot_date) over series is null as is_last,
        coalesce(
            {{ days_between('lag(snapshot_date) over series', 'snapshot_date') }} > 1
            {% for value in values %}
                or {{ value }} is distinct from lag({{ value }}) over series
            {% endfor %},
            true
        ) as is_first
    from received
    window series as (partition by table_number, model_key order by snapshot_date)
),

-- A run ends on the day before the next one begins, the last run on the last day.
ended as (
    select
        *,
        coalesce(
            case
                when lead(is_first) over series then lead(previous_date) over series
                else lead(snapshot_date) over series
            end,
            snapshot_date
        ) as last_day
    from compared
    where is_first or is_last
    window series as (partition by table_number, model_key order by snapshot_date)
)

select
    table_number,
    model_key,
    snapshot_date as first_day,
    last_day,
    {{ values | join(', ') }}
from ended
where is_first
union all
select
    table_number,
    model_key,
    first_day,
    last_day,
    {{ values | join(', ') }}
from {{ ref('int_readings__compacted') }}
where rejection_reason is null
