-- Grain: one row per pair of model ids of the same name whose moving all-time counters are equal on all common dates.
with seen as (
    select * from {{ ref('int_models__seen') }}
),

-- Where every namesake has an immutable id of its own there is no twin; of the whole Hub that is true of most names.
doubtful_names as (
    select model_name
    from seen
    group by model_name
    having count(*) > 1 and count(*) > count(distinct hub_id)
),

series as (
    select
        series.*,
        seen.model_name
    from {{ ref('int_readings__series') }} as series
    inner join seen on series.model_id = seen.model_id
    semi join doubtful_names on seen.model_name = doubtful_names.model_name
    where series.first_total_date is not null
),

spans as (
    select * from {{ reading_spans('series') }} as spans
    where is_listed and downloads_total is not null
),

readings as (
    select
        spans.source,
        spans.table_name,
        {{ each_day('spans.first_day', 'spans.last_day') }} as reading_date,
        series.model_id,
        series.model_name,
        spans.downloads_total
    from spans
    inner join series
        on
            spans.source = series.source
            and spans.table_name = series.table_name
            and spans.model_key = series.model_key
),

-- Only these can have a twin.
moving as (
    select model_id
    from readings
    group by model_id
    having
        count(distinct reading_date) >= {{ var('identical_counters_min_dates') }}
        and count(distinct downloads_total) >= {{ var('identical_counters_min_values') }}
),

candidates as (
    select readings.*
    from readings
    semi join moving on readings.model_id = moving.model_id
),

equal_pairs as (
    select
        one.model_id,
        other.model_id as other_model_id,
        min(one.reading_date) as since_date
    from candidates as one
    inner join candidates as other
        on
            one.model_name = other.model_name
            and one.model_id < other.model_id
            and one.source = other.source
            and one.table_name = other.table_name
            and one.reading_date = other.reading_date
            and one.downloads_total = other.downloads_total
    group by one.model_id, other.model_id
    having
        count(distinct one.reading_date) >= {{ var('identical_counters_min_dates') }}
        and count(distinct one.downloads_total) >= {{ var('identical_counters_min_values') }}
),

contradicted_pairs as (
    select distinct
        equal_pairs.model_id,
        equal_pairs.other_model_id
    from equal_pairs
    inner join candidates as one on equal_pairs.model_id = one.model_id
    inner join candidates as other
        on
            equal_pairs.other_model_id = other.model_id
            and one.source = other.source
            and one.table_name = other.table_name
            and one.reading_date = other.reading_date
            and one.downloads_total <> other.downloads_total
)

select
    equal_pairs.model_id,
    equal_pairs.other_model_id,
    equal_pairs.since_date
from equal_pairs
anti join contradicted_pairs
    on
        equal_pairs.model_id = contradicted_pairs.model_id
        and equal_pairs.other_model_id = contradicted_pairs.other_model_id
inner join seen as one on equal_pairs.model_id = one.model_id
inner join seen as other on equal_pairs.other_model_id = other.model_id
-- Two immutable ids are proof of two repositories.
where coalesce(one.hub_id = other.hub_id, true)
