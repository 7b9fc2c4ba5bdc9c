-- Grain: one row per source, table, revision, model id (as received), date and measure whose value is in no fact.
with readings as (
    select * from {{ ref('int_readings__ranked') }}
),

values_read as (
    select
        'downloads_total' as measure,
        source,
        table_name,
        model_id,
        canonical_model_id,
        reading_date,
        downloads_total as value,
        total_rejection_reason as rejection_reason,
        total_rank as rank,
        priority
    from readings
    where downloads_total is not null
    union all
    select
        'downloads_30d' as measure,
        source,
        table_name,
        model_id,
        canonical_model_id,
        reading_date,
        downloads_30d_received as value,
        coalesce(rolling_rejection_reason, case when is_stale_30d then 'stale_30d' end) as rejection_reason,
        rolling_rank as rank,
        priority
    from readings
    where downloads_30d_received is not null
),

winners as (
    select
        'downloads_total' as measure,
        canonical_model_id,
        reading_date,
        source,
        table_name,
        model_id,
        downloads_total as value,
        priority
    from readings
    where total_rank = 1
    union all
    select
        'downloads_30d' as measure,
        canonical_model_id,
        reading_date,
        source,
        table_name,
        model_id,
        downloads_30d as value,
        priority
    from readings
    where rolling_rank = 1
),

lost as (
    select
        values_read.measure,
        values_read.source,
        values_read.table_name,
        values_read.model_id,
        values_read.canonical_model_id,
        values_read.reading_date,
        values_read.value,
        case
            when values_read.rejection_reason is not null then values_read.rejection_reason
            when values_read.source = winners.source and values_read.table_name = winners.table_name
                then 'mirror_of_canonical'
            when values_read.priority > winners.priority then 'lower_priority_source'
            else 'same_priority_later_name'
        end as reason,
        winners.source as winning_source,
        winners.table_name as winning_table,
        winners.model_id as winning_model_id,
        winners.value as winning_value
    from values_read
    left join winners
        on
            values_read.measure = winners.measure
            and values_read.canonical_model_id = winners.canonical_model_id
            and values_read.reading_date = winners.reading_date
    where values_read.rejection_reason is not null or values_read.rank > 1
),

-- Readings that won their day and were then found to be no true state of the counter.
fallen as (
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
        'downloads_total' as measure,
        winners.source,
        winners.table_name,
        winners.model_id,
        winners.canonical_model_id,
        winners.reading_date,
        winners.value,
        fallen.reason,
        cast(null as varchar) as winning_source,
        cast(null as varchar) as winning_table,
        cast(null as varchar) as winning_model_id,
        cast(null as bigint) as winning_value
    from fallen
    inner join winners
        on
            fallen.canonical_model_id = winners.canonical_model_id
            and fallen.reading_date = winners.reading_date
            and winners.measure = 'downloads_total'
)

select * from lost
union all
select * from cleaned
