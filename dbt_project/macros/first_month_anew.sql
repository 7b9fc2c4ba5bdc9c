{#-
    The first month that is summed anew where days up to `kept_until` stay as they were: a 30-day figure that was read
    shortly after a month's end may stand for that month.
-#}
{% macro first_month_anew(kept_until) -%}
    {{ month_of(add_days(kept_until, 1 - (var('rolling_30d_max_days') | int))) }}
{%- endmacro %}
