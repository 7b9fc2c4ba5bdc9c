{#- The end of what still holds: a day after all others, so that comparisons of dates need no case for it. -#}
{% macro open_end() -%}
    date '9999-12-31'
{%- endmacro %}
