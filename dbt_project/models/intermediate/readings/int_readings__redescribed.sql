-- Grain: one row per source, table, model and day of the news on which the model is described otherwise than the day
-- before, or for the first time. Fast, because descriptions are compared as hashes and by numbers, whole ones would not
-- fit into memory, and because days are put in order only of models that the news describe in several ways.
{%- set attributes = described_attributes() %}
{%- set before = as_built('int_readings__descriptions') %}

with news as (
    select * from {{ ref('int_snapshots__news') }}
),

received as (
    select
        received.table_number,
        keys.model_key,
        received.snapshot_date,
        {{ row_hash(attributes) }} as description_hash
    from {{ ref('int_readings__new') }} as received
    inner join {{ ref('int_models__keys') }} as keys on received.model_id = keys.model_id
    union all
    select
        news.table_number,
        keys.model_key,
        descriptions.snapshot_date,
        descriptions.description_hash
    from {{ ref('int_readings__compacted_descriptions') }} as descriptions
    inner join news on descriptions.source = news.source and descriptions.table_name = news.table_name
    inner join {{ ref('int_models__keys') }} as keys on descriptions.model_id = keys.model_id
),

{% if before %}
    described_before as (  -- noqa: ST03
        select
            news.table_number,
            built.model_key,
            max_by(built.description_hash, built.described_from) as description_hash
        from {{ before }} as built
        inner join news
            on
                built.source = news.source
                and built.table_name = news.table_name
                and built.described_from < news.read_from
        group by news.table_number, built.model_key
    ),
{% endif %}

described as (
    select
        table_number,
        model_key,
        description_hash,
        min(snapshot_date) as snapshot_date
    from received
    group by table_number, model_key, description_hash
),

described_again as (
    select
        table_number,
        model_key
    from described
    group by table_number, model_key
    having count(*) > 1
),

-- One description stands from its first day on; of several each day may have another.
told as (
    select
        described.table_number,
        described.model_key,
        described.snapshot_date,
        described.description_hash
    from described
    anti join described_again
        on
            described.table_number = described_again.table_number
            and described.model_key = described_again.model_key
    union all
    select
        received.table_number,
        received.model_key,
        received.snapshot_date,
        received.description_hash
    from received
    semi join described_again
        on
            received.table_number = described_again.table_number
            and received.model_key = described_again.model_key
),

compared as (
    select
        told.*,
        coalesce(
            lag(told.description_hash) over series,
            {{ 'described_before.description_hash' if before else 'null' }}
        ) as previous_hash
    from told
    {% if before %}
        left join described_before  -- noqa: ST11
            on told.table_number = described_before.table_number and told.model_key = described_before.model_key
    {% endif %}
    window series as (partition by told.table_number, told.model_key order by told.snapshot_date)
)

select
    news.source,
    news.table_name,
    compared.model_key,
    keys.model_id,
    compared.snapshot_date,
    compared.description_hash,
    compared.previous_hash is null as is_first
from compared
inner join news on compared.table_number = news.table_number
inner join {{ ref('int_models__keys') }} as keys on compared.model_key = keys.model_key
where compared.previous_hash is distinct from compared.description_hash
