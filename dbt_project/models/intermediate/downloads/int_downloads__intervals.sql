-- Grain: one row per canonical model and reading that ends an interval: how much was downloaded since the reading
-- before it, and how that is known. The first reading has a row of its own, without days. On days between `stood_from`
-- and `from_date` the model was read daily and its counter stood still; these need no rows.
-- Fast, because most models are as they were read: of them a new day adds what moved and looks at nothing else.
{{ config(
    schema='basis',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_intervals(this) }}",
) }}
{%- set last_intervals = as_built('int_downloads__last') %}

with days as (
    select * from {{ ref('int_counters__window') }}
),

scope as (
    select * from {{ ref('int_counters__scope') }}
),

-- ---- worked out day by day ----------------------------------------------------------------------------------------
judged as (
    select
        scope.canonical_key,
        scope.is_whole,
        scope.stood_from,
        intervals.*
    from {{ ref('int_counters__intervals') }} as intervals
    inner join scope on intervals.canonical_model_id = scope.canonical_model_id
),

-- Standing still from one day to the next needs no row.
telling as (
    select * from judged
    where
        growth <> 0
        or method <> 'observed'
        or source <> from_source
        or table_name <> from_table_name
),

telling_anew as (
    select * from telling
    where is_whole or to_date > (select days.kept_until from days)
),

-- The first reading that the window has of a model is no beginning.
firsts as (
    select
        scope.canonical_key,
        marked.reading_date,
        marked.downloads_total,
        marked.source,
        marked.table_name
    from {{ ref('int_counters__stalls_marked') }} as marked
    inner join scope on marked.canonical_model_id = scope.canonical_model_id
    where marked.is_first and scope.is_whole
),

day_by_day as (
    select
        canonical_key,
        stood_from,
        from_date,
        to_date,
        from_total,
        to_total,
        source,
        table_name,
        from_source,
        from_table_name,
        method
    from telling_anew
    union all
    select
        canonical_key,
        cast(null as date) as stood_from,
        reading_date as from_date,
        reading_date as to_date,
        downloads_total as from_total,
        downloads_total as to_total,
        source,
        table_name,
        source as from_source,
        table_name as from_table_name,
        'first' as method
    from firsts
),

day_by_day_linked as (
    select
        * exclude (stood_from),
        coalesce(lag(to_date) over (partition by canonical_key order by to_date), stood_from) as stood_from
    from day_by_day
),

-- ---- as it was read ---------------------------------------------------------------------------------------------
changes as (
    select
        models.canonical_key,
        coalesce(changes.previous_date, changes.change_date) as from_date,
        changes.change_date as to_date,
        coalesce(changes.previous_downloads_total, changes.downloads_total) as from_total,
        changes.downloads_total as to_total,
        changes.source,
        changes.table_name,
        changes.source as from_source,
        changes.table_name as from_table_name,
        case
            when changes.previous_date is null then 'first'
            when {{ days_between('changes.previous_date', 'changes.change_date') }} > 1 then 'spread_over_gap'
            else 'observed'
        end as method
    from {{ ref('int_readings__changes') }} as changes
    inner join {{ ref('int_counters__models') }} as models on changes.model_key = models.model_key
    inner join {{ ref('int_snapshots__news') }} as news
        on
            changes.source = news.source
            and changes.table_name = news.table_name
            and changes.change_date >= news.read_from
    anti join scope on models.canonical_key = scope.canonical_key
    where
        changes.is_listed
        and changes.downloads_total is not null
        and (
            changes.previous_date is null
            or changes.downloads_total <> changes.previous_downloads_total
            or {{ days_between('changes.previous_date', 'changes.change_date') }} > 1
        )
),

{% if is_incremental() and last_intervals %}
    first_changes as (
        select
            canonical_key,
            min(to_date) as to_date
        from changes
        group by canonical_key
    ),

    -- Where each of these models stood: as the last build left it, or, where a late day took rows away, by those left.
    last_before as (
        select
            last_intervals.canonical_key,
            last_intervals.to_date
        from {{ last_intervals }} as last_intervals
        inner join first_changes
            on
                last_intervals.canonical_key = first_changes.canonical_key
                and last_intervals.to_date < first_changes.to_date
        -- Its end may itself have been taken away.
        anti join {{ ref('int_snapshots__news') }} as news
            on
                last_intervals.source = news.source
                and last_intervals.table_name = news.table_name
                and last_intervals.to_date >= news.read_from
                and not news.is_append
    ),

    rewound as (
        select distinct changes.canonical_key
        from changes
        anti join last_before on changes.canonical_key = last_before.canonical_key
        semi join {{ last_intervals }} as last_intervals on changes.canonical_key = last_intervals.canonical_key
    ),

    stood as (
        select
            canonical_key,
            to_date
        from last_before
        union all
        select
            built.canonical_key,
            max(built.to_date) as to_date
        from {{ this }} as built
        semi join rewound on built.canonical_key = rewound.canonical_key
        group by built.canonical_key
    ),
{% endif %}

as_read as (
    select
        changes.*,
        {% if is_incremental() and last_intervals %}
            coalesce(
                lag(changes.to_date) over (partition by changes.canonical_key order by changes.to_date), stood.to_date
            ) as stood_from
        {% else %}
            lag(changes.to_date) over (partition by changes.canonical_key order by changes.to_date) as stood_from
        {% endif %}
    from changes
    {% if is_incremental() and last_intervals %}
        left join stood on changes.canonical_key = stood.canonical_key  -- noqa: ST11
    {% endif %}
)

{% for part in ['day_by_day_linked', 'as_read'] %}
    select
        canonical_key,
        coalesce(stood_from, from_date) as stood_from,
        from_date,
        to_date,
        from_total,
        to_total,
        source,
        table_name,
        from_source,
        from_table_name,
        method
    from {{ part }}
    {{ 'union all' if not loop.last }}
{% endfor %}
