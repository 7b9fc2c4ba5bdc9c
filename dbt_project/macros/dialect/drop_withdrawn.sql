{#-
    Drops the tables and views in the project's schemas that no model or seed makes any more: a database that an older
    version of the project left would otherwise publish them for ever. Runs at the end of every dbt run.
-#}
{% macro drop_withdrawn() -%}
    {{- adapter.dispatch('drop_withdrawn')() -}}
{%- endmacro %}

{% macro default__drop_withdrawn() -%}
    {%- if execute -%}
        {%- set made = [] -%}
        {%- set schemas = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') -%}
            {%- do made.append((node.schema, node.alias)) -%}
            {%- do schemas.append(node.schema) -%}
        {%- endfor -%}
        {%- set found = run_query("
            select schema_name, table_name, 'table' from duckdb_tables() where database_name = current_database()
            union all
            select schema_name, view_name, 'view' from duckdb_views() where database_name = current_database()
        ") -%}
        {%- for schema, name, type in found.rows if schema in schemas and (schema, name) not in made -%}
            {%- do adapter.drop_relation(
                api.Relation.create(database=target.database, schema=schema, identifier=name, type=type)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
