-- Grain: one row per model id: its newest counters and first and last reading; those of a canonical id are of all ids
-- of the model together.
with readings as (
    select
        source,
        table_name,
        priority,
        model_id,
        reading_date,
        downloads_total,
        -- A figure that somebody typed in is no reading.
        case when rolling_rejection_reason is null then downloads_30d end as downloads_30d,
        likes
    from {{ ref('int_readings__unioned') }}
    where total_rejection_reason is null
),

by_table as (
    select
        source,
        table_name,
        priority,
        model_id,
        min(reading_date) as first_date,
        max(reading_date) as last_date,
    {% for counter in ['downloads_total', 'downloads_30d', 'likes'] %}
        {{ last_known(counter, 'reading_date') }} as {{ counter }},
        max(reading_date) filter (where {{ counter }} is not null) as {{ counter }}_date{{ ',' if not loop.last }}
    {% endfor %}
    from readings
    group by source, table_name, priority, model_id
),

identities as (
    select
        model_id,
        canonical_model_id
    from {{ ref('int_models__canonical') }}
),

-- Each id speaks for itself, and every other id of the model for the canonical one.
scoped as (
    select
        by_table.*,
        by_table.model_id as scope_id
    from by_table
    union all
    select
        by_table.*,
        identities.canonical_model_id as scope_id
    from by_table
    inner join identities on by_table.model_id = identities.model_id
    where identities.canonical_model_id <> identities.model_id
),

ranked as (
    select
        *,
    {% for counter in ['downloads_total', 'downloads_30d', 'likes'] %}
        row_number() over (
            partition by scope_id
            order by {{ counter }}_date desc nulls last, priority, model_id <> scope_id, source, table_name, model_id
            ) as {{ counter }}_rank{{ ',' if not loop.last }}
    {% endfor %}
    from scoped
)

select
    scope_id as model_id,
    min(first_date) as first_date,
    max(last_date) as last_date,
{% for counter in ['downloads_total', 'downloads_30d', 'likes'] %}
    max(case when {{ counter }}_rank = 1 then {{ counter }} end) as {{ counter }}{{ ',' if not loop.last }}
{% endfor %}
from ranked
group by scope_id
