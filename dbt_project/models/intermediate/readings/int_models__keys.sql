-- Grain: one row per model id that was ever read: a whole number that stands for it where there are many rows. Keys are
-- given in the order of arrival and mean nothing outside of this database.
-- depends_on: {{ ref('stg_history__models') }}
-- depends_on: {{ ref('stg_history__days') }}
{{ config(materialized='incremental', incremental_strategy='append') }}

with read as (
    select distinct model_id from {{ ref('int_readings__new') }}
    {% if has_compacted_news() %}
        union distinct
        select distinct model_id from {{ ref('stg_history__models') }}
    {% endif %}
),

strangers as (
    select read.model_id
    from read
    {% if is_incremental() %}
        anti join {{ this }} as known on read.model_id = known.model_id
    {% endif %}
)

select
    strangers.model_id,
    cast(
        {% if is_incremental() %}(select coalesce(max(known.model_key), 0) from {{ this }} as known) + {% endif %}
        row_number() over (order by strangers.model_id) as integer
    ) as model_key
from strangers
