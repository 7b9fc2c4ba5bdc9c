{#-
    The series of counting readings as spans: one row per source, table, model and stretch of days on each of which the
    same was read (`first_day` to `last_day`). `series` is what is wanted: a relation or CTE with `source`, `table_name`,
    `model_key` and `last_date`, so that no other series is put in order; with `since`, the name of a column of it, from
    the first change on that day or later; with `until`, another one, up to that day: the change
    after it is there for the end of what was read before, and as a span ends before it begins. Fast, because the wanted
    rows are first picked by number alone: to compare source and table too, for all rows, takes twice as long.
-#}
{% macro reading_spans(series, since=none, until=none) -%}
    (
        with picked as materialized (
            select changes.*
            from {{ ref('int_readings__changes') }} as changes
            where changes.model_key in (select wanted.model_key from {{ series }} as wanted)
        )

        select
            changes.source,
            changes.table_name,
            changes.model_key,
            changes.change_date as first_day,
            coalesce(
                lead(changes.previous_date) over (
                    partition by changes.source, changes.table_name, changes.model_key order by changes.change_date
                ),
                {{ 'least(wanted.' ~ until ~ ', wanted.last_date)' if until else 'wanted.last_date' }}
            ) as last_day,
            changes.previous_date,
            changes.is_listed,
            changes.downloads_total,
            changes.downloads_30d,
            changes.likes,
            changes.previous_downloads_total,
            changes.total_since
        from picked as changes
        inner join {{ series }} as wanted
            on
                changes.source = wanted.source
                and changes.table_name = wanted.table_name
                and changes.model_key = wanted.model_key
                {%- if since %}
                and changes.change_date >= wanted.{{ since }}
                {%- endif %}
                {%- if until %}
                -- A later change tells the end of what was read before it, if that is not later itself.
                and coalesce(changes.previous_date, changes.change_date) <= wanted.{{ until }}
                {%- endif %}
    )
{%- endmacro %}
