-- Grain: one row per source, table, model id (as received) and description of it, with the days between which it was
-- described so. Of the whole Hub nearly every model has one description: only the others are put in order.
{%- set attributes = described_attributes() %}

with redescribed as (
    select
        source,
        table_name,
        model_key
    from {{ ref('int_readings__descriptions') }}
    group by source, table_name, model_key
    having count(*) > 1
),

descriptions as (
    select
        descriptions.*,
        true as is_only,
        cast(null as date) as last_date
    from {{ ref('int_readings__descriptions') }} as descriptions
    anti join redescribed
        on
            descriptions.source = redescribed.source
            and descriptions.table_name = redescribed.table_name
            and descriptions.model_key = redescribed.model_key
    union all
    select
        descriptions.*,
        false as is_only,
        lead(descriptions.previous_date) over (
            partition by descriptions.source, descriptions.table_name, descriptions.model_id
            order by descriptions.described_from
        ) as last_date
    from {{ ref('int_readings__descriptions') }} as descriptions
    semi join redescribed
        on
            descriptions.source = redescribed.source
            and descriptions.table_name = redescribed.table_name
            and descriptions.model_key = redescribed.model_key
)

select
    descriptions.source,
    descriptions.table_name,
    descriptions.model_id,
    descriptions.described_from,
    {% for attribute in attributes %}
        descriptions.{{ attribute }},
    {% endfor %}
    descriptions.is_only,
    coalesce(descriptions.last_date, seen.last_date) as described_until
from descriptions
inner join {{ ref('int_readings__seen') }} as seen
    on
        descriptions.source = seen.source
        and descriptions.table_name = seen.table_name
        and descriptions.model_id = seen.model_id
