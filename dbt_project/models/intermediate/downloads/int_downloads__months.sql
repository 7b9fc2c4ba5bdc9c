-- Grain: one row per canonical model that is counted: the first month whose downloads may differ from what the last
-- build left. Days up to `kept_until` stay as they were judged, of models that are taken as they were read those before
-- the news; but an interval that ends later may begin long before.
with days as (
    select * from {{ ref('int_counters__window') }}
),

-- Models of a table of which a day became another.
restated as (
    select distinct models.canonical_key
    from {{ ref('int_readings__series') }} as series
    inner join {{ ref('int_snapshots__news') }} as news
        on series.source = news.source and series.table_name = news.table_name and not news.is_append
    inner join {{ ref('int_counters__models') }} as models on series.model_key = models.model_key
),

cuts as (
    select
        names.canonical_key,
        names.canonical_model_id,
        scope.canonical_key is not null as is_day_by_day,
        case
            when scope.is_whole then date '0001-01-01'
            when scope.canonical_key is not null then days.kept_until
            else {{ add_days('days.read_from', -1) }}
        end as kept_until
    from {{ ref('int_counters__names') }} as names
    cross join days
    left join {{ ref('int_counters__scope') }} as scope on names.canonical_key = scope.canonical_key
),

-- Where days were only added, the intervals that end on them say since when.
added as (
    select
        intervals.canonical_key,
        min(intervals.from_date) as since_date
    from {{ ref('int_downloads__intervals') }} as intervals
    inner join cuts on intervals.canonical_key = cuts.canonical_key and intervals.to_date > cuts.kept_until
    where intervals.to_date > (select days.kept_until from days)
    group by intervals.canonical_key
),

-- Where a day became another, an interval may be gone: only what ends before is certain. Of models that are judged day
-- by day the window holds all that can have changed.
certain as (
    select
        intervals.canonical_key,
        max(intervals.to_date) as until_date
    from {{ ref('int_downloads__intervals') }} as intervals
    inner join cuts on intervals.canonical_key = cuts.canonical_key and intervals.to_date <= cuts.kept_until
    semi join restated on intervals.canonical_key = restated.canonical_key
    group by intervals.canonical_key
)

select
    cuts.canonical_key,
    cuts.canonical_model_id,
    least(
        {{ first_month_anew('cuts.kept_until') }},
        {{ month_of(add_days(
            "case
                when restated.canonical_key is null or cuts.is_day_by_day then added.since_date
                else coalesce(certain.until_date, date '0001-01-01')
            end",
            1
        )) }}
    ) as first_month
from cuts
left join restated on cuts.canonical_key = restated.canonical_key
left join added on cuts.canonical_key = added.canonical_key
left join certain on cuts.canonical_key = certain.canonical_key
