{#- Regular expressions, spelled per engine. -#}

{#- Whether a text holds a match of a pattern. -#}
{% macro matches(text, pattern) -%}
    {{- adapter.dispatch('matches')(text, pattern) -}}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- A text without any match of a pattern. -#}
{% macro without_matches(text, pattern) -%}
    {{- adapter.dispatch('without_matches')(text, pattern) -}}
{%- endmacro %}

{% macro default__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{#- Whether a text is a Hub repository id, `name` or `namespace/name`, by the rule that landing applies to ids. -#}
{% macro is_repository_id(text) -%}
    {%- set name = '[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?' -%}
    {{ matches(text, '^(?:' ~ name ~ '/)?' ~ name ~ '$') }}
    and not ({{ text }} like '%..%' or {{ text }} like '%--%' or {{ text }} like '%.git')
{%- endmacro %}
