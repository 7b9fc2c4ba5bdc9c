-- Grain: one row per canonical model that is worked out day by day now: all whose readings in the window sources are
-- judged by, and those whose counters something disputes. From its first reading on (`is_whole`), or in the window.
-- Of all others each change is taken as it was read (int_downloads__intervals).
{%- set intervals = as_built('int_downloads__intervals') %}
{%- set last_intervals = as_built('int_downloads__last') %}

with days as (
    select * from {{ ref('int_counters__window') }}
),

series as (
    select
        series.*,
        models.canonical_key,
        models.canonical_model_id,
        count(*) over (partition by models.canonical_key) > 1 as is_contested
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
),

-- So long ago ten snapshots of the table were taken: a fall since then may yet be made up.
tenth_days as (
    select
        source,
        table_name,
        min(snapshot_date) as tenth_date
    from (
        select
            calendar.source,
            calendar.table_name,
            calendar.snapshot_date,
            row_number() over (
                partition by calendar.source, calendar.table_name order by calendar.snapshot_date desc
            ) as newest_rank
        from {{ ref('int_snapshots__calendar') }} as calendar
        cross join days
        where not calendar.is_partial and calendar.snapshot_date < days.read_from
    ) as ranked
    where newest_rank <= {{ var('work_looked_back_readings') }}
    group by source, table_name
),

read_in_window as (
    select
        series.canonical_key,
        series.was_big,
        not series.is_long
        -- It was short: what it judged by small models is forgotten.
        or news.source is not null
        or series.is_big
        or series.is_contested
        or series.is_30d_stale
        or typed_in.model_key is not null
        or (series.has_unknown_totals and series.first_total_date is not null)
        or coalesce(series.last_fall_date >= least(days.look_from, tenth_days.tenth_date), false)
        or coalesce(series.last_end_date > series.last_fall_date, false) as is_doubtful
    from series
    cross join days
    left join tenth_days on series.source = tenth_days.source and series.table_name = tenth_days.table_name
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
    where series.last_date >= days.look_from
),

-- Whether a model was big in the window is asked only of those that ever were.
candidates as (
    select
        canonical_key,
        bool_or(is_doubtful) as is_doubtful
    from read_in_window
    where is_doubtful or was_big
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
),

overturned_keys as (
    select distinct canonical_key from overturned
),

-- Only of these changes are counted: of all models they would be several times as many as a day brings.
counted as (
    select models.model_key
    from {{ ref('int_counters__models') }} as models
    where
        models.canonical_key in (select candidates.canonical_key from candidates)
        or models.canonical_key in (select overturned_keys.canonical_key from overturned_keys)
),

changes_in_window as (
    select
        changes.*,
        changes.change_date <= days.kept_until as is_kept,
        coalesce({{ days_between('changes.previous_date', 'changes.change_date') }} > 1, false) as is_after_gap,
        {{ is_big_reading('changes.downloads_30d', 'changes.downloads_total') }} as is_big_reading
    from {{ ref('int_readings__changes') }} as changes
    cross join days
    where changes.change_date >= days.look_from and changes.model_key in (select counted.model_key from counted)
),

-- A series of which no day is missing and no counter unknown was read on each day of the window, whether it changed or
-- not. Only a counter that is higher than ever surely ends an interval: a fall may yet be made up, and was never there.
read_in_series as (
    select
        series.canonical_key,
        series.is_contested,
        coalesce(bool_or(changes.is_listed and changes.is_big_reading), false) as is_big,
        count_if(changes.is_kept and changes.is_listed) as changes,
        count_if(changes.is_kept and changes.is_highest) as highs,
        count_if(
            changes.is_kept
            and changes.is_listed
            and (changes.is_after_gap or changes.downloads_total is distinct from changes.previous_downloads_total)
        ) as moves,
        case
            when
                not series.has_unknown_totals
                and coalesce(bool_and(changes.is_listed and not changes.is_after_gap), true)
                then
                    {{ days_between(
                        'greatest(min(days.look_from), series.first_date)', 'least(min(days.kept_until), series.last_date)'
                    ) }} + 1
        end as days_read
    from series
    cross join days
    left join changes_in_window as changes
        on
            series.source = changes.source
            and series.table_name = changes.table_name
            and series.model_key = changes.model_key
    where series.model_key in (select counted.model_key from counted)
    group by
        series.canonical_key,
        series.source,
        series.table_name,
        series.model_key,
        series.is_contested,
        series.has_unknown_totals,
        series.first_date,
        series.last_date
),

-- Of several series none says how often the model was read, nor which of them ends an interval.
looked_back as (
    select
        canonical_key,
        bool_or(is_big) as is_big,
        case
            when bool_or(is_contested) then sum(changes)
            else greatest(max(changes), coalesce(max(days_read), 0))
        end as readings,
        case when bool_or(is_contested) then sum(moves) else max(highs) end as moves
    from read_in_series
    group by canonical_key
),

looked_at as (
    select candidates.canonical_key
    from candidates
    left join looked_back on candidates.canonical_key = looked_back.canonical_key
    where candidates.is_doubtful or looked_back.is_big
),

{% if intervals %}
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
)

select
    chosen.canonical_key,
    chosen.canonical_model_id,
    days.is_everything
    or overturned.canonical_key is not null
    or coalesce(looked_back.readings, 0) < {{ var('work_looked_back_readings') }}
    -- Nothing tells where the counter stood when the window began.
    or (coalesce(looked_back.moves, 0) = 0 {{ 'and last_intervals.canonical_key is null' if last_intervals }})
    {% if intervals %}
        or shared_before.canonical_key is not null
    {% endif %}
        as is_whole
from chosen
cross join days
left join looked_back on chosen.canonical_key = looked_back.canonical_key
left join overturned_keys as overturned on chosen.canonical_key = overturned.canonical_key
{% if intervals %}
    left join shared_before on chosen.canonical_key = shared_before.canonical_key  -- noqa: ST11
{% endif %}
{% if last_intervals %}
    left join {{ last_intervals }} as last_intervals  -- noqa: ST11
        on chosen.canonical_key = last_intervals.canonical_key and days.kept_until >= last_intervals.to_date
{% endif %}
