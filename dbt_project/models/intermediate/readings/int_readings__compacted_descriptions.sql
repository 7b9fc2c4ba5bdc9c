-- Grain: one row per source, table, model id and day of the news from which on compacted snapshots describe the model
-- otherwise. Emptied at the end of a build, as the news are. Kept apart, because it is asked for twice and the
-- attributes of all change rows are looked through for it.
{%- set attributes = described_attributes() %}
-- depends_on: {{ ref('stg_history__days') }}

select
    descriptions.source,
    descriptions.table_name,
    descriptions.model_id,
    descriptions.first_date as snapshot_date,
    {{ row_hash(attributes) }} as description_hash,
{%- for attribute in attributes %}
    descriptions.{{ attribute }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('stg_history__descriptions') }} as descriptions
inner join {{ ref('int_snapshots__news') }} as news
    on
        descriptions.source = news.source
        and descriptions.table_name = news.table_name
        and descriptions.first_date >= news.read_from
-- Said beforehand, because the engine would read all of the history to find that none of it is asked for.
where {{ 'true' if has_compacted_news() else 'false' }}
