{#-
    Empties the news, and what was read from the history for them, once every model has taken them in: a model that runs
    again on its own then finds nothing to add a second time. Runs at the end of every dbt run; where a step failed they stay, and the next build begins anew.
-#}
{% macro news_is_read(results) -%}
    {%- if execute -%}
        {%- set name = 'int_snapshots__news' -%}
        {%- set statuses = results | map(attribute='status') | map('string') | list -%}
        {%- if name in results | map(attribute='node.name') | list
            and not statuses | select('in', ['error', 'fail', 'runtime error', 'skipped']) | list -%}
            {%- for each in [name, 'int_readings__compacted', 'int_readings__compacted_descriptions'] -%}
                {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ each] -%}
                delete from {{ api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) }};
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
