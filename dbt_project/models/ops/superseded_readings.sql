-- Grain: one row per source, table, revision, vintage, model (as received), date and measure whose value is in no fact.
with measures as (
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
        source,
        table_name,
        revision,
        model_id,
        canonical_model_id,
        reading_date,
        downloads_30d_received as value,
        downloads_30d as value_used,
        coalesce(rolling_rejection_reason, case when is_stale_30d then 'stale_30d' end) as rejection_reason,
        rolling_rank as preference,
        priority
    from {{ ref('int_readings__ranked') }}
    where downloads_30d_received is not null
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

-- Earlier answers for the same source, table and day, where the newest one says something else.
older as (
    select
        older.*,
        models.canonical_model_id
    from {{ ref('int_readings__older_revisions') }} as older
    left join {{ ref('int_models__canonical') }} as models on older.model_id = models.model_id
),

restated as (
    select
        older.measure,
        older.source,
        older.table_name,
        older.revision,
        older.model_id,
        coalesce(older.canonical_model_id, older.model_id) as canonical_model_id,
        older.reading_date,
        older.value,
        'older_revision' as reason,
        newest.source as winning_source,
        newest.table_name as winning_table,
        newest.model_id as winning_model_id,
        newest.value as winning_value
    from older
    left join measures as newest
        on
            older.measure = newest.measure
            and older.source = newest.source
            and older.table_name = newest.table_name
            and older.model_id = newest.model_id
            and older.reading_date = newest.reading_date
    where older.value is distinct from newest.value
),

-- Tokens of vintages that a newer one replaced, and of earlier answers for the same vintage.
replaced_tokens as (
    select
        tokens.*,
        'older_vintage' as reason
    from {{ ref('stg_openrouter__tokens') }} as tokens
    inner join {{ ref('int_inference__vintages') }} as vintages
        on
            tokens.table_name = vintages.table_name
            and tokens.source_as_of = vintages.source_as_of
            and tokens.token_date = vintages.token_date
            and not vintages.is_newest
    union all
    select
        *,
        'older_revision' as reason
    from {{ ref('stg_openrouter__older_tokens') }}
    where table_name = 'rankings_daily' and period_days = 1
),

older_tokens as (
    select
        'tokens' as measure,
        tokens.source,
        tokens.table_name,
        tokens.revision,
        tokens.model_slug as model_id,
        coalesce(names.model_id, tokens.model_slug) as canonical_model_id,
        tokens.token_date as reading_date,
        tokens.tokens as value,
        tokens.reason,
        newest.source as winning_source,
        newest.source_table as winning_table,
        newest.model_slug as winning_model_id,
        newest.tokens as winning_value,
        tokens.source_as_of
    from replaced_tokens as tokens
    left join {{ ref('fct_inference_tokens_daily') }} as newest
        on tokens.token_date = newest.token_date and tokens.model_slug = newest.model_slug
    left join {{ ref('map_model_names') }} as names
        on names.source = 'openrouter' and tokens.model_slug = names.source_model_name
),

readings as (
    {% for part in ['lost', 'cleaned', 'restated'] %}
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
            winning_value,
            reading_date as source_as_of
        from {{ part }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from readings
union all
select * from older_tokens
