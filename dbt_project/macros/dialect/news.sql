{#-
    A condition on a day, stated as a literal: from the first day of a source's news on. With a literal DuckDB opens only
    the files of those days; a join would open all of them.
-#}
{% macro is_since_news(source_name, snapshot_date) -%}
    {{- adapter.dispatch('is_since_news')(source_name, snapshot_date) -}}
{%- endmacro %}

{% macro default__is_since_news(source_name, snapshot_date) -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- if execute and load_relation(news) -%}
        {%- set found = run_query(
            "select strftime(min(read_from), '%Y-%m-%d') from " ~ news ~ " where source = '" ~ source_name ~ "'"
        ).rows[0][0] -%}
        {{ snapshot_date ~ " >= date '" ~ found ~ "'" if found else 'false' }}
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{#- Whether any of the news is to be read from the history: only when a build begins anew, or an old day is another. -#}
{% macro has_compacted_news() -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- set days = ref('stg_history__days') -%}
    {%- if execute and load_relation(news) and load_relation(days) -%}
        {%- set found = run_query(
            'select 1 from ' ~ news ~ ' as news inner join ' ~ days ~ ' as days'
            ~ ' on news.source = days.source and news.table_name = days.table_name'
            ~ ' and news.read_from <= days.snapshot_date limit 1'
        ) -%}
        {{ return(found.rows | length > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}
