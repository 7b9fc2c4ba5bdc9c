{#-
    Whether a 30-day figure above 0 is stale: the all-time counter had stood still for so many days when it was read. The
    days are given by who asks, because what a figure depends on is found by the vars that its models name.
-#}
{% macro is_stale_30d(downloads_total, downloads_30d, total_since, reading_date, after_days) -%}
    coalesce(
        {{ downloads_total }} is not null
        and {{ downloads_30d }} > 0
        and {{ days_between(total_since, reading_date) }} >= {{ after_days }},
        false
    )
{%- endmacro %}
