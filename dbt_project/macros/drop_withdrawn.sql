{#-
    Drops the tables and views in the project's schemas that no model or seed makes any more: a database that an older
    version of the project left would otherwise publish them for ever. Runs at the end of every dbt run.
-#}
{% macro drop_withdrawn() -%}
    {%- if execute -%}
        {%- set made = [] -%}
        {%- set schemas = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') -%}
            {%- do made.append(node.schema ~ '.' ~ node.alias) -%}
            {%- do schemas.append(node.schema) -%}
        {%- endfor -%}
        {%- for schema in schemas | unique -%}
            {%- for relation in adapter.list_relations(database=target.database, schema=schema) -%}
                {%- if relation.schema ~ '.' ~ relation.identifier not in made -%}
                    {%- do adapter.drop_relation(relation) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
