{#- Of the values that are known (not null): the one with the lowest rank. -#}
{% macro first_known(column, rank) -%}
    min_by({{ column }}, {{ rank }}) filter (where {{ column }} is not null)
{%- endmacro %}

{#- Of the values that are known (not null): the one with the highest rank. -#}
{% macro last_known(column, rank) -%}
    max_by({{ column }}, {{ rank }}) filter (where {{ column }} is not null)
{%- endmacro %}
