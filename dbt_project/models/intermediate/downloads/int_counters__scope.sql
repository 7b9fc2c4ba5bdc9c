-- Grain: one row per canonical model that is worked out day by day now: all whose readings in the window sources are
-- judged by, and those whose counters something disputes. From its first reading on (`is_whole`), or in the window, if
-- there are readings enough before the days that are judged: then `stood_from` says where its counter stood.
-- Of all others each change is taken as it was read (int_downloads__intervals).
{%- set intervals = as_built('int_downloads__intervals') %}
{%- set last_intervals = as_built('int_downloads__last') %}
{%- set lost = as_built('int_readings__lost') %}
{%- set judged_days = var('work_judged_again_days') | int %}

with days as (
    select
        *,
        -- From here on judgements count: of days after `kept_until`, and of those that these are compared with.
        {{ add_days('kept_until', -1 * judged_days) }} as counts_from
    from {{ ref('int_counters__window') }}
),

calendar as (
    select * from {{ ref('int_snapshots__calendar') }}
    where not is_partial
),

series as (
    select
        series.*,
        models.canonical_key,
        models.canonical_model_id,
        series.last_date >= days.look_from as is_in_window,
        -- It may follow on what another table read last.
        series.first_date >= days.look_from or series.last_end_date is not null as is_broken
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
    cross join days
),

-- Of several tables only those dispute a counter now that still read the model.
contested as (
    select canonical_key
    from series
    group by canonical_key
    having count(*) > 1 and (count_if(is_in_window) > 1 or bool_or(is_in_window and is_broken))
),

read_in_window as (
    select
        series.canonical_key,
        series.was_big,
        not series.is_long
        -- It was short: what it judged by small models is forgotten.
        or news.source is not null
        or series.is_big
        or contested.canonical_key is not null
        or series.is_30d_stale
        or typed_in.model_key is not null
        or (
            series.has_unknown_totals
            and series.first_total_date is not null
            and coalesce(series.downloads_total is null or series.last_known_again_date >= days.look_from, true)
        )
        -- So long ago a fall may yet be made up.
        or coalesce(series.last_fall_date >= least(days.look_from, recent.looked_from), false) as is_doubtful
    from series
    cross join days
    left join contested on series.canonical_key = contested.canonical_key
    left join {{ ref('int_snapshots__recent') }} as recent
        on series.source = recent.source and series.table_name = recent.table_name
    left join {{ ref('int_readings__typed_in') }} as typed_in
        on
            series.source = typed_in.source
            and series.table_name = typed_in.table_name
            and series.model_key = typed_in.model_key
    left join {{ ref('int_snapshots__news') }} as news
        on
            series.source = news.source
            and series.table_name = news.table_name
            and news.is_of_another_kind
            and news.built_until is not null
    where series.is_in_window
),

{% if lost %}
-- What was judged untrue in the days that are worked out anew is forgotten, so it is judged again.
    judged_before as (
        select distinct models.canonical_key
        from {{ lost }} as lost
        inner join {{ ref('int_counters__models') }} as models on lost.canonical_model_id = models.canonical_model_id
        where lost.reading_date > (select days.kept_until from days)
    ),
{% endif %}

-- Whether a model was big in the window is asked only of those that ever were.
candidates as (
    select
        canonical_key,
        bool_or(is_doubtful) as is_doubtful
    from (
        select
            canonical_key,
            is_doubtful
        from read_in_window
        where is_doubtful or was_big
        union all
        select
            canonical_key,
            true as is_doubtful
        from {{ ref('int_counters__reaching') }}
        {% if lost %}
            union all
            select
                canonical_key,
                true as is_doubtful
            from judged_before
        {% endif %}
    ) as found
    group by canonical_key
),

-- Of these nothing that was worked out before holds.
overturned as (
    select
        canonical_key,
        canonical_model_id
    from {{ ref('int_counters__reassigned') }}
    union distinct
    select
        models.canonical_key,
        models.canonical_model_id
    from {{ ref('int_readings__rejudged') }} as rejudged
    inner join {{ ref('int_counters__models') }} as models on rejudged.model_key = models.model_key
    {% if intervals %}
        -- What a day that is another has taken back, and that as it is read now would not be made good: it lay far from
        -- the reading before, or its table has nothing of the model any more.
        union distinct
        select
            models.canonical_key,
            models.canonical_model_id
        from {{ intervals }} as built
        inner join {{ ref('int_snapshots__news') }} as news
            on
                built.source = news.source
                and built.table_name = news.table_name
                and not news.is_append
                and built.to_date >= news.read_from
        inner join {{ ref('int_counters__models') }} as models on built.canonical_key = models.canonical_key
        left join series
            on
                built.canonical_key = series.canonical_key
                and built.source = series.source
                and built.table_name = series.table_name
        where built.from_date <= (select days.kept_until from days) or series.model_key is null
    {% endif %}
),

overturned_keys as (
    select distinct canonical_key from overturned
),

-- Only of the candidates changes are looked at: of all models they would be several times as many as a day brings.
candidate_series as (
    select series.*
    from series
    where series.canonical_key in (select candidates.canonical_key from candidates)
),

-- Put aside, or all changes of the window would be joined first; the day is asked for by itself, so that changes before
-- it are passed over while they are scanned.
candidate_changes as materialized (
    select changes.*
    from {{ ref('int_readings__changes') }} as changes
    where
        changes.change_date >= (select window_days.look_from from {{ ref('int_counters__window') }} as window_days)
        and changes.model_key in (select candidate_series.model_key from candidate_series)
),

