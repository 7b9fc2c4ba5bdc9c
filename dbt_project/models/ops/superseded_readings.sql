-- Grain: one row per source, table, revision, vintage, model (as received), date and measure whose value is in no fact.
with older as (
    select
        older.*,
        keys.model_key,
        models.canonical_model_id
    from {{ ref('int_readings__older_revisions') }} as older
    left join {{ ref('int_models__keys') }} as keys on older.model_id = keys.model_id
    left join {{ ref('int_models__canonical') }} as models on older.model_id = models.model_id
),

series as (
    select series.*
    from {{ ref('int_readings__series') }} as series
    semi join older
        on series.source = older.source and series.table_name = older.table_name and series.model_key = older.model_key
),

spans as (
    select * from {{ reading_spans('series') }} as spans
    where is_listed
),

-- What the newest answers for the same days say.
answers as (
    {% for measure in ['downloads_total', 'downloads_30d'] %}
        select
            '{{ measure }}' as measure,
            older.source,
            older.table_name,
            older.model_id,
            older.reading_date,
            spans.{{ measure }} as value
        from older
        inner join spans
            on
                older.source = spans.source
                and older.table_name = spans.table_name
                and older.model_key = spans.model_key
                and older.reading_date between spans.first_day and spans.last_day
        where older.measure = '{{ measure }}' and spans.{{ measure }} is not null
        union all
        select
            '{{ measure }}' as measure,
            source,
            table_name,
            model_id,
            snapshot_date as reading_date,
            {{ measure }} as value
        from {{ ref('int_readings__rejected') }}
        where {{ measure }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

newest as (
    select distinct
        measure,
        source,
        table_name,
        model_id,
        reading_date,
        value
    from answers
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
    left join newest
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

lost as (
    select * from {{ ref('int_readings__lost') }}
),

-- Readings that do not count of models that are not looked at day by day: no other reading of the day could win.
uncounted as (
    {% for measure in ['downloads_total', 'downloads_30d'] %}
        select
            '{{ measure }}' as measure,
            rejected.source,
            rejected.table_name,
            rejected.revision,
            rejected.model_id,
            models.canonical_model_id,
            rejected.snapshot_date as reading_date,
            rejected.{{ measure }} as value,
            rejected.rejection_reason as reason,
            cast(null as varchar) as winning_source,
            cast(null as varchar) as winning_table,
            cast(null as varchar) as winning_model_id,
            cast(null as bigint) as winning_value
        from {{ ref('int_readings__rejected') }} as rejected
        inner join {{ ref('int_models__canonical') }} as models on rejected.model_id = models.model_id
        anti join lost
            on
                lost.measure = '{{ measure }}'
                and rejected.source = lost.source
                and rejected.table_name = lost.table_name
                and rejected.model_id = lost.model_id
                and rejected.snapshot_date = lost.reading_date
        where rejected.{{ measure }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Of models of a long listing, which are not all looked at day by day, those whose figure is stale now.
stale_series as (
    select * from {{ ref('int_readings__series') }}
    where is_long and is_30d_stale
),

stale_spans as (
    select * from {{ reading_spans('stale_series', since='total_since') }} as spans
    where is_listed
),

stale as (
    select
        'downloads_30d' as measure,
        stale_spans.source,
        stale_spans.table_name,
        calendar.revision,
        stale_series.model_id,
        models.canonical_model_id,
        calendar.snapshot_date as reading_date,
        stale_spans.downloads_30d as value,
        'stale_30d' as reason,
        stale_spans.source as winning_source,
        stale_spans.table_name as winning_table,
        stale_series.model_id as winning_model_id,
        0 as winning_value
    from stale_spans
    inner join stale_series
        on
            stale_spans.source = stale_series.source
            and stale_spans.table_name = stale_series.table_name
            and stale_spans.model_key = stale_series.model_key
    inner join {{ ref('int_snapshots__calendar') }} as calendar
        on
            stale_spans.source = calendar.source
            and stale_spans.table_name = calendar.table_name
            and calendar.snapshot_date between stale_spans.first_day and stale_spans.last_day
            and not calendar.is_partial
    inner join {{ ref('int_models__canonical') }} as models on stale_series.model_id = models.model_id
    anti join lost
        on
            lost.measure = 'downloads_30d'
            and stale_spans.source = lost.source
            and stale_spans.table_name = lost.table_name
            and stale_series.model_id = lost.model_id
            and calendar.snapshot_date = lost.reading_date
    where
        {{ is_stale_30d(
            'stale_spans.downloads_total', 'stale_spans.downloads_30d', 'stale_spans.total_since',
            'calendar.snapshot_date', after_days=var('stale_after_days')
        ) }}
),

readings as (
    {% for part in ['restated', 'lost', 'uncounted', 'stale'] %}
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
