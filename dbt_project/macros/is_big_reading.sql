{#- Whether a reading is one of a model so popular that it moves every day. -#}
{% macro is_big_reading(downloads_30d, downloads_total) -%}
    coalesce({{ downloads_30d }}, {{ downloads_total }}, 0) >= {{ var('big_model_downloads_30d') }}
{%- endmacro %}
