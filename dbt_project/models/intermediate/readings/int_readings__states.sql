-- Grain: one row per source, table and model ever read there: where its series of counting readings stands.
-- Fast, because only series with a new row are worked out, from where they stood and that row.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['source', 'table_name', 'model_key'],
    pre_hook="{{ forget_reread_tables(this) }}",
) }}
{%- set counters = ['downloads_total', 'downloads_30d', 'likes'] %}

with news as (  -- noqa: ST03
    select * from {{ ref('int_snapshots__news') }}
),

{% if is_incremental() %}
-- One day for all tables, so that changes before it are passed over while they are scanned.
    earliest as (
        select min(case when is_append then read_from else date '0001-01-01' end) as change_date
        from news
    ),
{% endif %}

-- A build that begins anew reads all changes twice: to put them aside would take longer, and more memory than there is.
new_rows as {{ 'not materialized' if not is_incremental() }} (
    select
        changes.* exclude (source, table_name),  -- noqa: RF02
        news.table_number
    from {{ ref('int_readings__changes') }} as changes
    inner join news
        on
            changes.source = news.source
            and changes.table_name = news.table_name
    {% if is_incremental() %}
        where
            changes.change_date >= (select earliest.change_date from earliest)
            and (changes.change_date >= news.read_from or not news.is_append)
    {% endif %}
),

{% if is_incremental() %}
-- Of a table that is read anew nothing is here any more.
    stood as (
        select
            states.* exclude (source, table_name),  -- noqa: RF02
            news.table_number
        from {{ this }} as states
        inner join news on states.source = news.source and states.table_name = news.table_name
        semi join new_rows
            on news.table_number = new_rows.table_number and states.model_key = new_rows.model_key
    ),

    rows_in_order as (
        select
            table_number,
            model_key,
            change_date,
            previous_date,
            is_listed,
            {{ counters | join(', ') }},
            previous_downloads_total,
            total_moved_on,
            total_since,
            is_highest
        from new_rows
        union all
        select
            table_number,
            model_key,
            change_date,
            previous_date,
            is_listed,
            {{ counters | join(', ') }},
            downloads_total as previous_downloads_total,
            total_moved_on,
            total_since,
            false as is_highest
        from stood
    ),
{% else %}
    rows_in_order as not materialized (
        select * from new_rows
    ),
{% endif %}

-- The newest row of each series, and the newest that knows each counter: to find them by numbering all rows would take
-- ten times the memory.
bounds as (
    select
        table_number,
        model_key,
        {% for counter in counters %}
            max(case when is_listed and {{ counter }} is not null then change_date end) as {{ counter }}_date,
        {% endfor %}
        max(change_date) as newest_date
    from rows_in_order
    group by table_number, model_key
),

placed as (
    select
        rows_in_order.*,
        {% for counter in counters %}
            bounds.{{ counter }}_date,
        {% endfor %}
        bounds.newest_date,
        rows_in_order.change_date = bounds.newest_date as is_newest
    from rows_in_order
    inner join bounds
        on rows_in_order.table_number = bounds.table_number and rows_in_order.model_key = bounds.model_key
),

summed as (
    select
        table_number,
        model_key,
        max(newest_date) as change_date,
        max(case when is_newest then previous_date end) as previous_date,
        bool_or(is_newest and is_listed) as is_listed,
        max(case when is_newest then total_moved_on end) as total_moved_on,
        max(case when is_newest then total_since end) as total_since,
        max(downloads_total) as highest_total,
        max(case when is_highest then change_date end) as highest_since,
        min(change_date) as first_date,
        max(case when is_listed and downloads_total < previous_downloads_total then change_date end) as last_fall_date,
        max(case when not is_listed then change_date end) as last_end_date,
        bool_or(is_listed and downloads_total is null) as has_unknown_totals,
        max(
            case
                when
                    is_listed
                    and downloads_total is not null
                    and previous_downloads_total is null
                    and previous_date is not null
                    then change_date
            end
        ) as last_known_again_date,
        min(case when is_listed and downloads_total is not null then change_date end) as first_total_date,
        {{ first_known('downloads_total', 'change_date') }} as first_total,
        min(case when is_listed and downloads_30d is not null then change_date end) as first_30d_date,
        min(case when is_listed then downloads_30d end) as lowest_30d,
        max(case when is_listed then downloads_30d end) as highest_30d,
        bool_or(is_listed and {{ is_big_reading('downloads_30d', 'downloads_total') }}) as was_big,
    {%- for counter in counters %}
        max(case when is_newest then {{ counter }} end) as {{ counter }},
        {{ last_known(counter, 'change_date') }} as known_{{ counter }},
        -- A row holds until the reading before the next row.
        coalesce(
            min_by(previous_date, change_date) filter (where change_date > {{ counter }}_date),
            case when max({{ counter }}_date) is not null then {{ open_end() }} end
        ) as known_{{ counter }}_until{{ ',' if not loop.last }}
    {%- endfor %}
    from placed
    group by table_number, model_key
)

{%- set earliest = ['first_date', 'first_total_date', 'first_total', 'first_30d_date'] %}

select
    news.source,
    news.table_name,
    summed.model_key,
    summed.change_date,
    summed.previous_date,
    summed.is_listed,
    summed.total_moved_on,
    summed.total_since,
    {%- for counter in counters %}
        summed.{{ counter }},
    {%- endfor %}
{% if is_incremental() %}
    {%- for column in earliest %}
        coalesce(stood.{{ column }}, summed.{{ column }}) as {{ column }},
    {%- endfor %}
    coalesce(summed.last_fall_date, stood.last_fall_date) as last_fall_date,
    coalesce(summed.last_end_date, stood.last_end_date) as last_end_date,
    summed.has_unknown_totals or coalesce(stood.has_unknown_totals, false) as has_unknown_totals,
    coalesce(summed.last_known_again_date, stood.last_known_again_date) as last_known_again_date,
    greatest(summed.highest_total, stood.highest_total) as highest_total,
    coalesce(summed.highest_since, stood.highest_since) as highest_since,
    least(summed.lowest_30d, stood.lowest_30d) as lowest_30d,
    greatest(summed.highest_30d, stood.highest_30d) as highest_30d,
    summed.was_big or coalesce(stood.was_big, false) as was_big,
{%- for counter in counters %}
    coalesce(summed.known_{{ counter }}, stood.known_{{ counter }}) as known_{{ counter }},
    coalesce(summed.known_{{ counter }}_until, stood.known_{{ counter }}_until)
        as known_{{ counter }}_until{{ ',' if not loop.last }}
{%- endfor %}
{% else %}
    {%- for column in earliest %}
        summed.{{ column }},
    {%- endfor %}
    summed.last_fall_date,
    summed.last_end_date,
    summed.has_unknown_totals,
    summed.last_known_again_date,
    summed.highest_total,
    summed.highest_since,
    summed.lowest_30d,
    summed.highest_30d,
    summed.was_big,
{%- for counter in counters %}
    summed.known_{{ counter }},
    summed.known_{{ counter }}_until{{ ',' if not loop.last }}
{%- endfor %}
{% endif %}
from summed
inner join news on summed.table_number = news.table_number
{% if is_incremental() %}
    left join stood  -- noqa: ST11
        on summed.table_number = stood.table_number and summed.model_key = stood.model_key
{% endif %}
