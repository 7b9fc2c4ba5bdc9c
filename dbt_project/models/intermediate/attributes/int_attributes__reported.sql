-- Grain: one row per source, table and model id: the newest value of each attribute that the table ever held.
{%- set attributes = [
    'created_at', 'release_date', 'pipeline_tag', 'library_name', 'license', 'gated', 'total_parameters',
    'active_parameters', 'is_moe', 'tags'
] %}

with described as (
    select * from {{ ref('int_readings__described') }}
),

newest as (
    select
        source,
        table_name,
        model_id,
        described_until as newest_date,
        {{ attributes | join(', ') }}
    from described
    where is_only
    union all
    select
        source,
        table_name,
        model_id,
        max(described_until) as newest_date,
    {% for attribute in attributes %}
        {{ last_known(attribute, 'described_from') }} as {{ attribute }}{{ ',' if not loop.last }}
    {% endfor %}
    from described
    where not is_only
    group by source, table_name, model_id
)

select
    newest.source,
    newest.table_name,
    newest.model_id,
    priorities.priority,
    newest.newest_date,
    newest.created_at,
    newest.release_date,
    newest.pipeline_tag,
    newest.library_name,
    coalesce(newest.license, {{ tag_value('newest.tags', 'license:') }}) as license,
    newest.gated,
    -- A record with tags is the Hub's own metadata, so its total comes from the safetensors header.
    case when newest.tags is not null then nullif(newest.total_parameters, 0) end as safetensors_parameters,
    case when newest.tags is null then nullif(newest.total_parameters, 0) end as stated_parameters,
    newest.active_parameters,
    newest.is_moe
from newest
inner join {{ ref('int_sources__priorities') }} as priorities
    on newest.source = priorities.source and newest.table_name = priorities.table_name
