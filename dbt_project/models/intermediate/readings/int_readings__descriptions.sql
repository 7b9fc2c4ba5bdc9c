-- Grain: one row per source, table, model id (as received) and day from which on it was described otherwise.
{%- set attributes = described_attributes() %}
-- depends_on: {{ ref('stg_history__descriptions') }}
-- depends_on: {{ ref('stg_history__models') }}
-- depends_on: {{ ref('stg_history__days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_since_news(this, 'described_from') }}",
) }}

with received as (
    select
        source,
        table_name,
        model_id,
        snapshot_date,
        {{ attributes | join(', ') }},
        {{ row_hash(attributes) }} as description_hash
    from {{ ref('int_readings__new') }}
    {% if has_compacted_news() %}
        union all
        select
            descriptions.source,
            descriptions.table_name,
            models.model_id,
            descriptions.first_date as snapshot_date,
            {{ attributes | join(', ') }},
            {{ row_hash(attributes) }} as description_hash
        from {{ ref('stg_history__descriptions') }} as descriptions
        inner join {{ ref('stg_history__models') }} as models
            on
                descriptions.source = models.source
                and descriptions.table_name = models.table_name
                and descriptions.history_key = models.history_key
        inner join {{ ref('int_snapshots__news') }} as news
            on
                descriptions.source = news.source
                and descriptions.table_name = news.table_name
                and descriptions.first_date >= news.read_from
    {% endif %}
),

{% if is_incremental() %}
    described_before as (
        select
            built.source,
            built.table_name,
            built.model_id,
            max(built.described_from) as snapshot_date,
            max_by(built.description_hash, built.described_from) as description_hash
        from {{ this }} as built
        inner join {{ ref('int_snapshots__news') }} as news
            on built.source = news.source and built.table_name = news.table_name
        group by built.source, built.table_name, built.model_id
    ),
{% endif %}

compared as (
    select
        received.*,
        {% if is_incremental() %}
            coalesce(
                lag(received.description_hash) over series, described_before.description_hash
            ) as previous_hash
        {% else %}
            lag(received.description_hash) over series as previous_hash
        {% endif %}
    from received
    {% if is_incremental() %}
        left join described_before  -- noqa: ST11
            on
                received.source = described_before.source
                and received.table_name = described_before.table_name
                and received.model_id = described_before.model_id
    {% endif %}
    window series as (
        partition by received.source, received.table_name, received.model_id order by received.snapshot_date
    )
)

-- Without a row among the changes the model was read on the day before, too.
select
    compared.source,
    compared.table_name,
    compared.model_id,
    compared.snapshot_date as described_from,
    case
        when compared.previous_hash is not null
            then coalesce(changes.previous_date, {{ add_days('compared.snapshot_date', -1) }})
    end as previous_date,
    compared.description_hash,
{%- for attribute in attributes %}
    compared.{{ attribute }}{{ ',' if not loop.last }}
{%- endfor %}
from compared
inner join {{ ref('int_models__keys') }} as keys on compared.model_id = keys.model_id
left join {{ ref('int_readings__changes') }} as changes
    on
        compared.source = changes.source
        and compared.table_name = changes.table_name
        and keys.model_key = changes.model_key
        and compared.snapshot_date = changes.change_date
        and changes.is_listed
where compared.previous_hash is distinct from compared.description_hash
