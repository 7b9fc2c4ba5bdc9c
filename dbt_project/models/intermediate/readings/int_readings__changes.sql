-- Grain: one row per source, table, model and day on which a counting reading differs from the reading of the day
-- before; also where there was none on the day before, and where a model is no longer listed. A day without a row says
-- what the row before it says. Fast, because a new day reads its own file and the series' last values, nothing else.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_since_news(this, 'change_date') }}",
) }}
{%- set states = as_built('int_readings__states') %}
{%- set values = ['downloads_total', 'downloads_30d', 'likes'] %}

with news as (
    select * from {{ ref('int_snapshots__news') }}
),

calendar as (
    select * from {{ ref('int_snapshots__calendar') }}
    where not is_partial
),

incoming as (
    select * from {{ ref('int_readings__runs') }}
),

{% if is_incremental() and states %}
-- Where each series stood before the news: as the last build left it, or, before a late day, by the rows until then.
    last_rows as (
        select
            news.table_number,
            states.model_key,
            states.is_listed,
            states.previous_date,
            states.downloads_total,
            states.downloads_30d,
            states.likes,
            states.total_moved_on,
            states.highest_total,
            states.highest_since
        from {{ states }} as states
        inner join news on states.source = news.source and states.table_name = news.table_name and news.is_append
        union all
        select
            table_number,
            model_key,
            is_listed,
            previous_date,
            downloads_total,
            downloads_30d,
            likes,
            total_moved_on,
            highest_total,
            highest_since
        from (
            select
                built.*,
                news.table_number,
                max(built.downloads_total) over series as highest_total,
                max(case when built.is_highest then built.change_date end) over series as highest_since,
                row_number() over (series order by built.change_date desc) as newest_rank
            from {{ this }} as built
            inner join news
                on built.source = news.source and built.table_name = news.table_name and not news.is_append
            window series as (partition by news.table_number, built.model_key)
        ) as ranked
        where newest_rank = 1
    ),

    days_before as (
        select
            news.table_number,
            max(calendar.snapshot_date) as snapshot_date
        from news
        inner join calendar
            on
                news.source = calendar.source
                and news.table_name = calendar.table_name
                and news.read_from > calendar.snapshot_date
        group by news.table_number
    ),

    readings as (  -- noqa: ST03
        select
            *,
            cast(null as date) as total_moved_on,
            cast(null as bigint) as highest_total,
            cast(null as date) as highest_since,
            false as is_carried
        from incoming
        union all
        select
            last_rows.table_number,
            last_rows.model_key,
            case when last_rows.is_listed then days_before.snapshot_date else last_rows.previous_date end as first_day,
            case when last_rows.is_listed then days_before.snapshot_date else last_rows.previous_date end as last_day,
            last_rows.downloads_total,
            last_rows.downloads_30d,
            last_rows.likes,
            last_rows.total_moved_on,
            last_rows.highest_total,
            last_rows.highest_since,
            true as is_carried
        from last_rows
        inner join days_before on last_rows.table_number = days_before.table_number
    ),
{% else %}
    readings as (  -- noqa: ST03
        select
            *,
            cast(null as date) as total_moved_on,
            cast(null as bigint) as highest_total,
            cast(null as date) as highest_since,
            false as is_carried
        from incoming
    ),
{% endif %}

compared as (
    select
        * exclude (highest_total),
        lag(last_day) over series as previous_date,
        lead(first_day) over series as following_date,
        {% for value in values %}
            lag({{ value }}) over series as previous_{{ value }},
        {% endfor %}
        case
            when is_carried then highest_total
            else max(coalesce(highest_total, downloads_total)) over (
                series rows between unbounded preceding and 1 preceding
            )
        end as highest_before
    from readings
    window series as (partition by table_number, model_key order by first_day)
),

-- Values of other rows become signs here, because what follows is put in order once more.
marked as (
    select
        table_number,
        model_key,
        first_day,
        last_day,
        {{ values | join(', ') }},
        previous_date,
        previous_downloads_total,
        following_date,
        not is_carried
        and (
            previous_date is null
            or {{ days_between('previous_date', 'first_day') }} > 1
            {% for value in values %}
                or {{ value }} is distinct from previous_{{ value }}
            {% endfor %}
        ) as is_change,
        not is_carried and coalesce(downloads_total > highest_before, downloads_total is not null) as is_highest,
        coalesce(downloads_total >= highest_before, downloads_total is not null) as is_at_highest,
        case
            when is_carried then total_moved_on
            when previous_date is null or (downloads_total is distinct from previous_downloads_total) then first_day
        end as moved_day,
        case
            when is_carried then highest_since
            when coalesce(downloads_total > highest_before, downloads_total is not null) then first_day
        end as highest_day
    from compared
),

dated as (
    select
        * exclude (moved_day, highest_day),
        max(moved_day) over (series rows unbounded preceding) as total_moved_on,
        max(highest_day) over (series rows unbounded preceding) as highest_on
    from marked
    window series as (partition by table_number, model_key order by first_day)
),

changed as (
    select
        table_number,
        model_key,
        first_day as change_date,
        previous_date,
        true as is_listed,
        {{ values | join(', ') }},
        previous_downloads_total,
        total_moved_on,
        -- A counter that fell and came back to where it was has not moved; one that fell and stays low has.
        case when is_at_highest then highest_on else total_moved_on end as total_since,
        is_highest
    from dated
    where is_change
),

-- Of a series that had ended before the news, the row is there.
next_days as (
    select
        news.table_number,
        calendar.snapshot_date,
        calendar.next_date
    from calendar
    inner join news
        on
            calendar.source = news.source
            and calendar.table_name = news.table_name
            and calendar.next_date >= news.read_from
),

-- The day on which a model was looked for and not found.
ended as (
    select
        dated.table_number,
        dated.model_key,
        next_days.next_date as change_date,
        dated.last_day as previous_date,
        false as is_listed,
        {% for value in values %}
            dated.{{ value }},
        {% endfor %}
        dated.downloads_total as previous_downloads_total,
        dated.total_moved_on,
        case when dated.is_at_highest then dated.highest_on else dated.total_moved_on end as total_since,
        false as is_highest
    from dated
    inner join next_days on dated.table_number = next_days.table_number and dated.last_day = next_days.snapshot_date
    where next_days.next_date < coalesce(dated.following_date, date '9999-12-31')
),

told as (
    select * from changed
    union all
    select * from ended
)

select
    news.source,
    news.table_name,
    told.* exclude (table_number)  -- noqa: RF02
from told
inner join news on told.table_number = news.table_number
