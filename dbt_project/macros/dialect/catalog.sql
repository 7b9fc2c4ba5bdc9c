{#-
    A table of the raw store's books, written before each build. Where it lies is said when a model runs, not when the
    project is parsed: so a project that was parsed once serves every home.
-#}
{% macro catalog(table) -%}
    {%- set registered = source('catalog', table) -%}
    {{- catalog_file(table) -}}
{%- endmacro %}
