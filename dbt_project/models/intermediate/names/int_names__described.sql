-- Grain: one row per source and model (the source's own name): the newest that the source says of it.
with ranked as (
    select
        *,
        row_number() over (partition by source, source_model_name order by snapshot_date, table_name) as recency
    from {{ ref('int_names__descriptions') }}
)

select
    source,
    source_model_name,
    {% for column in [
        'canonical_name', 'display_name', 'organization_name', 'country', 'hub_model_id', 'openrouter_id', 'license',
        'is_open_weights', 'release_date', 'total_parameters', 'active_parameters'
    ] %}
        {{ last_known(column, 'recency') }} as {{ column }},
    {% endfor %}
    max(snapshot_date) as described_date
from ranked
group by source, source_model_name
