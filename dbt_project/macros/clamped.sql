{#- A number, but not below 0 and not above 1. -#}
{% macro clamped(number) -%}
    least(greatest({{ number }}, 0), 1)
{%- endmacro %}
