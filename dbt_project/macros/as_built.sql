{#-
    What the last finished build left under a model's name, or none: on the first build, and on one that begins anew. No
    `ref`: a model may read what a later one was, to see what has changed since. A build whose tables may disagree
    (killed, failed, another version of the project) is followed by one that begins anew, so what is here is whole.
-#}
{% macro as_built(model_name) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ model_name] -%}
        {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
