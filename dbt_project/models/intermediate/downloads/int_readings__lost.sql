-- Grain: one row per source, table, model (as received), day and measure whose value is in no fact: it may not count,
-- lost to another, or is proven untrue by the readings around it.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_judged_anew(this, 'canonical_model_id', day='reading_date') }}",
) }}

-- A model of a long listing is looked at day by day for some time alone: stale figures would be here or not by chance.
-- Those of models that are stale now are added by `ops.superseded_readings`.
with long_tables as (
    select distinct
        source,
        table_name
    from {{ ref('int_snapshots__calendar') }}
    where is_long
),

measures as (
    select
        'downloads_total' as measure,
        source,
        table_name,
        revision,
        model_id,
        canonical_model_id,
        reading_date,
        downloads_total as value,
        downloads_total as value_used,
        total_rejection_reason as rejection_reason,
        total_rank as preference,
        priority
    from {{ ref('int_readings__ranked') }}
    where downloads_total is not null
    union all
    select
        'downloads_30d' as measure,
        ranked.source,
        ranked.table_name,
        ranked.revision,
        ranked.model_id,
        ranked.canonical_model_id,
        ranked.reading_date,
        ranked.downloads_30d_received as value,
        ranked.downloads_30d as value_used,
        coalesce(
            ranked.rolling_rejection_reason,
            case when ranked.is_stale_30d and long_tables.source is null then 'stale_30d' end
        ) as rejection_reason,
        ranked.rolling_rank as preference,
        ranked.priority
    from {{ ref('int_readings__ranked') }} as ranked
    left join long_tables on ranked.source = long_tables.source and ranked.table_name = long_tables.table_name
    where ranked.downloads_30d_received is not null
),

winners as (
    select * from measures
    where preference = 1
),

lost as (
    select
        measures.*,
        case
            when measures.rejection_reason is not null then measures.rejection_reason
            when measures.source = winners.source and measures.table_name = winners.table_name
                then 'mirror_of_canonical'
            when measures.priority > winners.priority then 'lower_priority_source'
            else 'same_priority_later_name'
        end as reason,
        winners.source as winning_source,
        winners.table_name as winning_table,
        winners.model_id as winning_model_id,
        winners.value_used as winning_value
    from measures
    left join winners
        on
            measures.measure = winners.measure
            and measures.canonical_model_id = winners.canonical_model_id
            and measures.reading_date = winners.reading_date
    where measures.rejection_reason is not null or measures.preference > 1
),

-- Readings that won their day and that the readings around them prove untrue.
untrue as (
    select
        canonical_model_id,
        reading_date,
        'recovered_fall' as reason
    from {{ ref('int_counters__falls_marked') }}
    where is_skipped
    union all
    select
        canonical_model_id,
        reading_date,
        'stalled' as reason
    from {{ ref('int_counters__stalls_marked') }}
    where is_merged_onward
),

cleaned as (
    select
        winners.*,
        untrue.reason,
        cast(null as varchar) as winning_source,
        cast(null as varchar) as winning_table,
        cast(null as varchar) as winning_model_id,
        cast(null as bigint) as winning_value
    from untrue
    inner join winners
        on
            untrue.canonical_model_id = winners.canonical_model_id
            and untrue.reading_date = winners.reading_date
            and winners.measure = 'downloads_total'
),

found as (
    {% for part in ['lost', 'cleaned'] %}
        select
            measure,
            source,
            table_name,
            revision,
            model_id,
            canonical_model_id,
            reading_date,
            value,
            reason,
            winning_source,
            winning_table,
            winning_model_id,
            winning_value
        from {{ part }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select found.*
from found
inner join {{ ref('int_counters__scope') }} as scope on found.canonical_model_id = scope.canonical_model_id
cross join {{ ref('int_counters__window') }} as days
where scope.is_whole or found.reading_date > days.kept_until
