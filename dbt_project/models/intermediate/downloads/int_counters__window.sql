-- Grain: one row per build: which days are worked out anew. What was read from `read_from` on can change the judgement
-- of days after `kept_until`, for which readings from `look_from` on are looked at. It is all days when a model that
-- sources are judged by became another, a listing became long, or a table has another rank.
{%- set judged_days = var('work_judged_again_days') | int %}
{%- set looked_days = judged_days + (var('work_looked_back_days') | int) %}

with news as (
    select
        min(read_from) as read_from,
        coalesce(bool_or(is_of_another_kind), false) as is_of_another_kind,
        coalesce(bool_or(has_another_priority), false) as has_another_priority
    from {{ ref('int_snapshots__news') }}
),

-- By these sources are judged, now or once.
judges as (
    select models.canonical_key
    from {{ ref('int_counters__models') }} as models
    inner join {{ ref('int_readings__series') }} as series on models.model_key = series.model_key
    where not series.is_long or series.was_big
),

reassigned as (
    select count(*) > 0 as is_judge
    from {{ ref('int_counters__reassigned') }} as reassigned
    semi join judges on reassigned.canonical_key = judges.canonical_key
),

rejudged as (
    select count(*) > 0 as is_judge
    from {{ ref('int_readings__rejudged') }} as rejudged
    inner join {{ ref('int_counters__models') }} as models on rejudged.model_key = models.model_key
    semi join judges on models.canonical_key = judges.canonical_key
),

-- A new reading may make up a fall so many readings ago; what was judged by the fallen ones is judged again.
falls as (
    select min(fallen_from) as fallen_from
    from {{ ref('int_snapshots__recent') }}
    where is_news
),

reached as (
    select min(reach_date) as reach_date
    from {{ ref('int_counters__reaching') }}
    where is_witness
),

decided as (
    select
        news.read_from,
        least(news.read_from, falls.fallen_from, reached.reach_date) as judged_from,
        news.is_of_another_kind or news.has_another_priority or reassigned.is_judge or rejudged.is_judge
        {%- if not as_built('int_downloads__last') %} or true {%- endif %} as is_everything
    from news
    cross join falls
    cross join reached
    cross join reassigned
    cross join rejudged
)

select
    is_everything,
    case when is_everything then date '0001-01-01' else coalesce(read_from, {{ open_end() }}) end as read_from,
    case
        when is_everything then date '0001-01-01'
        else coalesce({{ add_days('judged_from', -1 * judged_days) }}, {{ open_end() }})
    end as kept_until,
    case
        when is_everything then date '0001-01-01'
        else
            coalesce(
                {{ add_days('judged_from', -1 * looked_days) }},
                {{ open_end() }}
            )
    end as look_from
from decided
