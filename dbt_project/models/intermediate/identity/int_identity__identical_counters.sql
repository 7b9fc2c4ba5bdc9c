-- Grain: one row per pair of model ids of the same name whose moving all-time counters are equal on all common dates.
with readings as (
    select
        source,
        table_name,
        reading_date,
        model_id,
        downloads_total
    from {{ ref('int_readings__unioned') }}
    where downloads_total is not null and total_rejection_reason is null
),

seen as (
    select
        *,
        count(*) over (partition by model_name) as namesakes
    from {{ ref('int_models__seen') }}
),

-- Only these can have a twin; at the size of the whole Hub most models drop out here.
moving as (
    select
        readings.model_id,
        seen.model_name
    from readings
    inner join seen on readings.model_id = seen.model_id
    where seen.namesakes > 1
    group by readings.model_id, seen.model_name
    having
        count(distinct readings.reading_date) >= {{ var('identical_counters_min_dates') }}
        and count(distinct readings.downloads_total) >= {{ var('identical_counters_min_values') }}
),

candidates as (
    select
        readings.*,
        moving.model_name
    from readings
    inner join moving on readings.model_id = moving.model_id
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
