-- Grain: one row per source, table, model id (as received) and description of it, with the days between which it was
-- described so.
{%- set attributes = described_attributes() %}

select
    descriptions.source,
    descriptions.table_name,
    descriptions.model_id,
    descriptions.described_from,
    {% for attribute in attributes %}
        descriptions.{{ attribute }},
    {% endfor %}
    coalesce(
        lead(descriptions.previous_date) over (
            partition by descriptions.source, descriptions.table_name, descriptions.model_id
            order by descriptions.described_from
        ),
        seen.last_date
    ) as described_until
from {{ ref('int_readings__descriptions') }} as descriptions
inner join {{ ref('int_readings__seen') }} as seen
    on
        descriptions.source = seen.source
        and descriptions.table_name = seen.table_name
        and descriptions.model_id = seen.model_id
