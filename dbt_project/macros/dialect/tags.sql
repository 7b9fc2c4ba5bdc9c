{#- Lists inside a record, spelled per engine. -#}

{#- In a select list: one row for each element of a list that begins with the prefix. -#}
{% macro each_tag_like(tags, prefix) -%}
    {{- adapter.dispatch('each_tag_like')(tags, prefix) -}}
{%- endmacro %}

{% macro default__each_tag_like(tags, prefix) -%}
    unnest(list_filter({{ tags }}, lambda tag: starts_with(tag, '{{ prefix }}')))
{%- endmacro %}

{#- What follows the prefix in the first tag that has it; null if none has. -#}
{% macro tag_value(tags, prefix) -%}
    {{- adapter.dispatch('tag_value')(tags, prefix) -}}
{%- endmacro %}

{% macro default__tag_value(tags, prefix) -%}
    substr(list_filter({{ tags }}, lambda tag: starts_with(tag, '{{ prefix }}'))[1], {{ prefix | length + 1 }})
{%- endmacro %}

{#- In a select list: one row for each element of a list. -#}
{% macro each_element(elements) -%}
    {{- adapter.dispatch('each_element')(elements) -}}
{%- endmacro %}

{% macro default__each_element(elements) -%}
    unnest({{ elements }})
{%- endmacro %}
