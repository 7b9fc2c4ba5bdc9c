-- Grain: one row per source, table, model id (as received) and day of the news: what is to be read now.
{{ config(materialized='view') }}
{%- set columns = [
    'source', 'table_name', 'revision', 'snapshot_date', 'model_id', 'hub_id', 'status', 'downloads_total',
    'downloads_30d', 'likes', 'created_at', 'release_date', 'pipeline_tag', 'library_name', 'license', 'gated',
    'total_parameters', 'active_parameters', 'is_moe', 'tags', 'base_models'
] %}

with received as (
    select {{ columns | join(', ') }}
    from {{ ref('stg_hf_hub__readings') }}
    where {{ is_since_news('hf_hub', 'snapshot_date') }}
    union all
    select {{ columns | join(', ') }}
    from {{ ref('stg_hf_archive__readings') }}
    where {{ is_since_news('hf_archive', 'snapshot_date') }}
)

select
    received.*,
    news.table_number,
    calendar.priority,
    calendar.is_partial,
    case
        when lower(received.status) = 'removed' then 'removed'
        when calendar.is_partial then 'partial_snapshot'
    end as rejection_reason
from received
inner join {{ ref('int_snapshots__news') }} as news
    on
        received.source = news.source
        and received.table_name = news.table_name
        and received.snapshot_date >= news.read_from
inner join {{ ref('int_snapshots__calendar') }} as calendar
    on
        received.source = calendar.source
        and received.table_name = calendar.table_name
        and received.snapshot_date = calendar.snapshot_date
