-- Grain: one row per model id: its newest counters and first and last reading; those of a canonical id are of all ids
-- of the model together.
{%- set counters = ['downloads_total', 'downloads_30d', 'likes'] %}

with by_table as (
    select
        series.source,
        series.table_name,
        series.priority,
        series.model_id,
        series.first_date,
        series.last_date,
        series.last_downloads_total as downloads_total,
        series.last_downloads_total_date as downloads_total_date,
        series.last_likes as likes,
        series.last_likes_date as likes_date,
        -- One above 0 while the counter stands still is stale; a figure that somebody typed in is no reading.
        case
            when series.is_30d_stale then 0
            when typed_in.model_key is null then series.last_downloads_30d
        end as downloads_30d,
        case when series.is_30d_stale or typed_in.model_key is null then series.last_downloads_30d_date end
            as downloads_30d_date
    from {{ ref('int_readings__series') }} as series
    left join {{ ref('int_readings__typed_in') }} as typed_in
        on
            series.source = typed_in.source
            and series.table_name = typed_in.table_name
            and series.model_key = typed_in.model_key
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

-- Of the whole Hub nearly every id was read in one table: only of the others the newest counters are looked for.
read_again as (
    select scope_id
    from scoped
    group by scope_id
    having count(*) > 1
),

ranked as (
    select
        scoped.*,
    {% for counter in counters %}
        row_number() over (
            partition by scoped.scope_id
            order by
                scoped.{{ counter }}_date desc nulls last,
                scoped.priority,
                scoped.model_id <> scoped.scope_id,
                scoped.source,
                scoped.table_name,
                scoped.model_id
            ) as {{ counter }}_rank{{ ',' if not loop.last }}
    {% endfor %}
    from scoped
    semi join read_again on scoped.scope_id = read_again.scope_id
)

select
    scoped.scope_id as model_id,
    scoped.first_date,
    scoped.last_date,
{% for counter in counters %}
    scoped.{{ counter }}{{ ',' if not loop.last }}
{% endfor %}
from scoped
anti join read_again on scoped.scope_id = read_again.scope_id
union all
select
    scope_id as model_id,
    min(first_date) as first_date,
    max(last_date) as last_date,
{% for counter in counters %}
    max(case when {{ counter }}_rank = 1 then {{ counter }} end) as {{ counter }}{{ ',' if not loop.last }}
{% endfor %}
from ranked
group by scope_id
