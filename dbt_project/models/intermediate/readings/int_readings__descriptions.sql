-- Grain: one row per source, table, model id (as received) and day from which on it was described otherwise.
-- Fast, because descriptions are compared as hashes by number, and only those that are new are read as a whole.
{%- set attributes = described_attributes() %}
-- depends_on: {{ ref('stg_history__descriptions') }}
-- depends_on: {{ ref('stg_history__models') }}
-- depends_on: {{ ref('stg_history__days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_since_news(this, 'described_from') }}",
) }}

{%- set parts = [ref('int_readings__new')] %}
{%- if has_compacted_news() %}
    {%- do parts.append('compacted') %}
{%- endif %}

with {% if 'compacted' in parts -%}
    compacted as (
        select
            descriptions.source,
            descriptions.table_name,
            models.model_id,
            descriptions.first_date as snapshot_date,
            {{ attributes | join(', ') }}
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
    ),
{% endif %}

received as (
    {% for part in parts %}
        select
            received.source,
            received.table_name,
            keys.model_key,
            received.snapshot_date,
            {{ row_hash(attributes) }} as description_hash
        from {{ part }} as received
        inner join {{ ref('int_models__keys') }} as keys on received.model_id = keys.model_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% if is_incremental() %}
    described_before as (
        select
            built.source,
            built.table_name,
            built.model_key,
            max_by(built.description_hash, built.described_from) as description_hash
        from {{ this }} as built
        inner join {{ ref('int_snapshots__news') }} as news
            on built.source = news.source and built.table_name = news.table_name
        group by built.source, built.table_name, built.model_key
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
                and received.model_key = described_before.model_key
    {% endif %}
    window series as (
        partition by received.source, received.table_name, received.model_key order by received.snapshot_date
    )
),

-- Without a row among the changes the model was read on the day before, too.
described_anew as (
    select
        compared.source,
        compared.table_name,
        compared.model_key,
        keys.model_id,
        compared.snapshot_date,
        case
            when compared.previous_hash is not null
                then coalesce(changes.previous_date, {{ add_days('compared.snapshot_date', -1) }})
        end as previous_date,
        compared.description_hash
    from compared
    inner join {{ ref('int_models__keys') }} as keys on compared.model_key = keys.model_key
    left join {{ ref('int_readings__changes') }} as changes
        on
            compared.source = changes.source
            and compared.table_name = changes.table_name
            and compared.model_key = changes.model_key
            and compared.snapshot_date = changes.change_date
            and changes.is_listed
    where compared.previous_hash is distinct from compared.description_hash
)

{% for part in parts %}
    select
        anew.source,
        anew.table_name,
        anew.model_key,
        anew.model_id,
        anew.snapshot_date as described_from,
        anew.previous_date,
        anew.description_hash,
    {%- for attribute in attributes %}
        part.{{ attribute }}{{ ',' if not loop.last }}
    {%- endfor %}
    from described_anew as anew
    inner join {{ part }} as part
        on
            anew.source = part.source
            and anew.table_name = part.table_name
            and anew.model_id = part.model_id
            and anew.snapshot_date = part.snapshot_date
    {{ 'union all' if not loop.last }}
{% endfor %}
