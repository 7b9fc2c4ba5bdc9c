-- Grain: one row per canonical model by which the news may change more than the days after `fallen_from`, because it
-- was not read on each of them: from its reading of `reach_date` on. A reading makes up falls among its model's last
-- ones, however long ago these were, and the newest one before it is no longer the last.
-- depends_on: {{ ref('int_snapshots__news') }}, {{ ref('int_snapshots__calendar') }}
-- depends_on: {{ ref('int_snapshots__recent') }}, {{ ref('int_readings__series') }}, {{ ref('int_readings__changes') }}
{%- set stalls = as_built('int_sources__stalls_judged') %}
{%- set intervals = as_built('int_downloads__intervals') %}
{%- set fall_readings = (var('fall_recovery_readings') | int) + 1 %}

{% if stalls and intervals %}
    with news as (
        select * from {{ ref('int_snapshots__news') }}
    ),

    calendar as (
        select * from {{ ref('int_snapshots__calendar') }}
        where not is_partial
    ),

    days as (
        select
            min(news.read_from) as read_from,
            coalesce(min(recent.fallen_from), min(news.read_from)) as fallen_from
        from news
        left join {{ ref('int_snapshots__recent') }} as recent
            on news.source = recent.source and news.table_name = recent.table_name
    ),

    -- Asked for once, so that changes before it are passed over while they are scanned.
    returns_from as (
        select min(recent.fallen_from) as fallen_from
        from {{ ref('int_snapshots__recent') }} as recent
        where recent.is_news
    ),

    -- Who was absent from at least one snapshot and is back.
    returned as (
        select distinct
            changes.source,
            changes.table_name,
            changes.model_key
        from {{ ref('int_readings__changes') }} as changes
        inner join calendar
            on
                changes.source = calendar.source
                and changes.table_name = calendar.table_name
                and changes.change_date = calendar.snapshot_date
        where
            changes.change_date >= (select returns_from.fallen_from from returns_from)
            and changes.is_listed
            -- Follows from the next condition, and leaves few rows to be joined.
            and {{ days_between('changes.previous_date', 'changes.change_date') }} > 1
            and changes.previous_date < calendar.previous_date
    ),

    -- Who has lost a reading, of a table that may have nothing of it any more.
    taken_back as (
        select distinct built.canonical_key
        from {{ intervals }} as built
        inner join news
            on
                built.source = news.source
                and built.table_name = news.table_name
                and not news.is_append
                and built.to_date >= news.read_from
    ),

    series as (
        select
            series.source,
            series.table_name,
            series.model_key,
            series.last_date,
            models.canonical_key,
            models.canonical_model_id,
            not series.is_long or series.was_big as is_witness,
            series.last_fall_date is not null or series.has_unknown_totals as may_have_fallen,
            -- Of a day that is another, who was read before is not known here.
            coalesce(series.last_downloads_total_date >= news.read_from or not news.is_append, false) as is_news,
            coalesce(
                recent.steady_from >= days.fallen_from
                and series.first_date <= recent.steady_from
                and series.last_date >= recent.newest_date
                and (
                    not series.has_unknown_totals
                    or (series.downloads_total is not null and series.last_known_again_date <= recent.steady_from)
                )
                and coalesce(series.last_end_date < recent.steady_from, true)
                and returned.model_key is null,
                false
            ) as is_steady
        from {{ ref('int_readings__series') }} as series
        inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
        cross join days
        left join {{ ref('int_snapshots__recent') }} as recent
            on series.source = recent.source and series.table_name = recent.table_name
        left join news on series.source = news.source and series.table_name = news.table_name
        left join returned
            on
                series.source = returned.source
                and series.table_name = returned.table_name
                and series.model_key = returned.model_key
    ),

    -- Of models of long listings that were never big each change is taken as it was read, unless their counter fell.
    unsteady as (
        select
            series.canonical_key,
            series.canonical_model_id,
            bool_or(series.is_witness) as is_witness
        from series
        left join taken_back on series.canonical_key = taken_back.canonical_key
        group by series.canonical_key, series.canonical_model_id
        having
            not bool_or(series.is_steady)
            and bool_or(series.is_news or taken_back.canonical_key is not null)
            and (bool_or(series.is_witness) or bool_or(series.may_have_fallen) or count(*) > 1)
    ),

    unsteady_series as (
        select series.*
        from series
        semi join unsteady on series.canonical_key = unsteady.canonical_key
    ),

    spans as (
        select * from {{ reading_spans('unsteady_series') }} as spans
        where is_listed and downloads_total is not null
    ),

    -- Of a day on which tables disagree any of them may count.
    readings as (
        select
            models.canonical_key,
            calendar.snapshot_date as reading_date,
            min(spans.downloads_total) as lowest_total,
            max(spans.downloads_total) as highest_total,
            bool_or(stalls.stall_reason is not null) as is_stalled
        from spans
        inner join {{ ref('int_counters__models') }} as models on spans.model_key = models.model_key
        inner join calendar
            on
                spans.source = calendar.source
                and spans.table_name = calendar.table_name
                and calendar.snapshot_date between spans.first_day and spans.last_day
        left join {{ stalls }} as stalls
            on
                calendar.source = stalls.source
                and calendar.table_name = stalls.table_name
                and calendar.snapshot_date = stalls.reading_date
        where calendar.snapshot_date < (select days.read_from from days)
        group by models.canonical_key, calendar.snapshot_date
    ),

    ranked as (
        select
            *,
            row_number() over (partition by canonical_key order by reading_date desc) as newest_rank
        from readings
    ),

    last_readings as (
        select
            *,
            lowest_total < max(highest_total) over (
                partition by canonical_key order by reading_date rows between unbounded preceding and 1 preceding
            ) as is_fallen
        from ranked
        where newest_rank <= {{ fall_readings }}
    ),

    reached as (
        select
            canonical_key,
            case
                when bool_or(is_fallen) then min(reading_date)
                when bool_or(newest_rank = 1 and is_stalled) then max(reading_date)
            end as reach_date
        from last_readings
        group by canonical_key
    )

    select
        unsteady.canonical_key,
        unsteady.canonical_model_id,
        unsteady.is_witness,
        reached.reach_date
    from unsteady
    inner join reached on unsteady.canonical_key = reached.canonical_key
    where reached.reach_date is not null
{% else %}
    -- A build that begins anew works out everything.
    select
        canonical_key,
        canonical_model_id,
        false as is_witness,
        cast(null as date) as reach_date
    from {{ ref('int_counters__models') }}
    where false
{% endif %}