changes_in_window as (
    select
        changes.source,
        changes.table_name,
        changes.model_key,
        {{ is_big_reading('changes.downloads_30d', 'changes.downloads_total') }} and changes.is_listed as is_big,
        coalesce(changes.previous_date, changes.change_date) <= days.counts_from as is_early,
        changes.is_listed and coalesce(changes.previous_date >= calendar.previous_date, false) as is_unbroken
    from candidate_changes as changes
    cross join days
    left join calendar
        on
            changes.source = calendar.source
            and changes.table_name = calendar.table_name
            and changes.change_date = calendar.snapshot_date
),

snapshots_before as (
    select
        calendar.source,
        calendar.table_name,
        count(*) as snapshots
    from calendar
    cross join days
    where calendar.snapshot_date between days.look_from and days.counts_from
    group by calendar.source, calendar.table_name
),

-- A series without a break was read in each snapshot, whether it changed or not.
read_in_series as (
    select
        series.canonical_key,
        coalesce(bool_or(changes.is_big), false) as is_big,
        case
            when
                series.first_date <= min(days.look_from)
                and series.last_date >= min(days.look_from)
                and coalesce(bool_and(changes.is_unbroken) filter (where changes.is_early), true)
                and (
                    not series.has_unknown_totals
                    or (series.downloads_total is not null and series.last_known_again_date <= min(days.look_from))
                )
                then coalesce(max(snapshots_before.snapshots), 0)
            else 0
        end as readings
    from candidate_series as series
    cross join days
    left join snapshots_before
        on series.source = snapshots_before.source and series.table_name = snapshots_before.table_name
    left join changes_in_window as changes
        on
            series.source = changes.source
            and series.table_name = changes.table_name
            and series.model_key = changes.model_key
    group by
        series.canonical_key,
        series.source,
        series.table_name,
        series.model_key,
        series.has_unknown_totals,
        series.last_known_again_date,
        series.downloads_total,
        series.first_date,
        series.last_date
),

looked_back as (
    select
        canonical_key,
        bool_or(is_big) as is_big,
        max(readings) as readings
    from read_in_series
    group by canonical_key
),

looked_at as (
    select candidates.canonical_key
    from candidates
    left join looked_back on candidates.canonical_key = looked_back.canonical_key
    where candidates.is_doubtful or looked_back.is_big
),

{% if intervals and last_intervals %}
-- What the last build shared over days of months that are not summed anew, and a day that is another may take back.
    shared_before as (
        select distinct intervals.canonical_key
        from {{ intervals }} as intervals
        cross join days
        where
            (select not bool_and(news.is_append) from {{ ref('int_snapshots__news') }} as news)
            and intervals.to_date > (select kept.kept_until from days as kept)
            and {{ add_days('intervals.from_date', 1) }} < {{ first_month_anew('days.kept_until') }}
    ),
{% endif %}

chosen as (
    select distinct
        series.canonical_key,
        series.canonical_model_id
    from series
    semi join looked_at on series.canonical_key = looked_at.canonical_key
    union distinct
    select
        canonical_key,
        canonical_model_id
    from overturned
),

{% if intervals and last_intervals %}
-- The last interval before the window's days, of the last build: most ended not long before them.
    stood as (
        select
            ends.canonical_key,
            max(ends.to_date) as stood_from
        from (
            select
                canonical_key,
                to_date
            from {{ last_intervals }}
            union all
            select
                canonical_key,
                to_date
            from {{ intervals }}
            where to_date >= (select days.look_from from days)
        ) as ends
        semi join chosen on ends.canonical_key = chosen.canonical_key
        where ends.to_date <= (select days.kept_until from days)
        group by ends.canonical_key
    ),
{% endif %}

marked as (
    select
        chosen.canonical_key,
        chosen.canonical_model_id,
        {% if intervals and last_intervals %}
            stood.stood_from,
        {% else %}
            cast(null as date) as stood_from,
        {% endif %}
        days.is_everything
        or overturned.canonical_key is not null
        or coalesce(reaching.reach_date <= days.kept_until, false)
        or coalesce(looked_back.readings, 0) < {{ var('work_looked_back_readings') }}
        {% if intervals and last_intervals %}
            or stood.stood_from is null
            or shared_before.canonical_key is not null
        {% endif %}
            as is_whole
    from chosen
    cross join days
    left join looked_back on chosen.canonical_key = looked_back.canonical_key
    left join overturned_keys as overturned on chosen.canonical_key = overturned.canonical_key
    left join {{ ref('int_counters__reaching') }} as reaching on chosen.canonical_key = reaching.canonical_key
    {% if intervals and last_intervals %}
        left join stood on chosen.canonical_key = stood.canonical_key  -- noqa: ST11
        left join shared_before on chosen.canonical_key = shared_before.canonical_key  -- noqa: ST11
    {% endif %}
)

-- A pair of number and id that is no more is only forgotten (`int_counters__reassigned`).
select
    marked.canonical_key,
    marked.canonical_model_id,
    marked.is_whole,
    case when not marked.is_whole then marked.stood_from end as stood_from
from marked
semi join {{ ref('int_counters__models') }} as models
    on marked.canonical_key = models.canonical_key and marked.canonical_model_id = models.canonical_model_id
