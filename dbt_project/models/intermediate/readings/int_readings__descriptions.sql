-- Grain: one row per source, table, model id (as received) and day from which on it was described otherwise.
{%- set attributes = described_attributes() %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_since_news(this, 'described_from') }}",
) }}

with described as (
    select
        source,
        table_name,
        model_id,
        snapshot_date,
        {{ attributes | join(', ') }}
    from {{ ref('int_readings__new') }}
    union all
    select
        source,
        table_name,
        model_id,
        snapshot_date,
        {{ attributes | join(', ') }}
    from {{ ref('int_readings__compacted_descriptions') }}
),

-- Without a row among the changes the model was read on the day before, too. Asked for the few that had been described
-- before: to join all would be to put all changes together.
changes as (
    select
        redescribed.source,
        redescribed.table_name,
        redescribed.model_key,
        redescribed.snapshot_date,
        changes.previous_date
    from {{ ref('int_readings__changes') }} as changes
    inner join {{ ref('int_readings__redescribed') }} as redescribed
        on
            changes.source = redescribed.source
            and changes.table_name = redescribed.table_name
            and changes.model_key = redescribed.model_key
            and changes.change_date = redescribed.snapshot_date
            and not redescribed.is_first
    where changes.is_listed
)

select
    redescribed.source,
    redescribed.table_name,
    redescribed.model_key,
    redescribed.model_id,
    redescribed.snapshot_date as described_from,
    case
        when not redescribed.is_first
            then coalesce(changes.previous_date, {{ add_days('redescribed.snapshot_date', -1) }})
    end as previous_date,
    redescribed.description_hash,
{%- for attribute in attributes %}
    described.{{ attribute }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('int_readings__redescribed') }} as redescribed
inner join described
    on
        redescribed.source = described.source
        and redescribed.table_name = described.table_name
        and redescribed.model_id = described.model_id
        and redescribed.snapshot_date = described.snapshot_date
left join changes
    on
        redescribed.source = changes.source
        and redescribed.table_name = changes.table_name
        and redescribed.model_key = changes.model_key
        and redescribed.snapshot_date = changes.snapshot_date
