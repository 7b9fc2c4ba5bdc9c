-- Grain: one row per source, table and model whose 30-day figure turned out to be typed in since the last build, or
-- turned out not to be. That holds for all its readings, so all of them are judged again.
{%- set typed_in = as_built('int_readings__typed_in') %}

with now as (
    select * from {{ ref('int_readings__flat') }}
),

built as (
    {% if typed_in %}
        select * from {{ typed_in }}
    {% else %}
        select * from now
    {% endif %}
)

select
    coalesce(now.source, built.source) as source,
    coalesce(now.table_name, built.table_name) as table_name,
    coalesce(now.model_key, built.model_key) as model_key
from now
full outer join built
    on
        now.source = built.source
        and now.table_name = built.table_name
        and now.model_key = built.model_key
where now.model_key is null or built.model_key is null
