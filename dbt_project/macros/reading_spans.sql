{#-
    The series of counting readings as spans: one row per source, table, model and stretch of days on each of which the
    same was read (`first_day` to `last_day`). `series` is what is wanted: a relation or CTE with `source`, `table_name`,
    `model_key` and `last_date`, so that no other series is put in order; with `since`, the name of a column of it, only
    days from that one on; with `until`, another one, only days up to that. Fast, because the wanted rows are first picked
    by number alone: to compare source and table too, for all rows, takes twice as long.
-#}
{% macro reading_spans(series, since=none, until=none) -%}
    (
        with changes as (
            select changes.*
            from {{ ref('int_readings__changes') }} as changes
            where changes.model_key in (select wanted.model_key from {{ series }} as wanted)
        ),

        -- What was read holds until the reading before the next change.
        held as (
            select
                *,
                lead(previous_date) over (partition by source, table_name, model_key order by change_date) as held_until
            from changes
        )

        select
            held.source,
            held.table_name,
            held.model_key,
            {{ 'greatest(held.change_date, wanted.' ~ since ~ ')' if since else 'held.change_date' }} as first_day,
            {{ 'least(coalesce(held.held_until, wanted.last_date), wanted.' ~ until ~ ')' if until
                else 'coalesce(held.held_until, wanted.last_date)' }} as last_day,
            held.previous_date,
            held.is_listed,
            held.downloads_total,
            held.downloads_30d,
            held.likes,
            held.previous_downloads_total,
            held.total_since
        from held
        inner join {{ series }} as wanted
            on
                held.source = wanted.source
                and held.table_name = wanted.table_name
                and held.model_key = wanted.model_key
                {%- if since %}
                and coalesce(held.held_until, wanted.last_date) >= wanted.{{ since }}
                {%- endif %}
                {%- if until %}
                and held.change_date <= wanted.{{ until }}
                {%- endif %}
    )
{%- endmacro %}
