{#-
    A table of the raw store's books, written before each build. Where it lies is said when a model runs, not when the
    project is parsed: so a project that was parsed once serves every home.
-#}
{% macro catalog(table) -%}
    {%- set registered = source('catalog', table) -%}
    {{- catalog_file(table) -}}
{%- endmacro %}

{#- A file of the catalog, for macros that read it without making it a part of the lineage. -#}
{% macro catalog_file(name) -%}
    read_parquet('{{ glob_literal(env_var('WAREHOUSE_HOME') | replace("'", "''")) }}/build/catalog/{{ name }}.parquet')
{%- endmacro %}
